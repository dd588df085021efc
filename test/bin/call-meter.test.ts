import { describe, expect, it } from 'vitest';
import { CallMeter, USAGE_EVERY_MS } from '../../src/bin/call-meter.ts';
import type { AvaEventName } from '../../src/domain/events.ts';
import { responseUsage, turnTranscription, type Usage } from '../../src/domain/usage.ts';
import { memoryConversationLog } from '../support/memory-conversations.ts';

const TOKENS = { textIn: 1_000, textInCached: 2_000, audioIn: 300, audioInCached: 400, textOut: 50, audioOut: 600 };
const SECONDS = { seconds: 2.5, tokensIn: 0, tokensOut: 0 };
const MODELS = { realtime: 'gpt-realtime-2.1', transcription: 'gpt-transcribe' };

function meterOf(before?: Usage) {
  const written: Usage[] = [];
  const events: [AvaEventName, unknown][] = [];
  const clock = { now: 1_000_000 };
  const context = { callSid: 'CA1', conversationId: 'v', clinicId: 'c' };
  const meter = new CallMeter(
    {
      conversationId: 'v',
      clinicId: 'c',
      context,
      models: MODELS,
      log: {
        ...memoryConversationLog(),
        write: (entry) => void (entry.kind === 'usage' && written.push(entry.usage)),
      },
      events: { emit: (name, event) => void events.push([name, event]) },
      now: () => clock.now,
    },
    before,
  );
  return { meter, written, events, clock, context };
}

describe('the meter of a call', () => {
  it('tells each usage at once, with whom it is about', () => {
    const { meter, events, context } = meterOf();
    meter.responded(TOKENS);
    meter.transcribed(SECONDS);
    expect(events).toEqual([
      ['model.usage', { ...context, usage: TOKENS }],
      ['model.transcribed', { ...context, usage: SECONDS, model: 'gpt-transcribe' }],
    ]);
  });

  it('writes totals at most every half minute, and the last ones when the call ends', () => {
    const { meter, written, clock } = meterOf();
    const one = responseUsage(MODELS.realtime, TOKENS);
    for (let n = 0; n < 5; n++) {
      meter.responded(TOKENS);
      clock.now += USAGE_EVERY_MS / 5;
    }
    expect(written).toEqual([one]);
    meter.transcribed(SECONDS);
    expect(written).toHaveLength(2);
    expect(written[1]?.tokens.textIn).toBe(5 * TOKENS.textIn);
    meter.responded(TOKENS);
    meter.close();
    meter.close();
    expect(written).toHaveLength(3);
    expect(written[2]).toEqual(meter.usage);
    const transcription = turnTranscription(MODELS.transcription, SECONDS).costUsd;
    expect(meter.usage.costUsd).toBeCloseTo(6 * one.costUsd + transcription, 12);
  });

  it('writes nothing where nothing was used, and goes on from what another node counted', () => {
    const before = responseUsage(MODELS.realtime, TOKENS);
    const { meter, written } = meterOf(before);
    meter.close();
    expect(written).toEqual([]);
    meter.responded(TOKENS);
    expect(written[0]?.tokens.audioOut).toBe(2 * TOKENS.audioOut);
  });
});
