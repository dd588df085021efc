/**
 * Tidies up after calls and nodes that did not end as they should. Its chores know nothing of each other: one that
 * fails keeps none of the others from being done.
 */
import type { Events } from '../../src/domain/events.ts';
import { FOLDS_KEPT_DAYS } from '../../src/domain/folds.ts';
import type { Job, JobOutcome } from '../job.ts';
import { RETRY } from '../retry.ts';

/** What is tidied; each answers how much there was. */
export interface Chores {
  /** Ends calls whose node has been silent for so long. */
  endLostCalls(silentMs: number): Promise<number>;
  /** Deletes holds that had lapsed by `now`, epoch milliseconds. */
  dropLapsedHolds(now: number): Promise<number>;
  /** Forgets nodes that have been silent for so long. */
  forgetNodes(goneMs: number): Promise<number>;
  /** Deletes what clinics' own systems were told, or could not be told, so long ago. */
  forgetWebhooks(olderMs: number): Promise<number>;
  /** Deletes what calls folded so long ago: they can no longer be replayed. */
  forgetCallEvents(olderMs: number): Promise<number>;
  /** Ends conversations by text in which nobody has written for long. */
  endQuietThreads(): Promise<number>;
}

export interface HousekeepingOptions {
  readonly chores: Chores;
  readonly events: Events;
  readonly now: () => number;
  /** How long a cut-off call can be taken up by another node: its record is closed no earlier. */
  readonly resumeTtlMs: number;
}

const EVERY_MS = 30_000;
const TIME_LIMIT_MS = 25_000;
/** A node is given up no earlier, however short calls can be resumed. */
const LEAST_SILENCE_MS = 30_000;
const NODE_GONE_MS = 24 * 3_600_000;
const WEBHOOK_KEPT_MS = 30 * 24 * 3_600_000;

export function housekeepingJob(options: HousekeepingOptions): Job {
  return {
    name: 'housekeeping',
    everyMs: EVERY_MS,
    concurrency: 1,
    timeLimitMs: TIME_LIMIT_MS,
    retry: RETRY.housekeeping,
    run: () => tidy(options),
  };
}

async function tidy({ chores, events, now, resumeTtlMs }: HousekeepingOptions): Promise<JobOutcome> {
  const [calls, holds, nodes, webhooks, callEvents, threads] = await Promise.allSettled([
    chores.endLostCalls(Math.max(resumeTtlMs, LEAST_SILENCE_MS)),
    chores.dropLapsedHolds(now()),
    chores.forgetNodes(NODE_GONE_MS),
    chores.forgetWebhooks(WEBHOOK_KEPT_MS),
    chores.forgetCallEvents(FOLDS_KEPT_DAYS * 24 * 3_600_000),
    chores.endQuietThreads(),
  ]);
  events.emit('housekeeping.done', {
    calls: countOf(calls),
    holds: countOf(holds),
    nodes: countOf(nodes),
    webhooks: countOf(webhooks),
    callEvents: countOf(callEvents),
    threads: countOf(threads),
  });
  const errors = [calls, holds, nodes, webhooks, callEvents, threads].flatMap((chore): unknown[] =>
    chore.status === 'rejected' ? [chore.reason] : [],
  );
  if (errors.length === 0) return { kind: 'done' };
  return { kind: 'retry', error: errors.length === 1 ? errors[0] : new AggregateError(errors, 'chores failed') };
}

const countOf = (chore: PromiseSettledResult<number>): number => (chore.status === 'fulfilled' ? chore.value : 0);
