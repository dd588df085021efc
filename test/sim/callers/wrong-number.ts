import { HANG_UP_AFTER_GOODBYE, sayGoodbye } from './answers.ts';
import type { CallerScript } from './script.ts';

const QUESTION = "Hello, is this Tony's Pizza?";

/** Meant to call somebody else, and says so as soon as they see it. */
export function wrongNumber(): CallerScript {
  return {
    name: 'wrong-number',
    description: 'Meant to call a pizzeria',
    opening: [{ say: QUESTION }],
    rules: [
      HANG_UP_AFTER_GOODBYE,
      {
        anywhere: true,
        once: true,
        when: /appointment|clinic|med spa|treatment|offer/i,
        respond: sayGoodbye("Oh, then I have the wrong number, I'm sorry. Goodbye."),
      },
    ],
  };
}
