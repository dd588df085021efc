import { HANG_UP_AFTER_GOODBYE, repeat, sayGoodbye } from './answers.ts';
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
      repeat(question),
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
