/**
 * Looks at one appointment and has its customer told what is due: that it was booked, moved or cancelled, and reminders.
 * What is due is decided from the appointment as it stands (`notices.ts`), so that a worker may die after any step, and
 * two that look at once tell nothing twice.
 */
import { z } from 'zod';
import type { Events } from '../../src/domain/events.ts';
import type { NoticeBook, NoticeClaim } from '../../src/domain/notice-book.ts';
import { noticeText } from '../../src/domain/notice-texts.ts';
import { noticesDue } from '../../src/domain/notices.ts';
import type { Job, JobOutcome, JobRun } from '../job.ts';
import { RETRY } from '../retry.ts';

export interface NotifyCustomerOptions {
  readonly book: NoticeBook;
  readonly events: Events;
  /** A name for one claim, never given twice: a UUID. */
  readonly newToken: () => string;
}

export const NOTIFY_CUSTOMER_JOB = 'notify-customer';

const CONCURRENCY = 8;
const TIME_LIMIT_MS = 15_000;
const CLAIM_MS = 30_000;

const doorbell = z.object({ clinicId: z.uuid(), appointmentId: z.uuid() });

export function notifyCustomerJob(options: NotifyCustomerOptions): Job {
  return {
    name: NOTIFY_CUSTOMER_JOB,
    everyMs: null,
    concurrency: CONCURRENCY,
    timeLimitMs: TIME_LIMIT_MS,
    retry: RETRY.notifyCustomer,
    run: (run) => look(options, run),
  };
}

async function look({ book, events, newToken }: NotifyCustomerOptions, { data }: JobRun): Promise<JobOutcome> {
  const asked = doorbell.safeParse(data);
  if (!asked.success) return { kind: 'cancel', reason: 'no doorbell of an appointment' };
  const claim = await book.claim({ ...asked.data, token: newToken(), forMs: CLAIM_MS });
  if (claim === null) return { kind: 'done' };
  const { notices, lookAgainAfterMs } = dueOf(claim);
  if (await book.settle(claim, notices, lookAgainAfterMs))
    for (const { kind } of notices) events.emit('notice.asked', { clinicId: claim.clinicId, kind });
  return { kind: 'done' };
}

function dueOf({ appointment, facts, told, now }: NoticeClaim) {
  const { send, lookAgainAt } = noticesDue(appointment, told, now);
  const notices = send.map(({ kind, until }) => ({ kind, body: noticeText(kind, facts), usefulForMs: until - now }));
  return { notices, lookAgainAfterMs: lookAgainAt === null ? null : lookAgainAt - now };
}
