/** A queue of a test's own: executors on a Redis, and what their jobs and events told. */
import { onTestFinished } from 'vitest';
import { openRedis, type RedisConnection } from '../../db/redis.ts';
import { parseRedisUrl } from '../../ops/config/redis-url.ts';
import { createEvents } from '../../ops/events.ts';
import { type Executor, type ExecutorOptions, openExecutor } from '../../queues/executor.ts';
import type { Job, JobRun } from '../../queues/job.ts';
import type { AvaEventName, AvaEvents } from '../../src/domain/events.ts';

export interface Told {
  readonly name: AvaEventName;
  readonly event: AvaEvents[AvaEventName];
}

export interface Stage {
  readonly executor: Executor;
  readonly redis: RedisConnection;
  readonly told: readonly Told[];
  /** What `job.finished` told, in order. */
  readonly results: () => string[];
  /** Closes the executor and its connection. */
  readonly close: () => Promise<void>;
}

/** A job that does what `run` does; quick to be tried again. */
export function jobOf(run: Job['run'], settings: Partial<Job> = {}): Job {
  const retry = { attempts: 3, firstMs: 20, longestMs: 100 };
  return { name: 'errand', everyMs: null, concurrency: 1, timeLimitMs: 5_000, retry, run, ...settings };
}

/** A job that is done at once and keeps what it was run with. */
export function notedJob(settings: Partial<Job> = {}): { readonly job: Job; readonly runs: JobRun[] } {
  const runs: JobRun[] = [];
  const run: Job['run'] = async (each) => {
    runs.push(each);
    return { kind: 'done' };
  };
  return { job: jobOf(run, settings), runs };
}

/** An executor on the Redis at this address, closed with the test. */
export function openStage(
  redisUrl: string,
  jobs: readonly Job[],
  tendMs = 100,
  telemetry?: ExecutorOptions['telemetry'],
): Stage {
  const reading = parseRedisUrl(redisUrl);
  if ('problem' in reading) throw new Error(reading.problem);
  const redis = openRedis(reading.value, 'queue', () => undefined);
  const events = createEvents();
  const told: Told[] = [];
  events.onAny((name, event) => told.push({ name, event }));
  const executor = openExecutor({ connection: redis.client, jobs, events, tendMs, telemetry });
  const close = async (): Promise<void> => {
    await executor.close();
    await redis.close();
  };
  onTestFinished(close);
  const results = (): string[] =>
    told.flatMap(({ event }) => ('attempt' in event && 'result' in event ? [event.result] : []));
  return { executor, redis, told, results, close };
}
