import { bookingRules } from './answers.ts';
import type { CallerScript } from './script.ts';
import { anAppointment, type Who } from './who.ts';

/** Thinks again in the middle of the wish, and books what they said last. */
export function movedOn(who: Who): CallerScript {
  const second = { ...who, when: 'the day after tomorrow at 10 AM' };
  const wish = `I'd like to book ${anAppointment(who.service)} for ${who.when}, no wait, make that ${second.when}.`;
  return {
    name: 'moved-on',
    description: `Asks for ${who.when} and, in the same breath, for ${second.when} instead`,
    opening: [{ say: wish }],
    rules: bookingRules(second),
  };
}
