import { bookingWish } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

/** Asks for an appointment and hangs up while she is answering. */
export function hangUp(who: Who): CallerScript {
  return {
    name: 'hang-up',
    description: 'Asks for an appointment and hangs up in the middle of the answer',
    opening: [{ say: bookingWish(who) }],
    rules: [{ interrupts: true, when: /(?:\S+\s+){3}\S/, respond: [{ hangUp: true }] }],
  };
}
