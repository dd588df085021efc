import { describe, expect, it } from 'vitest';
import { STORY_MS, toldStory } from '../support/story.ts';
import { expectWholeRecord } from '../support/talk.ts';

describe.concurrent('a caller who tells a long story first', () => {
  it.for(['receptionist', 'clumsy'] as const)(
    'is heard out and answered (%s)',
    { timeout: STORY_MS },
    async (brain, context) => {
      const { call, conversation } = await toldStory(context, 'monologue', { openai: { brain } });
      const [story = { fromMs: 0, toMs: 0, text: '' }] = call.said;
      // Nothing was heard of her while they spoke.
      expect(
        call.heard.filter(({ word, fromMs }) => word !== '' && fromMs > story.fromMs && fromMs < story.toMs),
      ).toEqual([]);
      expect(call.heardText).toMatch(/Botox, price \$350|\$350/);
      expect(conversation.turns.find(({ role }) => role === 'customer')?.text).toBe(story.text);
      expect(conversation.outcome).toBe('info_only');
      expectWholeRecord(call, conversation);
    },
  );
});
