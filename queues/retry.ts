/** How often and how soon failed jobs are tried again: one table, and the one function that makes delays of it. */

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
} as const satisfies Readonly<Record<string, RetryPolicy>>;

/** Delay after the n-th failure, n from 1: doubled each time, bounded, and anywhere in its upper half. */
export function backOffMs(policy: RetryPolicy, failures: number, random: () => number = Math.random): number {
  const fullMs = Math.min(policy.longestMs, policy.firstMs * 2 ** (failures - 1));
  return Math.round(fullMs / 2 + (random() * fullMs) / 2);
}
