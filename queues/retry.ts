/** How often and how soon failed work is tried again: one table, and the one function that makes delays of it. */
import type { CalendarFailureKind } from '../src/domain/events.ts';
import type { TextTroubleKind } from '../src/domain/texts.ts';

export interface RetryPolicy {
  /** Runs at most, the first one included. */
  readonly attempts: number;
  /** Delay after the first failure; doubled after each further one. */
  readonly firstMs: number;
  /** Longest delay. */
  readonly longestMs: number;
}

/** One row a job. */
export const RETRY = {
  /** No job: a node's background work on a clinic's phrases. A service that is away is asked less and less. */
  phrases: { attempts: Number.POSITIVE_INFINITY, firstMs: 30_000, longestMs: 30 * 60_000 },
  /** The next period makes up for a run that failed for good. */
  housekeeping: { attempts: 3, firstMs: 1_000, longestMs: 5_000 },
  /** A calendar that could not be looked at: no job's, but each calendar's own. */
  calendarLook: { attempts: Number.POSITIVE_INFINITY, firstMs: 5_000, longestMs: 120_000 },
  /** The next round makes up for one that failed. */
  calendarSync: { attempts: 1, firstMs: 1_000, longestMs: 1_000 },
  /** The next minute goes on where it was left. */
  reconcileCalendars: { attempts: 1, firstMs: 1_000, longestMs: 1_000 },
  /** A doorbell that nobody could answer, since the book was out of reach: it is rung again in any case. */
  syncAppointment: { attempts: 2, firstMs: 1_000, longestMs: 5_000 },
  /** The same for a conversation that is to be scored. */
  scoreConversation: { attempts: 2, firstMs: 1_000, longestMs: 5_000 },
  /** The same for an event that a clinic's own system is to be told of. */
  deliverWebhook: { attempts: 2, firstMs: 1_000, longestMs: 5_000 },
  /** The same for what a customer is to be told of an appointment. */
  notifyCustomer: { attempts: 2, firstMs: 1_000, longestMs: 5_000 },
  /** The same for a time that is offered to the waitlist. */
  offerWaitlist: { attempts: 2, firstMs: 1_000, longestMs: 5_000 },
  /** No job: how soon such a system is told again; for how long, says `WEBHOOK_PATIENCE_MS`. */
  webhook: { attempts: Number.POSITIVE_INFINITY, firstMs: 10_000, longestMs: 3 * 3_600_000 },
  /** The same for a thread of text messages. */
  sendTexts: { attempts: 2, firstMs: 1_000, longestMs: 5_000 },
  /** The same for what came in on it. */
  answerTexts: { attempts: 2, firstMs: 1_000, longestMs: 5_000 },
  /** No job: how often a model is asked for the answer to a text. Who wrote it looks at their phone and waits. */
  answering: { attempts: 3, firstMs: 2_000, longestMs: 10_000 },
  /** No job: how often a model is asked for a score. It may come late; what cannot be had is answered neutrally. */
  scoring: { attempts: 3, firstMs: 4_000, longestMs: 60_000 },
} as const satisfies Readonly<Record<string, RetryPolicy>>;

/** How long a calendar's work is tried after it was last asked for. */
export const CALENDAR_PATIENCE_MS = 72 * 3_600_000;

/** What is done where bringing an appointment to its calendar failed. */
export interface FailurePolicy {
  /** How soon it is tried again, as long as there is patience; null: it will never do, and somebody has to look at it. */
  readonly again: Pick<RetryPolicy, 'firstMs' | 'longestMs'> | null;
  /** Nobody writes to the calendar meanwhile; others go on. */
  readonly pauses: boolean;
  /** Nothing can be written to the calendar until somebody mends that. */
  readonly flags: boolean;
}

/** One row a cause. */
export const CALENDAR_FAILURES: Readonly<Record<CalendarFailureKind, FailurePolicy>> = {
  busy: { again: { firstMs: 2_000, longestMs: 120_000 }, pauses: true, flags: false },
  credentials: { again: { firstMs: 30_000, longestMs: 15 * 60_000 }, pauses: true, flags: true },
  calendar_gone: { again: { firstMs: 30_000, longestMs: 15 * 60_000 }, pauses: true, flags: true },
  unavailable: { again: { firstMs: 1_000, longestMs: 5 * 60_000 }, pauses: false, flags: false },
  timeout: { again: { firstMs: 1_000, longestMs: 5 * 60_000 }, pauses: false, flags: false },
  refused: { again: null, pauses: false, flags: false },
  broke: { again: { firstMs: 5_000, longestMs: 15 * 60_000 }, pauses: false, flags: false },
  unsettled: { again: { firstMs: 1_000, longestMs: 60_000 }, pauses: false, flags: false },
};

/** What is done where a text message was not taken, by cause; it is tried for as long as it is of use. */
export interface TextFailurePolicy {
  readonly again: Pick<RetryPolicy, 'firstMs' | 'longestMs'>;
  /** Whether the message may have gone all the same: then it is looked for before it is sent again. */
  readonly sent: 'no' | 'unknown';
}

/** One row a cause; those not named here are final. */
export const TEXT_FAILURES: Readonly<Record<Exclude<TextTroubleKind, 'opted_out' | 'refused'>, TextFailurePolicy>> = {
  busy: { again: { firstMs: 2_000, longestMs: 60_000 }, sent: 'no' },
  credentials: { again: { firstMs: 30_000, longestMs: 15 * 60_000 }, sent: 'no' },
  unavailable: { again: { firstMs: 1_000, longestMs: 5 * 60_000 }, sent: 'unknown' },
  timeout: { again: { firstMs: 1_000, longestMs: 5 * 60_000 }, sent: 'unknown' },
};

/** Delay after the n-th failure, n from 1: doubled each time, bounded, and anywhere in its upper half. */
export function backOffMs(
  policy: Pick<RetryPolicy, 'firstMs' | 'longestMs'>,
  failures: number,
  random: () => number = Math.random,
): number {
  const fullMs = Math.min(policy.longestMs, policy.firstMs * 2 ** (failures - 1));
  return Math.round(fullMs / 2 + (random() * fullMs) / 2);
}
