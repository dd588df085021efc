import { describe, expect, it } from 'vitest';
import { transcriptionUsageOf } from '../../src/openai/wire.ts';

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
