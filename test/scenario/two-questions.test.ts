import { describe, expect, it } from 'vitest';
import { STORY_MS, toldStory } from '../support/story.ts';
import { expectWholeRecord } from '../support/talk.ts';

describe.concurrent('a caller who asks two things in one breath', () => {
  it('hears both answers in one', { timeout: STORY_MS }, async (context) => {
    const { call, conversation } = await toldStory(context, 'two-questions');
    const answer = call.utterances.find(({ text }) => /9 AM to 6 PM/.test(text))?.text;
    expect(answer).toMatch(/\$350/);
    expect(call.said).toHaveLength(2);
    expect(conversation.outcome).toBe('info_only');
    expect(conversation.toolCalls.filter(({ name }) => name === 'get_clinic_info')).toHaveLength(2);
    expectWholeRecord(call, conversation);
  });

  it('hears both, however clumsily the model looks them up', { timeout: STORY_MS }, async (context) => {
    const { call, conversation } = await toldStory(context, 'two-questions', { openai: { brain: 'clumsy' } });
    expect(call.heardText).toMatch(/9 AM to 6 PM/);
    expect(call.heardText).toMatch(/\$350/);
    expect(conversation.outcome).toBe('info_only');
  });
});
