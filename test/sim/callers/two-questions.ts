import { HANG_UP_AFTER_GOODBYE, repeat, sayGoodbye } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

/** Asks two things in one breath, and says goodbye once both are answered. */
export function twoQuestions({ service }: Who): CallerScript {
  const questions = `What are your opening hours, and how much is ${service}?`;
  return {
    name: 'two-questions',
    description: `Asks for the opening hours and the price of ${service} in one breath`,
    opening: [{ say: questions }],
    rules: [
      repeat(questions),
      HANG_UP_AFTER_GOODBYE,
      {
        anywhere: true,
        once: true,
        when: /^(?=[\s\S]*\d\s*[ap]\.?m)(?=[\s\S]*(?:\$\s?\d|\d+ dollars|\bfree\b))/i,
        respond: sayGoodbye('Great, that is all I wanted to know. Goodbye.'),
      },
      {
        anywhere: true,
        once: true,
        when: /\d\s*[ap]\.?m/i,
        respond: [{ say: `And how much is ${service}?` }],
      },
    ],
  };
}
