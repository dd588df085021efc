import { expect, it } from 'vitest';
import { type LastNotice, noticeReply } from '../../src/domain/notice-replies.ts';
import { OFFER_GRACE_MS } from '../../src/domain/waitlist-offers.ts';

const NOW = 1_764_000_000_000;
const APPOINTMENT: LastNotice = { kind: 'appointment', appointmentId: 'a', startsAt: NOW + 1, active: true };
const OFFER: LastNotice = { kind: 'offer', waitlistId: 'w', expiresAt: NOW, open: true };
const CONFIRMS = { kind: 'confirms', appointmentId: 'a' };
const MOVES = { kind: 'moves', appointmentId: 'a' };
const ACCEPTS = { kind: 'accepts', waitlistId: 'w' };
const TOO_LATE = { kind: 'too_late', waitlistId: 'w' };

it.each([
  ['C', APPOINTMENT, CONFIRMS],
  [' c. ', APPOINTMENT, CONFIRMS],
  ['Confirmed!', APPOINTMENT, CONFIRMS],
  ['R', APPOINTMENT, MOVES],
  ['"R"', APPOINTMENT, MOVES],
  ['Reschedule', APPOINTMENT, MOVES],
  ['C u later', APPOINTMENT, null],
  ['Can I come at 3?', APPOINTMENT, null],
  ['YES', APPOINTMENT, null],
  ['', APPOINTMENT, null],
  ['👍', APPOINTMENT, null],
  ['C', { ...APPOINTMENT, active: false }, null],
  ['R', { ...APPOINTMENT, startsAt: NOW }, null],
  ['C', null, null],
  ['YES', OFFER, ACCEPTS],
  ['yes please!', OFFER, ACCEPTS],
  ['Sí', OFFER, ACCEPTS],
  ['YES', { ...OFFER, expiresAt: NOW - OFFER_GRACE_MS + 1 }, ACCEPTS],
  ['YES', { ...OFFER, expiresAt: NOW - OFFER_GRACE_MS }, TOO_LATE],
  ['YES', { ...OFFER, open: false }, TOO_LATE],
  ['C', OFFER, null],
  ['Is it with Priya?', OFFER, null],
  ['YES', null, null],
] as const)('%j after %j', (body, last, reply) => {
  expect(noticeReply(body, last, NOW)).toEqual(reply);
});
