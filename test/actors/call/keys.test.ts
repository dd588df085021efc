/** The caller's keypad, step by step. */
import { describe, expect, it } from 'vitest';
import type { CallMessage } from '../../../actors/call/messages.ts';
import {
  begins,
  type CallBench,
  callerSpeaks,
  eventNames,
  FACTS,
  greeted,
  orders,
  orderTypes,
  PHRASES,
  phoneOrders,
  RENDERED,
  ran,
  responseEnded,
  toolAnswered,
  toolRequested,
  turns,
} from './bench.ts';

const PAUSE_MS = 3_000;
const press = (keys: string): CallMessage[] => keys.split('').map((digit) => ({ type: 'digit', digit }));
const PHONE = '5550100142';

describe('digits', () => {
  it.each([
    ['closed by #', (call: CallBench) => call.tell(...press(`${PHONE}#`))],
    ['followed by a pause', (call: CallBench) => [...call.tell(...press(PHONE)), ...call.wait(PAUSE_MS)]],
  ])('%s are a turn: the model is told them, the record and the log are not', (_, key) => {
    const effects = key(greeted());
    expect(orders(effects).find((order) => order.type === 'caller_text')).toMatchObject({
      text: expect.stringContaining(PHONE),
    });
    expect(orderTypes(effects).at(-1)).toBe('respond');
    expect(turns(effects)).toEqual([[2, 'customer', '[10 digits keyed]', false]]);
    const told = effects.filter(({ kind }) => kind !== 'tell_model');
    expect(eventNames(told)).toEqual(['turn.committed', 'turn.caller']);
    expect(JSON.stringify(told)).not.toContain(PHONE.slice(0, 5));
  });

  it('wait for one another: each key is given as long a pause as the first', () => {
    const call = greeted();
    const effects = press('1234').flatMap((key) => [...call.tell(key), ...call.wait(PAUSE_MS - 1)]);
    expect(turns(effects)).toEqual([]);
    expect(turns(call.wait(1))).toEqual([[2, 'customer', '[keyed 1234]', false]]);
  });

  it('silence Ava at the first of them', () => {
    const call = greeted();
    begins(call, 'a', 'We are open from nine to six.');
    expect(phoneOrders(call.tell(...press('1')))).toContainEqual({ type: 'interrupt' });
    expect(phoneOrders(call.tell(...press('2')))).toEqual([]);
  });

  it('are a turn like a spoken one: tools may be asked afresh, and a late answer is bridged and measured', () => {
    const call = greeted(RENDERED);
    const asksThrice = (turn: string) =>
      ['a', 'b', 'c'].flatMap((n) => ran(call.tell(toolRequested(turn + n, 'find', '{}'), toolAnswered(turn + n))));
    expect(asksThrice('u')).toEqual(['ua', 'ub']);
    call.tell(...press('12#'));
    expect(phoneOrders(call.wait(FACTS.limits.fillerMs))).toMatchObject([
      { type: 'speech', payload: PHRASES.oneMoment },
      { type: 'speech_complete' },
    ]);
    expect(asksThrice('v')).toEqual(['va', 'vb']);
    const answered = begins(call, 'item', 'I found it.');
    expect(eventNames(answered)).toContain('turn.first_audio');
  });

  it('are answered once, though a tool answers while the response that they cut is not over yet', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell({ type: 'response_started' }, toolRequested('c1'), ...press('1'), toolAnswered('c1'));
    expect(
      orderTypes(call.tell(...press('2#'), responseEnded('cancelled'))).filter((type) => type === 'respond'),
    ).toEqual(['respond']);
  });

  it('without end are cut off, and a lone # or * means nothing', () => {
    const call = greeted();
    const effects = [...call.tell(...press('7'.repeat(10_000))), ...call.wait(PAUSE_MS)];
    expect(turns(effects)).toEqual([[2, 'customer', '[32 digits keyed]', false]]);
    expect(
      orderTypes([...call.tell(...press('#')), ...call.tell(...press('*')), ...call.wait(PAUSE_MS)]),
    ).not.toContain('caller_text');
  });
});

describe('a lone 0', () => {
  it('puts the caller through, with that for a reason', () => {
    const call = greeted();
    const effects = [...call.tell(...press('0')), ...call.wait(PAUSE_MS)];
    expect(orders(effects)).toContainEqual({ type: 'say', sentence: PHRASES.connecting });
    expect(call.state.dealings.transferring).toBe('The caller pressed 0.');
  });

  it('at the start of a number is none', () => {
    const call = greeted();
    const effects = [...call.tell(...press('0205')), ...call.wait(PAUSE_MS)];
    expect(turns(effects)).toEqual([[2, 'customer', '[keyed 0205]', false]]);
    expect(call.state.dealings.transferring).toBeNull();
  });

  it('where nobody can be reached has that told, and a message offered', () => {
    const call = greeted({ ...FACTS, clinic: { ...FACTS.clinic, staffPhones: [] } });
    const effects = [...call.tell(...press('0')), ...call.wait(PAUSE_MS)];
    expect(orders(effects)).toContainEqual({ type: 'say', sentence: PHRASES.staffAway });
    expect(call.state).toMatchObject({ mode: 'talking', leaving: null });
  });
});
