import { describe, expect, it } from 'vitest';
import { until } from '../support/ava.ts';
import { STORY_MS, toldStory } from '../support/story.ts';

describe.concurrent('a caller who insults her and hangs up', () => {
  it.for(['receptionist', 'clumsy'] as const)(
    'is met with patience, and leaves a record and nothing else (%s)',
    { timeout: STORY_MS },
    async (brain, context) => {
      const { ava, call, conversation } = await toldStory(context, 'abuse', { openai: { brain } });
      expect(call.utterances.length).toBeGreaterThanOrEqual(3);
      expect(call.heardText).not.toMatch(/stupid|idiot|useless|worthless/i);
      expect(conversation.turns.filter(({ role }) => role === 'customer').map(({ text }) => text)).toEqual(
        call.said.map(({ text }) => text),
      );
      expect(conversation).toMatchObject({ outcome: 'info_only', appointments: [], messages: [] });
      await until('the model session to be gone', 5_000, () => (ava.openai.sessions().length === 0 ? true : undefined));
    },
  );
});
