import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEffect } from '../../../actors/call/effects.ts';
import type { CallMessage } from '../../../actors/call/messages.ts';
import { callStep } from '../../../actors/call/step.ts';
import type { DealingsChange } from '../../../src/domain/dealings.ts';
import { ofKind } from '../../support/step-bench.ts';
import { counterexample, lawbreaking, must } from '../../support/step-laws.ts';
import { committed, FACTS, newConversation, orderTypes, recorded, slots, succeeded, turns } from './bench.ts';

const itemIds = fc.oneof(
  fc.constantFrom('item_AAAAAAAAAAAAAAAAAAAAA', 'item_BBBBBBBBBBBBBBBBBBBBB'),
  fc
    .string({ minLength: 21, maxLength: 21, unit: fc.constantFrom('a', 'b', 'X', 'Y', '0', '1') })
    .map((id) => `item_${id}`),
);
const callIds = fc.constantFrom('call_1', 'call_2', 'call_3', 'call_4');
const sentences = fc.constantFrom(
  'The second one, please.',
  'Something else?',
  'Yes.',
  '',
  'I would like to come in on Tuesday at ten in the morning, if that is possible.',
);
const heard = fc
  .tuple(itemIds, fc.nat(2_000), fc.nat(2_000), fc.boolean())
  .map(([itemId, a, b, complete]) => ({ itemId, heardMs: Math.min(a, b), sentMs: Math.max(a, b), complete }));
const changes: fc.Arbitrary<DealingsChange> = fc.oneof(
  fc.integer({ min: 0, max: 5 }).map((count) => ({ type: 'offered' as const, slots: slots(count), exact: null })),
  fc.constantFrom<DealingsChange>(
    { type: 'booked', appointmentId: '5d2e0d3c-63a5-4a0e-9c39-8a6b2b8f2a10', slotId: 'slot_1' },
    { type: 'chosen', slotId: 'slot_2' },
    { type: 'informed' },
    { type: 'failed', code: 'timeout' },
    { type: 'ending' },
  ),
);

const messages: fc.Arbitrary<CallMessage> = fc.oneof(
  fc.constantFrom<CallMessage>(
    { type: 'phone_opened' },
    { type: 'caller_speech_started' },
    { type: 'caller_speech_stopped', speechMs: null },
    { type: 'response_started' },
    { type: 'response_ended', status: 'completed' },
    { type: 'response_ended', status: 'cancelled' },
    { type: 'response_ended', status: 'failed' },
    { type: 'digit', digit: '5' },
  ),
  itemIds.map(committed),
  itemIds.map((itemId): CallMessage => ({ type: 'caller_turn_committed', itemId, again: true })),
  fc.tuple(fc.boolean(), fc.option(itemIds), fc.nat(2_000), fc.option(sentences)).map(
    ([due, itemId, sentMs, sentence]): CallMessage => ({
      type: 'model_lost',
      kind: 'closed',
      retrying: true,
      due,
      unfinished: itemId === null ? null : { itemId, sentMs, sentence },
    }),
  ),
  fc.boolean().map((missed): CallMessage => ({ type: 'model_ready', first: false, missed })),
  fc.constant<CallMessage>({ type: 'model_stands_by' }),
  fc.tuple(itemIds, sentences).map(([itemId, text]): CallMessage => ({ type: 'caller_words', itemId, text })),
  itemIds.map((itemId): CallMessage => ({ type: 'caller_words_failed', itemId })),
  fc.tuple(itemIds, sentences).map(([itemId, text]): CallMessage => ({ type: 'words_delta', itemId, text })),
  fc.tuple(itemIds, sentences).map(([itemId, text]): CallMessage => ({ type: 'words', itemId, text })),
  itemIds.map((itemId): CallMessage => ({ type: 'playback_started', itemId })),
  heard.map((item): CallMessage => ({ type: 'playback_finished', ...item })),
  fc.array(heard, { maxLength: 3 }).map((items): CallMessage => ({ type: 'playback_cut', items })),
  fc
    .tuple(callIds, fc.string({ maxLength: 300 }))
    .map(([callId, text]): CallMessage => ({ type: 'tool_requested', callId, name: 'book', argumentsText: text })),
  fc
    .tuple(callIds, fc.array(changes, { maxLength: 2 }))
    .map(([callId, made]): CallMessage => ({ type: 'tool_answered', callId, outcome: succeeded(made) })),
  fc
    .constantFrom('held' as const, 'taken' as const)
    .map((result): CallMessage => ({ type: 'hold_answered', slotId: 'slot_2', result })),
);
const endings = fc.constantFrom<CallMessage>(
  { type: 'model_lost', kind: 'closed', retrying: false },
  { type: 'phone_closed', reason: 'stop' },
  { type: 'phone_closed', reason: 'hung_up' },
  { type: 'shut_down', reason: 'drain' },
);
const anything = fc.oneof({ weight: 120, arbitrary: messages }, { weight: 1, arbitrary: endings });

describe('the step of a conversation', () => {
  it('is lawful whatever comes in whatever order', () => {
    const broken = lawbreaking({
      step: callStep(FACTS),
      initial: newConversation().state,
      messages: anything,
      longestBytes: 32 * 1024,
      weighed: ({ dealings: { offers: _offers, ...dealings }, history: _history, ...state }) => ({
        ...state,
        dealings,
      }),
      runs: 100,
    });
    expect(broken).toBe('');
  });

  it('keeps a true record: turns numbered once, one end, one release, and nothing after it', () => {
    const broken = counterexample(anything, 100, (history) => {
      const call = newConversation();
      mustBeTrueRecord(
        history.flatMap((moment) => ('message' in moment ? call.tell(moment.message) : call.wait(moment.waitMs))),
      );
    });
    expect(broken).toBe('');
  });
});

function mustBeTrueRecord(effects: readonly CallEffect[]): void {
  const numbers = turns(effects).map(([n]) => n);
  must('each turn has its number', new Set(numbers).size === numbers.length);
  const ends = recorded(effects).filter((entry) => entry.kind === 'ended').length;
  must('the record is closed once', ends <= 1);
  must('the call is finished with its record', ofKind(effects, 'finished').length === ends);
  must('the hold is let go with it', ofKind(effects, 'release').length === ends);
  must('nothing comes after', ends === 0 || effects.at(-1)?.kind === 'finished');
  must(
    'the model is closed last',
    ends === 0 || orderTypes(effects).indexOf('close') === orderTypes(effects).length - 1,
  );
}
