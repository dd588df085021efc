import { HANG_UP_AFTER_GOODBYE, REPEAT, sayGoodbye } from './answers.ts';
import type { CallerScript } from './script.ts';

const QUESTION = 'What are your opening hours?';

/** Asks when the clinic is open, and says goodbye. */
export function hours(): CallerScript {
  return {
    name: 'hours',
    description: 'Asks for the opening hours and says goodbye',
    opening: [{ say: QUESTION }],
    rules: [
      REPEAT,
      HANG_UP_AFTER_GOODBYE,
      {
        anywhere: true,
        once: true,
        when: /\b(?:open|hours|closed)\b|\d\s*(?::\d\d)?\s*[ap]\.?m/i,
        respond: sayGoodbye('Thank you, that is all I needed. Goodbye.'),
      },
    ],
  };
}
