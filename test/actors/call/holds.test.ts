import { describe, expect, it } from 'vitest';
import { ofKind } from '../../support/step-bench.ts';
import {
  type CallBench,
  callerSpeaks,
  greeted,
  orders,
  orderTypes,
  slots,
  speechStarted,
  toolAnswered,
  toolRequested,
  words,
} from './bench.ts';

/** A call in which three times were offered. */
function offered(): CallBench {
  const call = greeted();
  call.tell(toolRequested('c1'), toolAnswered('c1', [{ type: 'offered', slots: slots(3), exact: null }]));
  return call;
}

function hears(call: CallBench, itemId: string, text: string) {
  callerSpeaks(call, itemId);
  return call.tell(words(itemId, text));
}

describe('a choice by words', () => {
  it('is held for the caller, as the slot it means', () => {
    const effects = hears(offered(), 'u1', 'The second one, please.');
    expect(ofKind(effects, 'hold')).toEqual([{ kind: 'hold', slotId: 'slot_2', slot: slots(3)[1], movingId: null }]);
    expect(orders(effects)).toEqual([]);
  });

  it('for an appointment that is to be moved may take of that one’s own time', () => {
    const call = greeted();
    const moving = { type: 'moving', appointmentId: 'a' } as const;
    call.tell(toolRequested('c1'), toolAnswered('c1', [moving, { type: 'offered', slots: slots(3), exact: null }]));
    const effects = hears(call, 'u1', 'The second one, please.');
    expect(ofKind(effects, 'hold')).toMatchObject([{ slotId: 'slot_2', movingId: 'a' }]);
  });

  it('is held once, however often it is said', () => {
    const call = offered();
    hears(call, 'u1', 'The second one, please.');
    expect(ofKind(hears(call, 'u2', 'Yes, the second one.'), 'hold')).toEqual([]);
  });

  it('is held again where it changes, and given up where the caller wants another', () => {
    const call = offered();
    hears(call, 'u1', 'The second one, please.');
    expect(ofKind(hears(call, 'u2', 'Oh, the third one.'), 'hold')).toMatchObject([{ slotId: 'slot_3' }]);
    expect(hears(call, 'u3', 'Do you have something else?').map((effect) => effect.kind)).not.toContain('hold');
    expect(call.state.dealings.choice).toBeNull();
  });

  it('is nothing where nothing was offered', () => {
    expect(ofKind(hears(greeted(), 'u1', 'The second one, please.'), 'hold')).toEqual([]);
  });

  it('that was just taken is told to the model, and chosen no more', () => {
    const call = offered();
    hears(call, 'u1', 'The first one.');
    const effects = call.tell({ type: 'hold_answered', slotId: 'slot_1', result: 'taken' });
    expect(orderTypes(effects)).toEqual(['note', 'respond']);
    expect(call.state.dealings.choice).toBeNull();
  });

  it('that was just taken is not told over a caller who speaks', () => {
    const call = offered();
    hears(call, 'u1', 'The first one.');
    call.tell(speechStarted);
    expect(orderTypes(call.tell({ type: 'hold_answered', slotId: 'slot_1', result: 'taken' }))).toEqual(['note']);
  });

  it('that is held needs no word', () => {
    const call = offered();
    hears(call, 'u1', 'The first one.');
    expect(call.tell({ type: 'hold_answered', slotId: 'slot_1', result: 'held' })).toEqual([]);
    expect(call.state.dealings.choice).toBe('slot_1');
  });

  it('of what is booked by then is none: words come late, and nobody else took it', () => {
    const call = offered();
    callerSpeaks(call, 'u1');
    const booked = { type: 'booked', appointmentId: 'a', slotId: 'slot_1' } as const;
    call.tell(toolRequested('c2', 'book_appointment'), toolAnswered('c2', [booked]));
    expect(ofKind(call.tell(words('u1', 'Yes, the first one, please.')), 'hold')).toEqual([]);
    expect(call.state.dealings.choice).toBeNull();
    expect(ofKind(hears(call, 'u2', 'Oh, the second one would be better.'), 'hold')).toMatchObject([
      { slotId: 'slot_2' },
    ]);
  });

  it('that a booking under way takes is not told as taken', () => {
    const call = offered();
    callerSpeaks(call, 'u1');
    call.tell(toolRequested('c2', 'book_appointment'));
    expect(ofKind(call.tell(words('u1', 'Yes, the first one, please.')), 'hold')).toHaveLength(1);
    expect(call.tell({ type: 'hold_answered', slotId: 'slot_1', result: 'taken' })).toEqual([]);
  });

  it('is not spoilt by the answer about an earlier one', () => {
    const call = offered();
    hears(call, 'u1', 'The first one.');
    hears(call, 'u2', 'No, the third one.');
    expect(call.tell({ type: 'hold_answered', slotId: 'slot_1', result: 'taken' })).toEqual([]);
    expect(call.state.dealings.choice).toBe('slot_3');
  });
});
