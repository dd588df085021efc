import { bookingRules } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

/** Moves an appointment they have to another time. */
export function reschedule(who: Who): CallerScript {
  const wish = `I need to reschedule my ${who.service} appointment.`;
  const moved = { ...who, when: 'the day after tomorrow in the afternoon' };
  return {
    name: 'reschedule',
    description: `Moves their ${who.service} appointment to ${moved.when}`,
    opening: [{ say: wish }],
    rules: bookingRules(moved),
  };
}
