/** What is written to a caller whose call broke off. */
import { describe, expect, it } from 'vitest';
import { type DealingsChange, deal, NO_DEALINGS } from '../../src/domain/dealings.ts';
import type { CutOff } from '../../src/domain/texting.ts';
import { carriedOn } from '../../src/receptionist/cut-off.ts';
import { MONDAY_MORNING, radiance } from './desk.ts';

const [botox] = radiance.services;
const [priya] = radiance.providers;
const HOUR_MS = 3_600_000;
const slot = (hours: number) => ({
  serviceId: botox?.id ?? '',
  providerId: priya?.id ?? '',
  startsAt: MONDAY_MORNING + hours * HOUR_MS,
  endsAt: MONDAY_MORNING + (hours + 0.5) * HOUR_MS,
});
const OFFERED: DealingsChange = { type: 'offered', slots: [slot(1), slot(26), slot(28)], exact: null };

function cutOff(changes: readonly DealingsChange[], more: Partial<CutOff> = {}): CutOff {
  const dealings = changes.reduce(deal, NO_DEALINGS);
  return {
    clinicId: radiance.id,
    phone: '+15550100142',
    conversationId: 'call',
    language: 'en',
    dealings,
    history: [],
    ...more,
  };
}
const after = (cut: CutOff, now = MONDAY_MORNING) => carriedOn(cut, radiance, 'thread', now);

it('a caller who had chosen is asked about that time, and else about all that are still to come', () => {
  expect(after(cutOff([OFFERED, { type: 'chosen', slotId: 'slot_2' }]))?.text.body).toMatch(
    /our call was cut off\. We can go on here by text: I still have tomorrow, Tuesday, November 24th at 12 PM\. Would/,
  );
  const later = after(cutOff([OFFERED]), MONDAY_MORNING + 2 * HOUR_MS);
  expect(later?.text.body).toMatch(/I still have tomorrow, .* at 12 PM or tomorrow, .* at 2 PM\. Would/);
  expect(later?.conversation.dealings.offers.latest).toHaveLength(3);
});

it('what was said in the call is known in writing, and what it ended with', () => {
  const history = [{ kind: 'customer', text: 'My name is Jordan Lee.' }] as const;
  expect(after(cutOff([OFFERED], { history }))?.conversation.history).toEqual([
    ...history,
    {
      kind: 'note',
      text: expect.stringMatching(/cut off.* Botox with Priya Sharma at 2026-11-23T11:.*slot_id slot_1/),
    },
    { kind: 'assistant', text: expect.stringContaining('our call was cut off') },
  ]);
});

describe('nothing is written', () => {
  const done: readonly (readonly [string, DealingsChange])[] = [
    ['booked', { type: 'booked', appointmentId: 'a', slotId: 'slot_1' }],
    ['moved', { type: 'moved', appointmentId: 'a', slotId: 'slot_1' }],
    ['put on the waitlist', { type: 'waitlisted' }],
    ['taken a message from', { type: 'message_taken' }],
    ['said goodbye to', { type: 'ending' }],
  ];
  it.each(done)('to a caller who was %s', (_, change) => {
    expect(after(cutOff([OFFERED, change]))).toBeNull();
  });

  it('where staff took over, or should have at once', () => {
    const { dealings } = cutOff([OFFERED]);
    expect(after(cutOff([], { dealings: { ...dealings, escalated: true } }))).toBeNull();
    expect(after(cutOff([], { dealings: { ...dealings, urgent: true } }))).toBeNull();
  });

  it('where nothing was on offer, or is any more', () => {
    expect(after(cutOff([]))).toBeNull();
    expect(after(cutOff([OFFERED]), MONDAY_MORNING + 48 * HOUR_MS)).toBeNull();
  });

  it.each(['+442079460958', '+493012345678', '+18005551212'])('to %s, which takes no texts', (phone) => {
    expect(after(cutOff([OFFERED], { phone }))).toBeNull();
  });
});
