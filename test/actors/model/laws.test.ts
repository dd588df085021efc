import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelMessage } from '../../../actors/model/messages.ts';
import { type ModelEffect, newModel } from '../../../actors/model/state.ts';
import { modelStep } from '../../../actors/model/step.ts';
import { NOW } from '../../support/step-bench.ts';
import { counterexample, lawbreaking, must } from '../../support/step-laws.ts';
import {
  ACTIVE,
  audio,
  connecting,
  cut,
  ended,
  heardOnly,
  lost,
  NOT_ACTIVE,
  ready,
  refused,
  respond,
  say,
  sent,
  started,
} from './bench.ts';

const FATAL: ModelMessage = { type: 'lost', kind: 'fatal', code: 'invalid_api_key' };
const itemIds = fc.constantFrom(
  'item_AAAAAAAAAAAAAAAAAAAAA',
  'item_BBBBBBBBBBBBBBBBBBBBB',
  'item_CCCCCCCCCCCCCCCCCCCCC',
);
const texts = fc.string({ maxLength: 120 });

const orders: fc.Arbitrary<ModelMessage> = fc.oneof(
  fc.constant(respond),
  texts.map(say),
  fc.constant(cut),
  fc.tuple(itemIds, fc.nat(9_000)).map(([itemId, heardMs]) => heardOnly(itemId, heardMs)),
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
  itemIds.map((itemId): ModelMessage => ({ type: 'forget', itemId })),
  texts.map((text): ModelMessage => ({ type: 'restore', history: [{ kind: 'caller', text }] })),
  texts.map((text): ModelMessage => ({ type: 'take_over', history: [{ kind: 'assistant', text }] })),
);
const reports: fc.Arbitrary<ModelMessage> = fc.oneof(
  fc.constantFrom(ready, started(), ended(), ended('cancelled'), ended('failed'), refused(ACTIVE), refused(NOT_ACTIVE)),
  fc.constantFrom<ModelMessage>(
    { type: 'connected' },
    { type: 'standby_ready' },
    { type: 'standby_lost', code: 'close_1011' },
    refused('invalid_value'),
    refused('server_error'),
  ),
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
  { weight: 2, arbitrary: fc.constant(lost) },
  { weight: 1, arbitrary: fc.constantFrom<ModelMessage>(FATAL, { type: 'close' }) },
);

describe('the step of a model leg', () => {
  it('is lawful whatever comes in whatever order', () => {
    const limits = { longestBytes: 16 * 1024, runs: 150 };
    expect(lawbreaking({ step: modelStep, initial: newModel(NOW), messages: anything, ...limits })).toBe('');
  });

  it('asks a session for no response before it is ready, told, and done with the last one, and is over once', () => {
    const broken = counterexample(anything, 150, (history) => {
      const model = connecting();
      let free = true;
      let overs = 0;
      for (const moment of history) {
        const before = model.state;
        const message = 'message' in moment ? moment.message : undefined;
        free ||= frees(message);
        const effects: ModelEffect[] = 'message' in moment ? model.tell(moment.message) : model.wait(moment.waitMs);
        if (effects.some(isNewLine)) free = true;
        const asks = sent(effects).filter((command) => command.type === 'create_response').length;
        const mayAsk = model.state.mode === 'ready' || before.mode === 'ready';
        must('only a session that is ready is told anything', mayAsk || sent(effects).length === 0);
        must('one response at a time is asked for', asks <= (free ? 1 : 0));
        must('nothing is asked of a session that knows nothing', asks === 0 || !model.state.untold);
        if (asks > 0 || (message?.type === 'response_started' && before.mode !== 'closed')) free = false;
        must('nothing comes after the end', before.mode !== 'closed' || effects.length === 0);
        if (before.mode !== 'closed' && model.state.mode === 'closed') overs++;
      }
      must('the end comes once', overs <= 1);
    });
    expect(broken).toBe('');
  });
});

/** A new session has no active response. */
function isNewLine({ kind }: ModelEffect): boolean {
  return kind === 'connect' || kind === 'promote' || kind === 'disconnect';
}

/** What may leave the service without an active response. */
function frees(message: ModelMessage | undefined): boolean {
  if (message?.type === 'refused') return ['response_cancel_not_active', 'server_error'].includes(message.code);
  return message?.type === 'response_ended';
}
