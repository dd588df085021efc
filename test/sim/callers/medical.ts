import { HANG_UP_AFTER_GOODBYE, REPEAT, sayGoodbye } from './answers.ts';
import type { CallerScript } from './script.ts';

const QUESTION = 'Should I take ibuprofen after my peel?';

/** Asks what only a doctor may answer, and says goodbye. */
export function medical(): CallerScript {
  return {
    name: 'medical',
    description: 'Asks for medical advice and says goodbye',
    opening: [{ say: QUESTION }],
    rules: [
      REPEAT,
      HANG_UP_AFTER_GOODBYE,
      {
        anywhere: true,
        once: true,
        when: /\b(?:advice|consultation|doctor|staff|ibuprofen)\b/i,
        respond: sayGoodbye('No, thank you, I will ask my doctor. Goodbye.'),
      },
    ],
  };
}
