import { describe, expect, it } from 'vitest';
import { isPassedOver, reportOf, transcriptionUsageOf } from '../../src/openai/wire.ts';

const type = 'conversation.item.input_audio_transcription.completed';

describe('what a transcript is billed by', () => {
  it('is read in seconds or in tokens', () => {
    expect(transcriptionUsageOf({ type, usage: { type: 'duration', seconds: 3.2 } })).toEqual({
      seconds: 3.2,
      tokensIn: 0,
      tokensOut: 0,
    });
    const tokens = { type: 'tokens', input_tokens: 14, output_tokens: 9, total_tokens: 23 };
    expect(transcriptionUsageOf({ type, usage: tokens })).toEqual({ seconds: 0, tokensIn: 14, tokensOut: 9 });
  });

  it('is nothing where it is not told, or another event tells of something else', () => {
    for (const event of [
      { type },
      { type, usage: { type: 'tokens', input_tokens: 'many' } },
      { type: 'response.done', usage: { type: 'duration', seconds: 3 } },
      null,
    ])
      expect(transcriptionUsageOf(event)).toBeNull();
  });
});

const passed = (text: string) => isPassedOver(Buffer.from(text));

describe('an event of which there is nothing to report', () => {
  it('is passed over by its type alone', () => {
    for (const each of ['conversation.item.added', 'response.content_part.done', 'session.created', 'some.news']) {
      expect(passed(JSON.stringify({ type: each, event_id: 'event_1' }))).toBe(true);
      expect(reportOf({ type: each })).toBeNull();
    }
  });

  it('is looked at where it may matter, or does not say at once what it is', () => {
    for (const text of [
      '{"type":"response.done","response":{}}',
      '{"type":"session.updated"}',
      '{"event_id":"event_1","type":"conversation.item.added"}',
      '{ "type": "conversation.item.added" }',
      `{"type":"${'x'.repeat(200)}"}`,
      '[1]',
      '',
    ]) {
      expect(passed(text)).toBe(false);
    }
  });
});
