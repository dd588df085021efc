import { describe, expect, it } from 'vitest';
import { HISTORY_LIMITS, remember } from '../../../actors/call/history.ts';
import { callerSpeaks, greeted, says, toolAnswered, toolRequested, words } from './bench.ts';

const texts = (call: ReturnType<typeof greeted>): string[] =>
  call.state.history.map((item) => (item.kind === 'tool' ? item.callId : item.text));

describe('what a call remembers', () => {
  it('stands in the order in which it was said and done, however late words come', () => {
    const call = greeted();
    callerSpeaks(call, 'u');
    call.wait(100);
    call.tell(toolRequested('c'), toolAnswered('c'));
    call.wait(100);
    says(call, 'a', 'At nine.');
    call.tell(words('u', 'When are you open?'));
    expect(texts(call)).toEqual(['Thank you for calling.', 'When are you open?', 'c', 'At nine.']);
  });

  it('is also who calls, once that is known', () => {
    const call = greeted();
    const note = 'The number is on file as Jordan Lee.';
    const told = { kind: 'tell_model', order: { type: 'note', text: note } };
    expect(call.tell({ type: 'caller_known', note })).toEqual([told]);
    expect(texts(call)).toEqual(['Thank you for calling.', note]);
  });

  it('is bounded: the oldest items go first', () => {
    let { state } = greeted();
    for (let n = 1; n <= 2 * HISTORY_LIMITS.items; n++) {
      state = remember(state, { kind: 'caller', text: `${n}`, at: n * 1e12 });
    }
    expect(state.history).toHaveLength(HISTORY_LIMITS.items);
    expect(state.history[0]).toMatchObject({ text: `${HISTORY_LIMITS.items + 1}` });
  });

  it('is bounded in characters, a tool call always with its answer', () => {
    let { state } = greeted();
    const output = 'x'.repeat(HISTORY_LIMITS.characters / 2);
    for (let n = 1; n <= 5; n++) {
      state = remember(state, { kind: 'tool', callId: `${n}`, name: 'x', argumentsText: '', output, at: n * 1e12 });
    }
    expect(state.history).toHaveLength(1);
    expect(state.history[0]).toMatchObject({ callId: '5', output });
  });
});
