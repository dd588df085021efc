import { HANG_UP_AFTER_GOODBYE, REPEAT, sayGoodbye } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

const STORY = [
  'Hi there, so, my cousin told me about your place at a wedding in June,',
  'she is a nurse and her skin is wonderful, and I told my husband that evening,',
  'and he laughed because he never notices anything, not even a new haircut,',
  'and then the summer was so busy with the children and the garden and the new puppy,',
  'and in September we were away at the lake with the whole family for two weeks,',
  'where it rained most of the days, which was quite cosy really,',
  'and now that everybody is back at school and the house is quiet at last',
  'I was looking through my notes and there was your name, so anyway,',
].join(' ');

/** Tells a long story before the one question that it leads to. */
export function monologue({ service }: Who): CallerScript {
  const question = `How much is ${service}?`;
  return {
    name: 'monologue',
    description: `Tells a long story, asks what ${service} costs and says goodbye`,
    opening: [{ say: `${STORY} ${question.charAt(0).toLowerCase()}${question.slice(1)}` }],
    rules: [
      REPEAT,
      HANG_UP_AFTER_GOODBYE,
      {
        anywhere: true,
        once: true,
        when: /\$\s?\d|\d+ dollars|\bfree\b/i,
        respond: sayGoodbye('Oh, that is lovely, thank you so much. Goodbye.'),
      },
    ],
  };
}
