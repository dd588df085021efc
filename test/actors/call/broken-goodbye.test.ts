/** A goodbye that breaks off with its line: what the caller still hears of it on another node, and when that line closes. */
import { describe, expect, it } from 'vitest';
import {
  askedFor,
  begins,
  type CallBench,
  callerSpeaks,
  committed,
  ENDING,
  elsewhere,
  FACTS,
  greeted,
  PHRASES,
  phoneOrders,
  RENDERED,
  ready,
  responseEnded,
  speechStarted,
  spoken,
  toolAnswered,
  toolRequested,
  words,
} from './bench.ts';

/** A call that is over when she has said the rest of it. */
function sayingGoodbye(): CallBench {
  const call = greeted();
  callerSpeaks(call, 'u1');
  call.tell(words('u1', 'That is all.'), { type: 'response_started' }, toolRequested('call_1', 'end_call'));
  call.tell(toolAnswered('call_1', ENDING));
  begins(call, 'a1', 'Thank you for calling us today. Goodbye, and take good care!');
  call.tell(responseEnded());
  expect(call.state.mode).toBe('parting');
  call.wait(1_200);
  return call;
}

describe('a goodbye that broke off', () => {
  it('closes the line where all was said', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'Goodbye.'), { type: 'response_started' }, toolRequested('call_1', 'end_call'));
    call.tell(toolAnswered('call_1', ENDING), responseEnded());
    const parting = elsewhere(call);
    const effects = [...parting.effects, ...parting.call.tell(ready)];
    const isOver = phoneOrders(effects).some(({ type }) => type === 'hang_up') || askedFor(effects).length > 0;
    expect(isOver).toBe(true);
  });

  it('says the rest of a goodbye, and closes the line behind it', () => {
    const { call: next, effects } = elsewhere(sayingGoodbye());
    expect(phoneOrders(effects)).toEqual([]);
    expect(askedFor(next.tell(ready))).toEqual(['respond']);
    begins(next, 'a2', 'today. Goodbye, and take good care!');
    expect(phoneOrders(next.tell(responseEnded()))).toEqual([{ type: 'hang_up', afterPlayback: true }]);
  });

  it('takes a goodbye for heard only where a slow voice would have come to its end', () => {
    const call = sayingGoodbye();
    // Sixty characters, at fifteen a second.
    call.wait(3_400);
    const soon = elsewhere(call);
    expect(phoneOrders(soon.effects)).toEqual([]);
    expect(askedFor(soon.call.tell(ready))).toEqual(['respond']);
    call.wait(2_200);
    expect(phoneOrders(elsewhere(call).effects)).toEqual([{ type: 'hang_up', afterPlayback: false }]);
  });

  it('says goodbye by itself where the model has no rest of one, and closes the line behind it', () => {
    const { call: next } = elsewhere(sayingGoodbye(), 1_000, undefined, RENDERED);
    next.tell(ready);
    const effects = next.tell({ type: 'response_started' }, responseEnded());
    expect(spoken(effects)).toEqual([PHRASES.goodbye]);
    expect(phoneOrders(effects)).toContainEqual({ type: 'hang_up', afterPlayback: true });
    expect(next.state.mode).toBe('parting');
  });

  it('has it say goodbye anew where that sounds through the model alone, and closes the line behind it', () => {
    const { call: next } = elsewhere(sayingGoodbye());
    next.tell(ready);
    const effects = next.tell({ type: 'response_started' }, responseEnded());
    expect(askedFor(effects)).toEqual([PHRASES.goodbye]);
    expect(phoneOrders(effects)).toEqual([]);
    begins(next, 'a2', PHRASES.goodbye);
    expect(phoneOrders(next.tell(responseEnded()))).toEqual([{ type: 'hang_up', afterPlayback: true }]);
  });

  it('closes the line where the model has no words for that either', () => {
    const { call: next } = elsewhere(sayingGoodbye());
    next.tell(ready, { type: 'response_started' }, responseEnded());
    const effects = next.tell({ type: 'response_started' }, responseEnded());
    expect(askedFor(effects)).toEqual([]);
    expect(phoneOrders(effects)).toEqual([{ type: 'hang_up', afterPlayback: true }]);
  });

  it('says goodbye anew once a sound into it turned out to be nothing', () => {
    const { call: next } = elsewhere(sayingGoodbye());
    next.tell(ready, { type: 'response_started' }, speechStarted, responseEnded());
    expect(askedFor(next.tell(committed('u2'), words('u2', '')))).toEqual([PHRASES.goodbye]);
  });

  it('hangs up on nobody who speaks when the model has no rest of a goodbye', () => {
    for (const facts of [FACTS, RENDERED]) {
      const { call: next } = elsewhere(sayingGoodbye(), 1_000, undefined, facts);
      next.tell(ready, { type: 'response_started' }, speechStarted);
      expect(phoneOrders(next.tell(responseEnded())).map(({ type }) => type)).not.toContain('hang_up');
    }
  });

  it('closes the line though the model has no rest of a goodbye to say', () => {
    const { call: next } = elsewhere(sayingGoodbye());
    next.tell(ready);
    expect(phoneOrders(next.wait(FACTS.limits.farewellMs)).map(({ type }) => type)).toContain('hang_up');
  });
});
