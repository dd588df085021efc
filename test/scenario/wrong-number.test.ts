import { describe, expect, it } from 'vitest';
import { STORY_MS, toldStory } from '../support/story.ts';
import { expectWholeRecord } from '../support/talk.ts';

describe.concurrent('a caller who meant to call somebody else', () => {
  it.for(['receptionist', 'clumsy'] as const)(
    'hears whom they reached and is let go (%s)',
    { timeout: STORY_MS },
    async (brain, context) => {
      const { call, conversation } = await toldStory(context, 'wrong-number', { openai: { brain } });
      expect(call.heardText).toMatch(/^Thank you for calling Radiance Med Spa\..*Goodbye!$/);
      expect(call.heardText).not.toMatch(/pizza/i);
      expect((await call.ended).by).toBe('twiml');
      expect(conversation).toMatchObject({ outcome: 'info_only', appointments: [], messages: [] });
      expectWholeRecord(call, conversation);
    },
  );
});
