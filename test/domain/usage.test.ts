import { describe, expect, it } from 'vitest';
import { add, NO_USAGE, responseUsage, turnTranscription } from '../../src/domain/usage.ts';

const TOKENS = { textIn: 1_000, textInCached: 2_000, audioIn: 300, audioInCached: 400, textOut: 50, audioOut: 600 };
const MODEL = 'gpt-realtime-2.1';
const DOUBLED = { textIn: 2_000, textInCached: 4_000, audioIn: 600, audioInCached: 800, textOut: 100, audioOut: 1_200 };

describe('the usage of a conversation', () => {
  it('costs what its tokens cost, each kind by its own price', () => {
    const { costUsd, tokens } = responseUsage(MODEL, TOKENS);
    expect(tokens).toEqual(TOKENS);
    expect(costUsd).toBeCloseTo((1_000 * 4 + 2_000 * 0.4 + 300 * 32 + 400 * 0.4 + 50 * 24 + 600 * 64) / 1e6, 12);
  });

  it('costs the time or the tokens of what was written down, as the transcribing model bills', () => {
    const minute = { seconds: 60, tokensIn: 0, tokensOut: 0 };
    expect(turnTranscription('gpt-transcribe', minute).costUsd).toBeCloseTo(0.0045, 12);
    expect(turnTranscription('gpt-live-transcribe', minute).costUsd).toBeCloseTo(0.017, 12);
    const tokens = { seconds: 0, tokensIn: 1_000, tokensOut: 100 };
    expect(turnTranscription('gpt-4o-transcribe', tokens).costUsd).toBeCloseTo(0.0035, 12);
  });

  it('is counted and costs nothing where nobody knows the price', () => {
    for (const model of ['a model of tomorrow', '__proto__', 'constructor']) {
      expect(responseUsage(model, TOKENS)).toMatchObject({ tokens: TOKENS, costUsd: 0 });
      expect(turnTranscription(model, { seconds: 9, tokensIn: 1, tokensOut: 1 }).costUsd).toBe(0);
    }
  });

  it('adds up, from nothing, in any order', () => {
    const one = responseUsage(MODEL, TOKENS);
    const other = turnTranscription('gpt-transcribe', { seconds: 2.5, tokensIn: 3, tokensOut: 4 });
    expect(add(NO_USAGE, one)).toEqual(one);
    const sum = add(add(one, other), one);
    expect(sum.tokens).toEqual(DOUBLED);
    expect(sum.transcription).toEqual(other.transcription);
    expect(sum.costUsd).toBeCloseTo(2 * one.costUsd + other.costUsd, 12);
    expect(add(one, other)).toEqual(add(other, one));
  });
});
