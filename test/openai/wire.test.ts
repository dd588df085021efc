import { describe, expect, it } from 'vitest';
import { isReported, reportOf, transcriptionUsageOf, typeUpFront } from '../../src/openai/wire.ts';

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

const typeOf = (text: string) => typeUpFront(Buffer.from(text));

describe('an event of which there is nothing to report', () => {
  it('is known by its type alone', () => {
    for (const each of ['conversation.item.added', 'response.content_part.done', 'session.created', 'some.news']) {
      expect(typeOf(JSON.stringify({ type: each, event_id: 'event_1' }))).toBe(each);
      expect(isReported(each)).toBe(false);
      expect(reportOf({ type: each })).toBeNull();
    }
    expect(isReported('response.done')).toBe(true);
  });

  it('is looked at where it does not say at once what it is', () => {
    for (const text of [
      '{"event_id":"event_1","type":"conversation.item.added"}',
      '{ "type": "conversation.item.added" }',
      `{"type":"${'x'.repeat(200)}"}`,
      '[1]',
      '',
    ]) {
      expect(typeOf(text)).toBeUndefined();
    }
  });
});
