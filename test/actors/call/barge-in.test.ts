import { describe, expect, it } from 'vitest';
import { heardText } from '../../../actors/call/speech.ts';
import {
  begins,
  callerSpeaks,
  cutAt,
  eventNames,
  finished,
  greeted,
  orders,
  orderTypes,
  phoneOrders,
  playback,
  responseEnded,
  says,
  speechStarted,
  toolAnswered,
  toolRequested,
  turns,
} from './bench.ts';

const NOTHING_HEARD = { type: 'cut', itemId: null, heardMs: 0 };

describe('a caller who speaks', () => {
  it('while Ava speaks silences the phone; the model is told when it is known what was heard', () => {
    const call = greeted();
    begins(call, 'b', 'We are open from nine to six on weekdays.');
    const effects = call.tell(speechStarted);
    expect(phoneOrders(effects)).toEqual([{ type: 'stay' }, { type: 'interrupt' }]);
    expect(orders(effects)).toEqual([]);
    const cut = call.tell(cutAt('b', 500));
    expect(orders(cut)).toEqual([{ type: 'cut', itemId: 'b', heardMs: 500 }]);
    expect(turns(cut)).toEqual([[2, 'assistant', 'We are open from', true]]);
    expect(eventNames(cut)).toEqual(['turn.assistant', 'turn.interrupted']);
  });

  it('while the model thinks has it stop', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell({ type: 'response_started' });
    expect(orders(call.tell(speechStarted))).toEqual([NOTHING_HEARD]);
  });

  it('before the model has begun to think has it not begin', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    expect(orders(call.tell(speechStarted))).toEqual([NOTHING_HEARD]);
  });

  it('between two items of a response hears nothing of the second', () => {
    const call = greeted();
    begins(call, 'b', 'One moment.');
    call.tell(finished('b'), { type: 'words_delta', itemId: 'c', text: 'I have' });
    expect(orders(call.tell(speechStarted))).toEqual([NOTHING_HEARD]);
    expect(call.state.saying).toEqual([]);
  });

  it('over two items that are queued is told of both, with the second unheard', () => {
    const call = greeted();
    begins(call, 'b', 'One moment please.');
    call.tell(playback('c'), { type: 'words', itemId: 'c', text: 'I have two o’clock.' }, speechStarted);
    const effects = call.tell({
      type: 'playback_cut',
      items: [
        { itemId: 'b', heardMs: 1_000, sentMs: 1_000, complete: true },
        { itemId: 'c', heardMs: 0, sentMs: 1_000, complete: true },
      ],
    });
    expect(turns(effects)).toEqual([[2, 'assistant', 'One moment please.', false]]);
    expect(orders(effects)).toEqual([
      { type: 'cut', itemId: 'b', heardMs: 1_000 },
      { type: 'cut', itemId: 'c', heardMs: 0 },
    ]);
    expect(call.state.saying).toEqual([]);
  });

  it('is answered once, at the end of their turn', () => {
    const call = greeted();
    begins(call, 'b', 'We are open.');
    const effects = [...callerSpeaks(call, 'u1'), ...call.tell(cutAt('b', 300), responseEnded('cancelled'))];
    expect(orderTypes(effects).filter((type) => type === 'respond')).toHaveLength(1);
  });

  it('has the floor: a tool’s answer that comes meanwhile waits for the end of the turn', () => {
    const call = greeted();
    call.tell(toolRequested('c1'), speechStarted);
    expect(orderTypes(call.tell(toolAnswered('c1')))).toEqual(['tool_result']);
    expect(orderTypes(callerSpeaks(call, 'u1')).at(-1)).toBe('respond');
  });
});

describe('the heard part of a cut sentence', () => {
  it('ends at a whole word', () => {
    const text = 'I have two o’clock on Tuesday.';
    expect(heardText(text, 0)).toBe('');
    expect(heardText(text, 1)).toBe(text);
    expect(heardText(text, 0.5)).toBe('I have two');
    expect(heardText(text, 0.02)).toBe('');
    expect(heardText(text, 0.04)).toBe('I');
    expect(heardText('  spaced   out  ', 1)).toBe('spaced out');
  });

  it('is no more than the whole, and no less than nothing', () => {
    expect([heardText('Hello there', 7), heardText('Hello there', -1), heardText('', 1)]).toEqual([
      'Hello there',
      '',
      '',
    ]);
  });

  it('is not measured by audio that is still to be made: text runs ahead of it', () => {
    const call = greeted();
    const text = 'We are open Monday to Saturday from nine to six, and on Sunday from ten to four.';
    begins(call, 'b', text);
    call.tell(speechStarted);
    const [turn] = turns(call.tell(cutAt('b', 900, false)));
    expect(turn).toEqual([2, 'assistant', 'We are open', true]);
  });

  it('is nothing where nothing was heard: no turn is recorded', () => {
    const call = greeted();
    begins(call, 'b', 'We are open.');
    call.tell(speechStarted);
    expect(turns(call.tell(cutAt('b', 0)))).toEqual([]);
  });

  it('is all of it where it was heard to its end while the next was being made', () => {
    const call = greeted();
    begins(call, 'b', 'One moment.');
    call.tell(speechStarted);
    expect(turns(call.tell(cutAt('b', 1_000)))).toEqual([[2, 'assistant', 'One moment.', false]]);
  });

  it('is the text in the end, whichever way it came', () => {
    const call = greeted();
    call.tell({ type: 'response_started' }, playback('b'));
    for (const text of ['We ', 'are ', 'opne']) call.tell({ type: 'words_delta', itemId: 'b', text });
    call.tell({ type: 'words', itemId: 'b', text: 'We are open.' });
    expect(turns(call.tell(finished('b')))).toEqual([[2, 'assistant', 'We are open.', false]]);
  });
});

describe('what Ava makes ahead', () => {
  it('is kept for a bounded number of items, each of bounded length', () => {
    const call = greeted();
    for (let item = 0; item < 30; item++) {
      for (let n = 0; n < 30; n++) call.tell({ type: 'words_delta', itemId: `i${item}`, text: 'x'.repeat(100) });
      call.tell(playback(`p${item}`));
    }
    expect(call.state.saying).toHaveLength(8);
    expect(JSON.stringify(call.state.saying).length).toBeLessThan(20_000);
  });

  it('is no turn where it was never played', () => {
    const call = greeted();
    call.tell({ type: 'words', itemId: 'x', text: 'Never said.' });
    expect(turns(call.tell(finished('x'), finished('unknown')))).toEqual([]);
    expect(turns(says(call, 'b', 'Said.'))).toEqual([[2, 'assistant', 'Said.', false]]);
  });
});
