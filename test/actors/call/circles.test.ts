/** A model that runs in circles: told what to do instead, and in the end the caller is with people. */
import { describe, expect, it } from 'vitest';
import type { CallEffect } from '../../../actors/call/effects.ts';
import {
  begins,
  type CallBench,
  callerSpeaks,
  greeted,
  orders,
  PHRASES,
  phoneOrders,
  ran,
  responseEnded,
  toolAnswered,
  toolRequested,
} from './bench.ts';

/** The model asks for a tool in a response of its own, and where it runs it is answered. */
function asks(call: CallBench, callId: string, argumentsText?: string): CallEffect[] {
  const effects = call.tell({ type: 'response_started' }, toolRequested(callId, 'get_clinic_info', argumentsText));
  return [
    ...effects,
    ...call.tell(responseEnded()),
    ...(ran(effects).length > 0 ? call.tell(toolAnswered(callId)) : []),
  ];
}

function asked(): CallBench {
  const call = greeted();
  callerSpeaks(call, 'u1');
  return call;
}

const resultOf = (effects: readonly CallEffect[]): string =>
  orders(effects).flatMap((order) => (order.type === 'tool_result' ? [order.output] : []))[0] ?? '';

describe('a model that asks the same again and again', () => {
  it('is told at the third time what to do instead, and the tool is not run', () => {
    const call = asked();
    expect(ran([...asks(call, 'a', '{}'), ...asks(call, 'b', '{}')])).toEqual(['a', 'b']);
    const third = asks(call, 'c', '{}');
    expect(ran(third)).toEqual([]);
    expect(JSON.parse(resultOf(third))).toMatchObject({
      success: false,
      guidance: expect.stringMatching(/not call it again/),
    });
    expect(orders(third).at(-1)).toEqual({ type: 'respond' });
  });

  it('loses the caller to staff where it does not listen, and is not asked again', () => {
    const call = asked();
    const effects = ['a', 'b', 'c', 'd', 'e'].flatMap((callId) => asks(call, callId, '{}'));
    expect(ran(effects)).toEqual(['a', 'b']);
    expect(orders(effects).at(-1)).toEqual({ type: 'say', sentence: PHRASES.connecting });
    begins(call, 'bye', PHRASES.connecting);
    expect(phoneOrders(call.tell(responseEnded()))).toEqual([{ type: 'hang_up', afterPlayback: true }]);
  });

  it('keeps the caller where it asked for all of it at once, before any refusal reached it', () => {
    const call = asked();
    call.tell({ type: 'response_started' });
    const effects = Array.from({ length: 10 }, (_, n) => call.tell(toolRequested(`c${n}`, 'get_clinic_info', '{}')));
    effects.push(call.tell(responseEnded()), call.tell(toolAnswered('c0')), call.tell(toolAnswered('c1')));
    expect(ran(effects.flat())).toEqual(['c0', 'c1']);
    expect(orders(effects.flat()).at(-1)).toEqual({ type: 'respond' });
    expect(call.state.dealings.transferring).toBeNull();
  });

  it('may ask it afresh once the caller has spoken', () => {
    const call = asked();
    for (const callId of ['a', 'b', 'c']) asks(call, callId, '{}');
    callerSpeaks(call, 'u2');
    expect(ran(asks(call, 'd', '{}'))).toEqual(['d']);
  });
});

describe('a model that goes from tool to tool', () => {
  it('is stopped after twelve with no word from the caller in between', () => {
    const call = asked();
    const effects = Array.from({ length: 13 }, (_, n) => asks(call, `c${n}`)).flat();
    expect(ran(effects)).toHaveLength(12);
    expect(resultOf(asks(call, 'last'))).toMatch(/too often/);
  });
});
