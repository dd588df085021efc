import { bookingRules, bookingWish } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

/** Books for the time they want, or the first one offered instead. */
export function book(who: Who): CallerScript {
  const wish = bookingWish(who);
  return {
    name: 'book',
    description: `Books ${who.service} for ${who.when}, or takes the first alternative`,
    opening: [{ say: wish }],
    rules: bookingRules(who),
  };
}
