import { HANG_UP_AFTER_GOODBYE, REPEAT, sayGoodbye } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

/** Asks what a treatment costs, and says goodbye. */
export function price({ service }: Who): CallerScript {
  const question = `How much is ${service}?`;
  return {
    name: 'price',
    description: `Asks what ${service} costs and says goodbye`,
    opening: [{ say: question }],
    rules: [
      REPEAT,
      HANG_UP_AFTER_GOODBYE,
      {
        anywhere: true,
        once: true,
        when: /\$\s?\d|\d+ dollars|\bfree\b|\bcosts?\b|\bprice/i,
        respond: sayGoodbye('Thank you, I will think about it. Goodbye.'),
      },
    ],
  };
}
