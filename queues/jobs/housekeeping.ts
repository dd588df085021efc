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
  /** Deletes what of the outbox was done so long ago. */
  forgetDoneWork(olderMs: number): Promise<number>;
  /** Deletes what clinics' own systems were told, or could not be told, so long ago. */
  forgetWebhooks(olderMs: number): Promise<number>;
  /** Deletes what calls folded so long ago: they can no longer be replayed. */
  forgetCallEvents(olderMs: number): Promise<number>;
  /** Deletes the notes of what customers were told of appointments that are over for so long. */
  forgetNotices(olderMs: number): Promise<number>;
  /** Deletes texts that came in so long ago and are in the record of their conversations. */
  forgetReceivedTexts(olderMs: number): Promise<number>;
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
const DAY_MS = 24 * 3_600_000;
/** How long what has served is kept, for whoever looks into what happened. */
const KEPT_MS = {
  nodes: DAY_MS,
  doneWork: 7 * DAY_MS,
  webhooks: 30 * DAY_MS,
  callEvents: FOLDS_KEPT_DAYS * DAY_MS,
  notices: 30 * DAY_MS,
  receivedTexts: 30 * DAY_MS,
} as const;

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
  const errors: unknown[] = [];
  const counted = (chore: Promise<number>): Promise<number> =>
    chore.catch((error: unknown) => {
      errors.push(error);
      return 0;
    });
  const [calls, holds, nodes, threads, ...forgotten] = await Promise.all([
    counted(chores.endLostCalls(Math.max(resumeTtlMs, LEAST_SILENCE_MS))),
    counted(chores.dropLapsedHolds(now())),
    counted(chores.forgetNodes(KEPT_MS.nodes)),
    counted(chores.endQuietThreads()),
    counted(chores.forgetDoneWork(KEPT_MS.doneWork)),
    counted(chores.forgetWebhooks(KEPT_MS.webhooks)),
    counted(chores.forgetCallEvents(KEPT_MS.callEvents)),
    counted(chores.forgetNotices(KEPT_MS.notices)),
    counted(chores.forgetReceivedTexts(KEPT_MS.receivedTexts)),
  ]);
  const rows = forgotten.reduce((sum, count) => sum + count, 0);
  events.emit('housekeeping.done', { calls, holds, nodes, threads, rows });
  if (errors.length === 0) return { kind: 'done' };
  return { kind: 'retry', error: errors.length === 1 ? errors[0] : new AggregateError(errors, 'chores failed') };
}
