import { describe, expect, it } from 'vitest';
import { ofKind } from '../../support/step-bench.ts';
import {
  begins,
  callerSpeaks,
  committed,
  eventNames,
  finished,
  greeted,
  newConversation,
  orders,
  orderTypes,
  PHRASES,
  recorded,
  says,
  speechStarted,
  turns,
  words,
} from './bench.ts';

describe('a conversation', () => {
  it('begins with the greeting, said by Ava before anything else', () => {
    const call = newConversation();
    expect(call.tell({ type: 'phone_opened' })).toEqual([
      { kind: 'tell_model', order: { type: 'say', sentence: PHRASES.greeting } },
    ]);
    expect(call.state.mode).toBe('talking');
  });

  it('greets once', () => {
    expect(greeted().tell({ type: 'phone_opened' })).toEqual([]);
  });

  it('greets also a caller who speaks before the phone is open', () => {
    const call = newConversation();
    call.tell(speechStarted);
    expect(orderTypes(call.tell({ type: 'phone_opened' }))).toEqual(['say']);
  });

  it('has the model answer at the end of the caller’s speech, whatever the words were', () => {
    const call = greeted();
    expect(orderTypes(callerSpeaks(call, 'u1')).at(-1)).toBe('respond');
  });

  it('tells that a turn is over before its words are known', () => {
    const call = greeted();
    expect(ofKind(callerSpeaks(call, 'u1'), 'event')).toEqual([
      { kind: 'event', name: 'turn.committed', event: { n: 2, spokenMs: 1_000 } },
    ]);
  });

  it('numbers turns in the order in which they were spoken', () => {
    const call = newConversation();
    const effects = call.tell({ type: 'phone_opened' });
    effects.push(...says(call, 'a', 'Hello.'), ...callerSpeaks(call, 'u1'), ...says(call, 'b', 'Sure.'));
    effects.push(...callerSpeaks(call, 'u2'), ...call.tell(words('u2', 'Botox.'), words('u1', 'Good morning.')));
    expect(turns(effects)).toEqual([
      [1, 'assistant', 'Hello.', false],
      [3, 'assistant', 'Sure.', false],
      [4, 'customer', 'Botox.', false],
      [2, 'customer', 'Good morning.', false],
    ]);
  });

  it('records a caller’s turn with the times of its speech, not of its transcript', () => {
    const call = greeted();
    call.wait(500);
    const began = call.now;
    callerSpeaks(call, 'u1');
    call.wait(4_000);
    const effects = call.tell(words('u1', ' Botox, please. '));
    expect(recorded(effects)).toMatchObject([{ text: 'Botox, please.', startedAt: began, endedAt: began + 1_000 }]);
    expect(eventNames(effects)).toEqual(['turn.caller']);
  });

  it('records a turn whose transcription failed, as inaudible', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    expect(turns(call.tell({ type: 'caller_words_failed', itemId: 'u1' }))).toEqual([
      [2, 'customer', '[inaudible]', false],
    ]);
  });

  it('does not take a noise without words for a turn', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    expect(call.tell(words('u1', '  '))).toEqual([]);
    expect(call.state.awaited).toEqual([]);
  });

  it('takes each transcript once, and none of a turn it does not know', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    expect(turns(call.tell(words('u1', 'Yes.')))).toHaveLength(1);
    expect(call.tell(words('u1', 'Yes.'), words('u9', 'Who?'))).toEqual([]);
  });

  it('does not wait for ever for words, and loses no turn whose words never came', () => {
    const call = greeted();
    const effects = Array.from({ length: 12 }, (_, n) => callerSpeaks(call, `u${n}`)).flat();
    expect(turns(effects)).toEqual([2, 3, 4, 5].map((n) => [n, 'customer', '[inaudible]', false]));
    expect(recorded(effects)[0]).toMatchObject({ startedAt: call.now - 12_000, endedAt: call.now - 11_000 });
    expect(call.state.awaited).toHaveLength(8);
    expect(turns(call.tell(words('u11', 'Last.')))).toEqual([[13, 'customer', 'Last.', false]]);
  });

  it('records at the end the turns whose words had not come, with their own times', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    const ended = call.now;
    call.wait(3_000);
    const effects = call.tell({ type: 'phone_closed', reason: 'stop' });
    expect(turns(effects)).toEqual([[2, 'customer', '[inaudible]', false]]);
    expect(recorded(effects)[0]).toMatchObject({ startedAt: ended - 1_000, endedAt: ended });
  });

  it('measures from the end of the caller’s speech to the first sample of the answer, once', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.wait(700);
    const effects = begins(call, 'b', 'Sure.');
    expect(ofKind(effects, 'event')).toMatchObject([
      { name: 'response.started' },
      { name: 'turn.first_audio', event: { ms: 700 } },
    ]);
    expect(eventNames(call.tell(finished('b'), { type: 'playback_started', itemId: 'c' }))).toEqual(['turn.assistant']);
  });

  it('answers a turn that was committed without a beginning', () => {
    const call = greeted();
    const effects = call.tell(committed('u1'), words('u1', 'Hello?'));
    expect(orders(effects)).toEqual([{ type: 'respond' }]);
    expect(recorded(effects)).toMatchObject([{ n: 2, startedAt: call.now, endedAt: call.now }]);
  });
});
