import { HANG_UP_AFTER_GOODBYE, REPEAT, sayGoodbye } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

const HOUR = /\d\s*[ap]\.?m/i;
const PRICE = /(?:\$\s?\d|\d+ dollars|\bfree\b)/i;
const THANKS = sayGoodbye('Great, that is all I wanted to know. Goodbye.');

/** Asks two things in one breath, and says goodbye once both are answered. */
export function twoQuestions({ service }: Who): CallerScript {
  const questions = `What are your opening hours, and how much is ${service}?`;
  return {
    name: 'two-questions',
    description: `Asks for the opening hours and the price of ${service} in one breath`,
    opening: [{ say: questions }],
    rules: [
      REPEAT,
      HANG_UP_AFTER_GOODBYE,
      {
        anywhere: true,
        once: true,
        when: new RegExp(`^(?=[\\s\\S]*${HOUR.source})[\\s\\S]*${PRICE.source}`, 'i'),
        respond: THANKS,
      },
      {
        anywhere: true,
        once: true,
        when: HOUR,
        respond: [{ say: `And how much is ${service}?` }],
      },
      { anywhere: true, when: PRICE, respond: THANKS },
    ],
  };
}
