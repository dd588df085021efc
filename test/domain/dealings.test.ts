/** What a conversation remembers, and what it came to. */
import { describe, expect, it } from 'vitest';
import {
  chosenOffer,
  type Dealings,
  type DealingsChange,
  deal,
  hear,
  NO_DEALINGS,
  outcomeSoFar,
} from '../../src/domain/dealings.ts';
import type { Slot } from '../../src/domain/slots.ts';
import { clinicOf } from '../support/clinics.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const clinic = clinicOf();
const slotAt = (day: number, hour: number): Slot => {
  const startsAt = Date.UTC(2026, 10, day, hour);
  return { serviceId: 'botox', providerId: 'priya', startsAt, endsAt: startsAt + 1_800_000 };
};
const [tue, wed, thu] = [slotAt(24, 14), slotAt(25, 10), slotAt(26, 16)];
const offered = (slots: readonly Slot[], exact: Slot | null = null): DealingsChange => ({
  type: 'offered',
  slots,
  exact,
});
const after = (...changes: readonly DealingsChange[]): Dealings => changes.reduce(deal, NO_DEALINGS);
const choiceAfter = (dealings: Dealings, ...sentences: readonly string[]): string | null =>
  sentences.reduce((before, words) => hear(before, words, clinic, NOW), dealings).choice;

describe('a choice', () => {
  const three = after(offered([tue, wed, thu]));
  const exact = after(offered([tue], tue));

  it('is made by an exact match and by the caller’s words', () => {
    expect(exact.choice).toBe('slot_1');
    expect(chosenOffer(exact)).toMatchObject({ startsAt: tue.startsAt });
    expect(choiceAfter(three, 'Wednesday please')).toBe('slot_2');
    expect(choiceAfter(three, 'the first one', 'no wait, the third one')).toBe('slot_3');
    expect(choiceAfter(three, 'Can I have the second one instead?')).toBe('slot_2');
  });

  it.each([
    'My name is Elena Brown',
    'My name is April May',
    'my number is 555 010 0142',
    'one second please',
    'yes',
    'Yes, and I have another question',
    'nothing else, thank you',
    'See you later!',
    'good morning',
    'How are you today?',
    'I called yesterday',
    'My email is tuesday at example dot com',
    'not before 2',
    'is there sun protection afterwards?',
    'two',
    'five five five',
    'I don’t mind',
  ])('stands after "%s"', (words) => {
    expect(choiceAfter(exact, words)).toBe('slot_1');
  });

  it.each([
    'Actually, Thursday',
    'yes but later',
    'do you have anything earlier?',
    'any other day?',
    'another time please',
    'something different',
    'do you have something else on Tuesday?',
    'that doesn’t work for me',
    '2 PM is too early',
    'not Tuesday',
    'how about 3 PM?',
    'next week',
  ])('is taken back by "%s"', (words) => {
    expect(choiceAfter(exact, words)).toBeNull();
  });

  it('is not changed by a digit said while a phone number is given', () => {
    expect(choiceAfter(three, 'the first one', 'two')).toBe('slot_1');
    expect(choiceAfter(three, 'the first one', 'two.', 'three')).toBe('slot_1');
    expect(choiceAfter(three, 'the first one', 'no, two')).toBeNull();
    expect(choiceAfter(three, 'three')).toBe('slot_3');
  });

  it('of either of two is the first, and the other one is the other', () => {
    const two = after(offered([tue, wed]));
    expect(choiceAfter(two, 'either is fine')).toBe('slot_1');
    expect(choiceAfter(two, 'the first one', 'sorry, the other one please')).toBe('slot_2');
    expect(choiceAfter(two, 'the other one')).toBeNull();
    expect(choiceAfter(three, 'the first one', 'the other one')).toBeNull();
  });

  it('of several stays open while the words fit more than one', () => {
    expect(choiceAfter(after(offered([tue, wed, thu])), 'in the afternoon')).toBeNull();
    expect(choiceAfter(after(offered([tue, wed, thu]), { type: 'chosen', slotId: 'slot_1' }), 'in the afternoon')).toBe(
      'slot_1',
    );
  });

  it('is over when it is booked, and when other times are offered', () => {
    expect(deal(exact, { type: 'booked', appointmentId: 'a', slotId: 'slot_1' }).choice).toBeNull();
    expect(deal(exact, offered([wed])).choice).toBeNull();
  });
});

describe('an appointment', () => {
  const booked = { type: 'booked', appointmentId: 'a', slotId: 'slot_1' } as const;
  const moving: DealingsChange = { type: 'moving', appointmentId: 'a' };

  it('is the caller’s once it was found or made', () => {
    const found: DealingsChange = { type: 'found', appointmentIds: ['b', 'c'] };
    expect(after(booked, found, found).theirs).toEqual(['a', 'b', 'c']);
  });

  it('that is to be moved takes a choice back that was made for another purpose, and no other', () => {
    const chosen = after(offered([tue], tue));
    expect(deal(chosen, moving)).toMatchObject({ moving: 'a', choice: null });
    const again = [moving, offered([tue], tue), moving].reduce(deal, NO_DEALINGS);
    expect(again).toMatchObject({ moving: 'a', choice: 'slot_1' });
    expect(deal(again, { type: 'moved', appointmentId: 'a', slotId: 'slot_1' })).toMatchObject({
      moving: null,
      choice: null,
    });
    expect(deal(again, { type: 'cancelled', appointmentId: 'a' })).toMatchObject({ moving: null, choice: null });
  });
});

describe('changes', () => {
  it('told twice count once', () => {
    const booked: DealingsChange = { type: 'booked', appointmentId: 'a', slotId: 'slot_1' };
    expect(after(booked, booked).booked).toHaveLength(1);
    expect(after(offered([tue]), offered([tue])).offers).toMatchObject({ made: 1, earlier: [] });
  });

  it('leave what they were made from untouched', () => {
    const before = after(offered([tue]));
    const copy = structuredClone(before);
    deal(before, offered([wed, thu]));
    hear(before, 'Tuesday', clinic, NOW);
    expect(before).toEqual(copy);
  });

  it('leave no choice of a time that the caller has by now, and every other one', () => {
    const made: DealingsChange = { type: 'booked', appointmentId: 'a', slotId: 'slot_1' };
    const moved: DealingsChange = { type: 'moved', appointmentId: 'a', slotId: 'slot_2' };
    const gone: DealingsChange = { type: 'cancelled', appointmentId: 'a' };
    const [first, second] = ['The first one, please.', 'The second one, please.'] as const;
    const booked = after(offered([tue, wed]), made);
    expect([choiceAfter(booked, first), choiceAfter(booked, second)]).toEqual([null, 'slot_2']);
    const elsewhere = after(offered([tue, wed]), made, moved);
    expect([choiceAfter(elsewhere, first), choiceAfter(elsewhere, second)]).toEqual(['slot_1', null]);
    const over = after(offered([tue, wed]), made, moved, gone);
    expect([choiceAfter(over, first), choiceAfter(over, second)]).toEqual(['slot_1', 'slot_2']);
  });

  it('survive being stored as JSON', () => {
    const dealings = after(offered([tue, wed]), { type: 'failed', code: 'timeout' }, { type: 'ending' });
    expect(JSON.parse(JSON.stringify(dealings))).toEqual(dealings);
  });
});

const come = (dealings: Dealings, callerTurns = 2, broke = false) => outcomeSoFar(dealings, callerTurns, broke);

describe('what a conversation came to', () => {
  const made: DealingsChange = { type: 'booked', appointmentId: 'a', slotId: 'slot_1' };
  const moved: DealingsChange = { type: 'moved', appointmentId: 'a', slotId: 'slot_1' };
  const gone: DealingsChange = { type: 'cancelled', appointmentId: 'a' };
  const message: DealingsChange = { type: 'message_taken' };
  const failure: DealingsChange = { type: 'failed', code: 'internal_error' };

  it.each([
    ['appointment_scheduled', after(offered([tue]), made)],
    ['appointment_scheduled', after(made, moved)],
    ['appointment_scheduled', after(made, gone, { ...made, appointmentId: 'b' })],
    ['appointment_scheduled', after(gone, { ...made, appointmentId: 'b' })],
    ['appointment_scheduled', after(made, failure)],
    ['rescheduled', after({ type: 'found', appointmentIds: ['a'] }, offered([tue]), moved)],
    ['rescheduled', after(moved, { ...gone, appointmentId: 'b' })],
    // Booked as well by a model that does too much: it is the one that was moved.
    ['rescheduled', after(moved, made)],
    ['cancelled', after(gone)],
    ['cancelled', after(made, gone)],
    ['cancelled', after(moved, gone)],
    ['waitlisted', after(offered([]), { type: 'waitlisted' })],
    ['waitlisted', after(failure, { type: 'waitlisted' })],
    ['info_only', after({ type: 'found', appointmentIds: ['a'] })],
    [
      'browsing',
      after({ type: 'found', appointmentIds: ['a'] }, { type: 'moving', appointmentId: 'a' }, offered([tue])),
    ],
    ['browsing', after(failure, offered([]))],
    ['browsing', after(offered([]), { type: 'failed', code: 'slot_not_offered' })],
    ['failed', after({ type: 'failed', code: 'calendar_unavailable' })],
    ['failed', after(offered([tue]), { type: 'failed', code: 'timeout' })],
    ['appointment_scheduled', { ...after(made), escalated: true }],
    ['escalated', { ...after(offered([tue]), message), escalated: true }],
    ['escalated', { ...after({ type: 'informed' }), urgent: true }],
    ['escalated', after({ type: 'failed', code: 'timeout' }, message)],
    ['message_taken', after(offered([tue]), message)],
    ['message_taken', after({ type: 'informed' }, { type: 'failed', code: 'invalid_arguments' }, message)],
    ['info_only', after({ type: 'transfer', reason: 'A bill.' })],
    ['info_only', after({ type: 'informed' })],
    ['info_only', after()],
  ] as const)('is %s', (outcome, dealings) => {
    expect(come(dealings)).toBe(outcome);
  });

  it('is abandoned where the caller said nothing, and failed where the call broke before anything lasted', () => {
    expect(come(after(), 0)).toBe('abandoned');
    expect(come(after({ type: 'informed' }), 3, true)).toBe('failed');
    expect(come(after(made), 3, true)).toBe('appointment_scheduled');
    expect(come(after(message), 3, true)).toBe('message_taken');
  });

  it('is the same wherever the call is cut after the deed', () => {
    const story = [offered([tue]), moved, failure, offered([]), { type: 'informed' } as const, message];
    const cuts = story.map((_, n) => come(after(...story.slice(0, n + 1)), 1, n % 2 === 1));
    expect(cuts).toEqual(['browsing', ...story.slice(1).map(() => 'rescheduled')]);
  });
});
