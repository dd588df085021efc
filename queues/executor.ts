/**
 * Runs jobs: the only importer of BullMQ. One queue a kind of job, its keys under one hash tag so that a Cluster keeps
 * them together. What a run came to is said to BullMQ in one place. Nothing here waits for Redis: with it away nothing
 * runs, and once it is back everything goes on, schedules included, even where it came back empty.
 *
 * A worker that dies leaves its job locked: the lock lapses within `LOCK_MS`, the next check for stalled jobs gives it to
 * another worker, so that it runs again within the sum of both.
 */
import { randomUUID } from 'node:crypto';
import {
  type ConnectionOptions,
  DelayedError,
  type JobsOptions,
  Queue,
  type Job as QueuedJob,
  type Telemetry,
  UnrecoverableError,
  Worker,
} from 'bullmq';
import type { Events } from '../src/domain/events.ts';
import type { Job, JobOutcome } from './job.ts';
import { backOffMs } from './retry.ts';
import { runBounded } from './run.ts';

export interface ExecutorOptions {
  /** For queues only, without a timeout of commands (`maxRetriesPerRequest` null); stays open when the executor closes. */
  readonly connection: ConnectionOptions;
  readonly jobs: readonly Job[];
  readonly events: Events;
  /** What has a job continue the trace in which it was enqueued; nothing is traced where absent. */
  readonly telemetry?: Telemetry | undefined;
  /** How often schedules are looked after and jobs are counted. */
  readonly tendMs?: number;
}

export interface Errand {
  readonly data: unknown;
  /** The trace that its run is part of (`Tracing.carried`); null: the run begins one. */
  readonly carried: string | null;
}

export interface Executor {
  /**
   * Has a job run once, now or after `delayMs`, as part of the trace under way here. Rejects for a job it does not know;
   * waits for Redis where that is away.
   */
  enqueue(name: string, data: unknown, delayMs?: number): Promise<void>;
  /** As `enqueue`, once for each of these, in one go, each in the trace that it was carried from. */
  enqueueAll(name: string, errands: readonly Errand[]): Promise<void>;
  /**
   * Replaces a job's worker where it has begun nothing for `quietMs`: one can go deaf when Redis comes back. True where it
   * was replaced; what it still runs is let go.
   */
  renew(name: string, quietMs: number): boolean;
  /**
   * Takes no more jobs, lets those under way end for a few seconds (not at all once there is a hurry), hands the rest
   * back, and lets go of Redis. Resolves within `CLOSE_LIMIT_MS`, whatever Redis does.
   */
  close(hurry?: AbortSignal): Promise<void>;
}

const PREFIX = '{ava}';
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5_000;
/** How often one job may take its worker down, or be on one that is killed, before it is given up. */
const MAX_STALLED = 50;
/** Pause before jobs are fetched again when Redis refused. */
const FETCH_RETRY_MS = 1_000;
const TEND_MS = 5_000;
const TEND_LIMIT_MS = 2_000;
const CLOSE_GRACE_MS = 3_000;
const CLOSE_LIMIT_MS = 6_000;
/** Finished jobs kept for whoever looks for them. */
const KEPT_DONE = 20;
const KEPT_FAILED = 200;
const KEPT_QUEUE_EVENTS = 100;
const COUNTED = ['waiting', 'active', 'delayed', 'failed'] as const;

/** Opens a queue and a worker for each job. Resolves nothing and waits for nothing. */
export function openExecutor(options: ExecutorOptions): Executor {
  const queues = new Map(options.jobs.map((job) => [job.name, new JobQueue(job, options)]));
  const queueOf = (name: string): JobQueue => {
    const queue = queues.get(name);
    if (queue === undefined) throw new Error(`there is no job called ${name}`);
    return queue;
  };
  return {
    enqueue: async (name, data, delayMs = 0) => queueOf(name).enqueue(data, delayMs),
    enqueueAll: async (name, errands) => queueOf(name).enqueueAll(errands),
    renew: (name, quietMs) => queueOf(name).renew(quietMs),
    async close(hurry) {
      await Promise.all(Array.from(queues.values(), (queue) => queue.close(hurry)));
    },
  };
}

/** What BullMQ is told of a run to be repeated; the cause is told to our own log, and nothing of it is left in Redis. */
class RunAgain extends Error {
  override readonly name = 'RunAgain';
  readonly afterMs: number | undefined;

  constructor(afterMs: number | undefined) {
    super('told in the log');
    this.afterMs = afterMs;
  }
}

class JobQueue {
  readonly #job: Job;
  readonly #events: Events;
  readonly #tendMs: number;
  readonly #queue: Queue;
  readonly #openWorker: () => Worker;
  #worker: Worker;
  /** When a run began last, or a worker was opened. */
  #begunAt = performance.now();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #scheduled = false;
  /** Undefined until it is known. */
  #reachable: boolean | undefined;
  #closing: Promise<void> | undefined;

  constructor(job: Job, { connection, events, telemetry, tendMs = TEND_MS }: ExecutorOptions) {
    this.#job = job;
    this.#events = events;
    this.#tendMs = tendMs;
    const place = { connection, prefix: PREFIX, ...(telemetry && { telemetry }) };
    this.#queue = new Queue(job.name, { ...place, streams: { events: { maxLen: KEPT_QUEUE_EVENTS } } });
    this.#queue.on('error', this.#troubled);
    this.#openWorker = () => {
      const worker = new Worker(job.name, (queued, token) => this.#run(queued, token), {
        ...place,
        concurrency: job.concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: MAX_STALLED,
        runRetryDelay: FETCH_RETRY_MS,
        settings: { backoffStrategy: (failures, _type, error) => this.#delayMs(failures, error) },
      });
      worker.on('error', this.#troubled);
      worker.on('stalled', () => events.emit('job.stalled', { queue: job.name }));
      return worker;
    };
    this.#worker = this.#openWorker();
    void this.#tend();
  }

  async enqueue(data: unknown, delayMs: number): Promise<void> {
    await this.#queue.add(this.#job.name, data, { ...this.#freshOptions(), delay: delayMs });
  }

  async enqueueAll(errands: readonly Errand[]): Promise<void> {
    const { name } = this.#job;
    await this.#queue.addBulk(
      errands.map(({ data, carried }) => ({
        name,
        data,
        opts: { ...this.#freshOptions(), telemetry: carriedOn(carried) },
      })),
    );
  }

  renew(quietMs: number): boolean {
    if (performance.now() - this.#begunAt < quietMs || this.#closing !== undefined) return false;
    const deaf = this.#worker;
    this.#begunAt = performance.now();
    this.#worker = this.#openWorker();
    // It may wait for an answer that never comes: nobody waits for it, and it takes nothing any more.
    deaf.close(true).catch(() => undefined);
    return true;
  }

  close(hurry?: AbortSignal): Promise<void> {
    this.#closing ??= this.#letGo(hurry);
    return this.#closing;
  }

  #runOptions(): JobsOptions {
    return {
      attempts: this.#job.retry.attempts,
      backoff: { type: 'policy' },
      removeOnComplete: { count: KEPT_DONE },
      removeOnFail: { count: KEPT_FAILED },
      stackTraceLimit: 0,
    };
  }

  /** A fresh id each time: adding one that is still kept would be ignored in silence. */
  #freshOptions(): JobsOptions {
    return { ...this.#runOptions(), jobId: `j${randomUUID()}` };
  }

  #delayMs(failures: number, error: Error | undefined): number {
    const asked = error instanceof RunAgain ? error.afterMs : undefined;
    return asked ?? backOffMs(this.#job.retry, failures);
  }

  async #run(queued: QueuedJob, token: string | undefined): Promise<void> {
    const startedAt = performance.now();
    this.#begunAt = startedAt;
    const attempt = queued.attemptsMade + 1;
    const data: unknown = queued.data;
    const outcome = await runBounded({ job: this.#job, data, attempt, stop: this.#stop.signal });
    const queue = this.#job.name;
    this.#events.emit('job.finished', { queue, result: outcome.kind, attempt, ms: performance.now() - startedAt });
    if (outcome.kind === 'retry') {
      const last = attempt >= this.#job.retry.attempts;
      this.#events.emit('job.failed', { queue, attempt, last, error: outcome.error });
    }
    await settle(outcome, queued, token);
  }

  /** Looks after the schedule and counts, one round at a time; where Redis keeps a round waiting, that is told once. */
  async #tend(): Promise<void> {
    const round = this.#round();
    const late = setTimeout(() => this.#unreachable(new Error('Redis does not answer')), TEND_LIMIT_MS);
    try {
      await round;
    } catch (error) {
      this.#unreachable(error);
    } finally {
      clearTimeout(late);
    }
    if (this.#closing === undefined) this.#timer = setTimeout(() => void this.#tend(), this.#tendMs);
  }

  async #round(): Promise<void> {
    if (this.#job.everyMs !== null) await this.#keepSchedule(this.#job.everyMs);
    const { waiting = 0, active = 0, delayed = 0, failed = 0 } = await this.#queue.getJobCounts(...COUNTED);
    if (this.#closing !== undefined) return;
    this.#reachable = true;
    this.#events.emit('queue.counted', { queue: this.#job.name, jobs: { waiting, active, delayed, failed } });
  }

  /** One schedule for all workers: whoever starts brings it up to date, and later on it is mended where it is lost or stuck. */
  async #keepSchedule(everyMs: number): Promise<void> {
    const { name } = this.#job;
    const found = await this.#queue.getJobScheduler(name);
    const isDue = (found?.next ?? 0) > Date.now() - 2 * everyMs;
    if (this.#scheduled && found?.every === everyMs && isDue) return;
    // As part of the run before it, a trace would never end.
    const opts = { ...this.#runOptions(), telemetry: carriedOn(null) };
    await this.#queue.upsertJobScheduler(name, { every: everyMs }, { name, data: {}, opts });
    this.#scheduled = true;
  }

  #unreachable(error: unknown): void {
    if (this.#reachable === false || this.#closing !== undefined) return;
    this.#reachable = false;
    this.#events.emit('queue.lost', { queue: this.#job.name, error });
  }

  /** That Redis is away is told by `queue.lost`, once, rather than by each connection at each attempt. */
  readonly #troubled = (error: Error): void => {
    if (isConnectionTrouble(error) || this.#closing !== undefined) return;
    this.#events.emit('queue.troubled', { queue: this.#job.name, error });
  };

  async #letGo(hurry: AbortSignal | undefined): Promise<void> {
    clearTimeout(this.#timer);
    const stop = (): void => this.#stop.abort();
    const grace = setTimeout(stop, CLOSE_GRACE_MS);
    if (hurry?.aborted || !this.#reachable) stop();
    hurry?.addEventListener('abort', stop, { once: true });
    // Where Redis does not answer, BullMQ would wait for it: there is nobody to hand anything back to.
    await this.#closedWithin(CLOSE_LIMIT_MS, this.#worker.close(!this.#reachable));
    clearTimeout(grace);
    hurry?.removeEventListener('abort', stop);
    await this.#queue.close();
  }

  /** Waits for the worker to close; where Redis was lost meanwhile and keeps it from that, its connection is cut. */
  async #closedWithin(limitMs: number, closed: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, limitMs, 'late');
    });
    if ((await Promise.race([closed, late])) === 'late') void this.#worker.getBackend().close(true);
    clearTimeout(timer);
  }
}

/** As `bullmq-otel` stores it; BullMQ would have jobs be part of what enqueued them. */
function carriedOn(carried: string | null): NonNullable<JobsOptions['telemetry']> {
  return carried === null ? { omitContext: true } : { metadata: JSON.stringify({ traceparent: carried }) };
}

/** The one place where an outcome becomes what BullMQ understands. */
async function settle(outcome: JobOutcome, queued: QueuedJob, token: string | undefined): Promise<void> {
  switch (outcome.kind) {
    case 'done':
      return;
    case 'retry':
      throw new RunAgain(outcome.afterMs);
    case 'cancel':
      throw new UnrecoverableError(outcome.reason);
    case 'snooze':
      await queued.moveToDelayed(Date.now() + outcome.forMs, token);
      throw new DelayedError();
  }
}

/** Codes of the system, and what ioredis says of a connection that is closed. */
function isConnectionTrouble(error: Error): boolean {
  return ('code' in error && /^E[A-Z_]+$/.test(String(error.code))) || error.message === 'Connection is closed.';
}
