import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelMessage } from '../../../actors/model/messages.ts';
import { type ModelEffect, modelStep, newModel } from '../../../actors/model/state.ts';
import { NOW } from '../../support/step-bench.ts';
import { counterexample, lawbreaking, must } from '../../support/step-laws.ts';
import {
  ACTIVE,
  audio,
  connecting,
  cut,
  ended,
  lost,
  NOT_ACTIVE,
  ready,
  refused,
  respond,
  say,
  sent,
  started,
} from './bench.ts';

const itemIds = fc.constantFrom(
  'item_AAAAAAAAAAAAAAAAAAAAA',
  'item_BBBBBBBBBBBBBBBBBBBBB',
  'item_CCCCCCCCCCCCCCCCCCCCC',
);
const texts = fc.string({ maxLength: 120 });

const orders: fc.Arbitrary<ModelMessage> = fc.oneof(
  fc.constant(respond),
  texts.map(say),
  fc.tuple(fc.option(itemIds), fc.nat(9_000)).map(([itemId, heardMs]) => cut(itemId, heardMs)),
  fc.tuple(itemIds, texts).map(
    ([callId, output]): ModelMessage => ({
      type: 'tool_result',
      callId,
      name: 'check_availability',
      argumentsText: '{}',
      output,
    }),
  ),
  texts.map((text): ModelMessage => ({ type: 'note', text })),
);
const reports: fc.Arbitrary<ModelMessage> = fc.oneof(
  fc.constantFrom(ready, started(), ended(), ended('cancelled'), ended('failed'), refused(ACTIVE), refused(NOT_ACTIVE)),
  fc.constantFrom<ModelMessage>({ type: 'connected' }, refused('invalid_value')),
  itemIds.map((itemId) => audio(itemId)),
  itemIds.map((itemId): ModelMessage => ({ type: 'audio_complete', itemId })),
  fc.tuple(itemIds, texts).map(([itemId, text]): ModelMessage => ({ type: 'words_delta', itemId, text })),
  fc.tuple(itemIds, texts).map(([itemId, text]): ModelMessage => ({ type: 'words', itemId, text })),
  itemIds.map((itemId): ModelMessage => ({ type: 'caller_speech_started', itemId })),
  itemIds.map((itemId): ModelMessage => ({ type: 'caller_turn_committed', itemId })),
  itemIds.map((callId): ModelMessage => ({ type: 'tool_requested', callId, name: 'end_call', argumentsText: '{}' })),
);
const going = fc.oneof({ weight: 2, arbitrary: orders }, { weight: 3, arbitrary: reports });
const anything = fc.oneof(
  { weight: 60, arbitrary: going },
  { weight: 1, arbitrary: fc.constantFrom<ModelMessage>(lost, { type: 'close' }) },
);

describe('the step of a model leg', () => {
  it('is lawful whatever comes in whatever order', () => {
    const limits = { longestBytes: 16 * 1024, runs: 150 };
    expect(lawbreaking({ step: modelStep, initial: newModel(NOW), messages: anything, ...limits })).toBe('');
  });

  it('asks for no response before the last one ended, sends nothing before it is ready, and is over once', () => {
    const broken = counterexample(anything, 150, (history) => {
      const model = connecting();
      let isReady = false;
      let free = true;
      let overs = 0;
      for (const moment of history) {
        const message = 'message' in moment ? moment.message : undefined;
        isReady ||= message?.type === 'session_ready' && overs === 0;
        free ||= frees(message);
        const effects: ModelEffect[] = 'message' in moment ? model.tell(moment.message) : model.wait(moment.waitMs);
        must('nothing is sent before the session is ready', isReady || sent(effects).length === 0);
        const asks = sent(effects).filter((command) => command.type === 'create_response').length;
        must('one response at a time is asked for', asks <= (free ? 1 : 0));
        if (asks > 0 || message?.type === 'response_started') free = false;
        must('nothing comes after the end', overs === 0 || effects.length === 0);
        overs += effects.filter((effect) => effect.kind === 'disconnect').length;
      }
      must('the end comes once', overs <= 1);
    });
    expect(broken).toBe('');
  });
});

/** What may leave the service without an active response. */
function frees(message: ModelMessage | undefined): boolean {
  return (
    message?.type === 'response_ended' || (message?.type === 'refused' && message.code === 'response_cancel_not_active')
  );
}
