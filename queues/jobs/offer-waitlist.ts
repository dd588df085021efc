/**
 * Offers a time that became free to one entry of the waitlist, or takes the offer back. The time is kept by a hold under
 * the entry's id before it is offered, so that nobody is offered what another can still take; done again after a worker
 * died, the hold is the same one and the text is sent once.
 */
import { z } from 'zod';
import type { Events } from '../../src/domain/events.ts';
import { noticeText } from '../../src/domain/notice-texts.ts';
import type { BookingStore } from '../../src/domain/ports.ts';
import type { OfferClaim, OfferEnd, WaitlistBook } from '../../src/domain/waitlist-book.ts';
import { OFFER_GRACE_MS, waitlistStep } from '../../src/domain/waitlist-offers.ts';
import type { Job, JobOutcome, JobRun } from '../job.ts';
import { RETRY } from '../retry.ts';

export interface OfferWaitlistOptions {
  readonly book: WaitlistBook;
  readonly bookings: Pick<BookingStore, 'hold' | 'release'>;
  readonly events: Events;
  /** A name for one claim, never given twice: a UUID. */
  readonly newToken: () => string;
}

export const OFFER_WAITLIST_JOB = 'offer-waitlist';

const CONCURRENCY = 4;
const TIME_LIMIT_MS = 20_000;
const CLAIM_MS = 30_000;

const doorbell = z.object({ clinicId: z.uuid(), waitlistId: z.uuid() });

export function offerWaitlistJob(options: OfferWaitlistOptions): Job {
  return {
    name: OFFER_WAITLIST_JOB,
    everyMs: null,
    concurrency: CONCURRENCY,
    timeLimitMs: TIME_LIMIT_MS,
    retry: RETRY.offerWaitlist,
    run: (run) => look(options, run),
  };
}

async function look(options: OfferWaitlistOptions, { data }: JobRun): Promise<JobOutcome> {
  const asked = doorbell.safeParse(data);
  if (!asked.success) return { kind: 'cancel', reason: 'no doorbell of an entry of the waitlist' };
  const { book, events, newToken } = options;
  const claim = await book.claim({ ...asked.data, token: newToken(), forMs: CLAIM_MS });
  if (claim === null) return { kind: 'done' };
  const end = await endOf(options, claim);
  if (await book.settle(claim, end)) events.emit('waitlist.looked', { clinicId: claim.clinicId, result: end.kind });
  return { kind: 'done' };
}

async function endOf({ bookings }: OfferWaitlistOptions, claim: OfferClaim): Promise<OfferEnd> {
  const { clinicId, waitlistId, entry, slot, blocks, facts, now } = claim;
  const step = waitlistStep(entry, now);
  switch (step.kind) {
    case 'offer': {
      if (blocks === null) return { kind: 'left', next: false };
      const { expiresAt } = step;
      const keptUntil = expiresAt + OFFER_GRACE_MS;
      const hold = { clinicId, conversationId: waitlistId, slot, blocks, expiresAt: keptUntil, now };
      if ((await bookings.hold(hold)) === 'taken') return { kind: 'left', next: false };
      const body = noticeText('waitlist_offer', facts);
      return { kind: 'offered', body, expiresAt, lookAgainAfterMs: keptUntil - now };
    }
    case 'wait':
      return { kind: 'waits', lookAgainAfterMs: step.until - now };
    case 'pass_on':
    case 'drop':
      await bookings.release(clinicId, waitlistId);
      return { kind: 'left', next: step.kind === 'pass_on' };
    case 'nothing':
      return { kind: 'nothing' };
  }
}
