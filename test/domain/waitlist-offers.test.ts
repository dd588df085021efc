import { expect, it } from 'vitest';
import { type MatchedEntry, OFFER_GRACE_MS, OFFER_MS, waitlistStep } from '../../src/domain/waitlist-offers.ts';

const MINUTE_MS = 60_000;
const at = (time: string): number => Date.parse(`2026-06-10T${time}:00-04:00`);
const NOON = at('12:00');
const ENTRY: MatchedEntry = {
  status: 'matched',
  startsAt: at('16:00'),
  expiresAt: null,
  timeZone: 'America/New_York',
  quiet: { from: '21:00', until: '08:00' },
  noticeMinutes: 60,
};

it.each([
  ['is offered at once, for 15 minutes', {}, NOON, { kind: 'offer', expiresAt: NOON + OFFER_MS }],
  ['is not offered after its start', { noticeMinutes: 0 }, at('15:50'), { kind: 'offer', expiresAt: at('16:00') }],
  ['is not offered too late to be booked', {}, at('15:00'), { kind: 'drop' }],
  ['waits for the morning', {}, at('05:00'), { kind: 'wait', until: at('08:00') }],
  ['waits no longer than it is worth', { startsAt: at('08:30') }, at('05:00'), { kind: 'wait', until: at('07:30') }],
  ['is given time to be answered', { expiresAt: NOON }, NOON, { kind: 'wait', until: NOON + OFFER_GRACE_MS }],
  ['is the next one’s then', { expiresAt: NOON }, NOON + MINUTE_MS, { kind: 'pass_on' }],
  ['is nobody’s once it is too late', { expiresAt: at('15:00') }, at('15:01'), { kind: 'drop' }],
  ['is over once it is booked', { status: 'booked', expiresAt: NOON }, NOON, { kind: 'nothing' }],
  ['is none of somebody who waits', { status: 'waiting' }, NOON, { kind: 'nothing' }],
] as const)('a time that became free %s', (_, changes, now, step) => {
  expect(waitlistStep({ ...ENTRY, ...changes }, now)).toEqual(step);
});
