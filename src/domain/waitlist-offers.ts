/**
 * How time that became free comes to somebody on the waitlist: it is kept for them and offered by text; a YES within
 * 15 minutes books it, else it is the next one's. What is next to be done is read off the entry as it stands.
 */
import type { Instant } from './clinic.ts';
import { MINUTE_MS } from './clinic-time.ts';
import { type QuietHours, quietAround } from './quiet-hours.ts';

/** How long an offer stands. */
export const OFFER_MS = 15 * MINUTE_MS;
/** It is kept for a little longer: a YES takes its way, and clocks differ. */
export const OFFER_GRACE_MS = MINUTE_MS;

export interface MatchedEntry {
  readonly status: 'waiting' | 'matched' | 'booked' | 'closed';
  /** The time that became free. */
  readonly startsAt: Instant;
  /** Until when it is offered; null where it is not offered yet. */
  readonly expiresAt: Instant | null;
  readonly timeZone: string;
  readonly quiet: QuietHours;
  /** How long before its start an appointment may still be booked. */
  readonly noticeMinutes: number;
}

/**
 * - `offer`: keep the time for them, and offer it until then.
 * - `wait`: look again at this time.
 * - `pass_on`: they did not answer: the time is the next one's, and they wait on.
 * - `drop`: it is too late for anybody to take it; they wait on.
 * - `nothing`: the entry is nobody's business any more.
 */
export type WaitlistStep =
  | { readonly kind: 'offer'; readonly expiresAt: Instant }
  | { readonly kind: 'wait'; readonly until: Instant }
  | { readonly kind: 'pass_on' | 'drop' | 'nothing' };

export function waitlistStep(entry: MatchedEntry, now: Instant): WaitlistStep {
  const { status, startsAt, expiresAt, quiet, timeZone } = entry;
  if (status !== 'matched') return { kind: 'nothing' };
  const lastMoment = startsAt - entry.noticeMinutes * MINUTE_MS;
  if (expiresAt !== null) {
    const endsAt = expiresAt + OFFER_GRACE_MS;
    if (now < endsAt) return { kind: 'wait', until: endsAt };
    return { kind: now < lastMoment ? 'pass_on' : 'drop' };
  }
  if (now >= lastMoment) return { kind: 'drop' };
  const peace = quietAround(now, quiet, timeZone);
  if (peace !== null) return { kind: 'wait', until: Math.min(peace.endsAt, lastMoment) };
  return { kind: 'offer', expiresAt: Math.min(now + OFFER_MS, startsAt) };
}
