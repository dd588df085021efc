/** What a job is, and the few things that can come of a run of it. Knows nothing of the queue that carries it. */
import { z } from 'zod';
import type { RetryPolicy } from './retry.ts';

/**
 * - `done`: nothing is left to do.
 * - `retry`: again after the policy's back-off, or after `afterMs`; counts as an attempt, and the last one is final.
 * - `cancel`: pointless, now and later; never run again.
 * - `snooze`: not yet; again after `forMs`, and no attempt was lost.
 */
export type JobOutcome = z.output<typeof jobOutcome>;

const delayMs = z.number().nonnegative();
/** Parsed, since a job that answers nonsense must not pass for done. */
export const jobOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done') }).readonly(),
  z.object({ kind: z.literal('retry'), error: z.unknown(), afterMs: delayMs.optional() }).readonly(),
  z.object({ kind: z.literal('cancel'), reason: z.string() }).readonly(),
  z.object({ kind: z.literal('snooze'), forMs: delayMs }).readonly(),
]);

export interface JobRun {
  /** As it was enqueued: the job parses it. */
  readonly data: unknown;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the run's time is over or its worker stops: nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** A kind of work, with a queue of its own. */
export interface Job {
  /** The queue's name: small letters and dashes. */
  readonly name: string;
  /** Run once each so often, whatever the number of workers; null where it is run when it is enqueued. */
  readonly everyMs: number | null;
  /** Runs at a time on one node. */
  readonly concurrency: number;
  /** Longest run; one that takes longer is left behind and tried again. */
  readonly timeLimitMs: number;
  readonly retry: RetryPolicy;
  /**
   * Does the work. May be run twice, even at the same time: a worker that was thought dead may live. What it throws is
   * a `retry`.
   */
  readonly run: (run: JobRun) => Promise<JobOutcome>;
}
