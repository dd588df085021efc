import { bookingRules, bookingWish, REPEAT } from './answers.ts';
import type { CallerScript } from './script.ts';
import { orElseMessage } from './staff.ts';
import type { Who } from './who.ts';

/** Wants to book, hears that the calendar is out of reach, and leaves their details instead. */
export function calendarDown(who: Who): CallerScript {
  const wish = bookingWish(who);
  return {
    name: 'calendar-down',
    description: `Wants ${who.service} for ${who.when}; leaves their details where the calendar can't be read`,
    opening: [{ say: wish }],
    rules: [
      { when: /call you back|take your (?:information|details)/i, once: true, respond: [{ say: 'Yes, please.' }] },
      REPEAT,
      ...orElseMessage(who, 'I would like to book an appointment.'),
      ...bookingRules(who),
    ],
  };
}
