import { bookingRules, bookingWish } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

/** Asks for one time, wants another day as soon as it is offered, and books that. */
export function indecisive(who: Who): CallerScript {
  const second = { ...who, when: 'the day after tomorrow in the morning' };
  const change = `Actually, could we do ${second.when} instead?`;
  return {
    name: 'indecisive',
    description: `Asks for ${who.when}, then wants ${second.when}`,
    opening: [{ say: bookingWish(who) }],
    rules: [
      {
        anywhere: true,
        once: true,
        when: /available|open(?:ing)?|would you like|shall i|how about|does that|which|book/i,
        respond: [{ say: change }],
      },
      ...bookingRules(second),
    ],
  };
}
