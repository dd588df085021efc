import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { JobOutcome, JobRun } from '../../queues/job.ts';
import { redisCluster } from '../db/redis-groups.ts';
import { redisServer } from '../db/redis-server.ts';
import { freshRedis } from '../support/services.ts';
import { jobOf, notedJob, openStage } from './stage.ts';

const SOON = { timeout: 10_000, interval: 20 };

async function freshUrl(): Promise<string> {
  const redis = await freshRedis();
  onTestFinished(() => redis.drop());
  return redis.url;
}

/** Runs one job through these outcomes, one a run, and answers what was told once the last was. */
async function through(...outcomes: readonly JobOutcome[]) {
  const attempts: number[] = [];
  const job = jobOf(async ({ attempt }: JobRun) => {
    attempts.push(attempt);
    return outcomes[attempts.length - 1] ?? { kind: 'done' };
  });
  const stage = openStage(await freshUrl(), [job]);
  await stage.executor.enqueue('errand', {});
  await vi.waitFor(() => expect(stage.results()).toHaveLength(outcomes.length), SOON);
  await vi.waitFor(() => {
    const counted = stage.told.findLast(({ name }) => name === 'queue.counted');
    expect(counted?.event).toMatchObject({ jobs: { waiting: 0, active: 0, delayed: 0 } });
  }, SOON);
  return { ...stage, attempts };
}

describe('a job that is enqueued', () => {
  it('is run once, with what it was given, by one of many workers', async () => {
    const url = await freshUrl();
    const { job, runs } = notedJob();
    const stages = [1, 2, 3].map(() => openStage(url, [job]));
    await stages[0]?.executor.enqueue('errand', { appointmentId: 'a1' });
    await vi.waitFor(() => expect(stages.flatMap((stage) => stage.results())).toEqual(['done']), SOON);
    expect(runs).toMatchObject([{ data: { appointmentId: 'a1' }, attempt: 1 }]);
  });

  it('is run again for each time it is enqueued, though it is the same', async () => {
    const { job } = notedJob();
    const { executor, results } = openStage(await freshUrl(), [job]);
    for (let n = 0; n < 5; n += 1) await executor.enqueue('errand', { appointmentId: 'a1' });
    await vi.waitFor(() => expect(results()).toEqual(['done', 'done', 'done', 'done', 'done']), SOON);
  });

  it('is run once for each of many that are enqueued in one go, the same ones too', async () => {
    const { job, runs } = notedJob();
    const { executor } = openStage(await freshUrl(), [job]);
    await executor.enqueueAll(
      'errand',
      [1, 2, 1].map((n) => ({ data: { n }, carried: null })),
    );
    await vi.waitFor(() => expect(runs.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }, { n: 1 }]), SOON);
  });

  it('waits as long as it is told to', async () => {
    const { job, runs } = notedJob();
    const { executor } = openStage(await freshUrl(), [job]);
    const startedAt = Date.now();
    await executor.enqueue('errand', {}, 300);
    await vi.waitFor(() => expect(runs).toHaveLength(1), SOON);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(300);
  });

  it('must be known', async () => {
    const { executor } = openStage(await freshUrl(), [notedJob().job]);
    await expect(executor.enqueue('journey', {})).rejects.toThrow('there is no job called journey');
  });
});

describe('what a run comes to', () => {
  const failure: JobOutcome = { kind: 'retry', error: new Error('the number +15551234567 is busy') };

  it('may be a failure that passes', async () => {
    const { attempts, results, told } = await through(failure, failure, { kind: 'done' });
    expect(attempts).toEqual([1, 2, 3]);
    expect(results()).toEqual(['retry', 'retry', 'done']);
    const failed = told.filter(({ name }) => name === 'job.failed').map(({ event }) => event);
    expect(failed).toMatchObject([
      { queue: 'errand', attempt: 1, last: false, error: { message: 'the number +15551234567 is busy' } },
      { attempt: 2, last: false },
    ]);
  });

  it('may be a failure that lasts: it is given up, and nothing of its words is left in Redis', async () => {
    const { attempts, told, redis } = await through(failure, failure, failure);
    expect(attempts).toEqual([1, 2, 3]);
    expect(told.findLast(({ name }) => name === 'job.failed')?.event).toMatchObject({ attempt: 3, last: true });
    const keys = await redis.client.keys('{ava}:errand:j*');
    expect(keys).toHaveLength(1);
    const stored = await redis.client.hgetall(keys[0] ?? '');
    expect(stored).toMatchObject({ failedReason: 'told in the log', stacktrace: '[]' });
    expect(JSON.stringify(stored)).not.toContain('555');
  });

  it('may be a failure that names its own delay', async () => {
    const startedAt = Date.now();
    const { attempts } = await through({ ...failure, afterMs: 400 }, { kind: 'done' });
    expect(attempts).toEqual([1, 2]);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(400);
  });

  it('may be that it is pointless, once and for all', async () => {
    const { attempts, results, told } = await through({ kind: 'cancel', reason: 'the appointment is gone' });
    expect({ attempts, results: results() }).toEqual({ attempts: [1], results: ['cancel'] });
    expect(told.some(({ name }) => name === 'job.failed')).toBe(false);
  });

  it('may be that it is too early, which costs no attempt', async () => {
    const snooze: JobOutcome = { kind: 'snooze', forMs: 30 };
    const { attempts } = await through(snooze, snooze, snooze, snooze, failure, { kind: 'done' });
    expect(attempts).toEqual([1, 1, 1, 1, 1, 2]);
  });
});

describe('a job with a period', () => {
  it('is run once a period, however many workers there are and whenever they came', async () => {
    const url = await freshUrl();
    const everyMs = 400;
    const periods: number[] = [];
    const job = jobOf(
      async () => {
        periods.push(Date.now());
        return { kind: 'done' };
      },
      { everyMs },
    );
    const stages = [1, 2, 3].map(() => openStage(url, [job], 50));
    await vi.waitFor(() => expect(periods.length).toBeGreaterThanOrEqual(4), SOON);
    stages.push(openStage(url, [job], 50));
    await vi.waitFor(() => expect(periods.length).toBeGreaterThanOrEqual(9), SOON);
    await Promise.all(stages.map((stage) => stage.close()));
    const tookMs = (periods.at(-1) ?? 0) - (periods[0] ?? 0);
    // Runs may be late, which brings the next one nearer; there are never more of them than periods.
    expect(periods.length - 1).toBeLessThanOrEqual(Math.ceil(tookMs / everyMs));
  });

  it('goes on when the worker that ran it is closed', async () => {
    const url = await freshUrl();
    const { job, runs } = notedJob({ everyMs: 300 });
    const first = openStage(url, [job]);
    await vi.waitFor(() => expect(first.results()).not.toEqual([]), SOON);
    const second = openStage(url, [job]);
    await first.close();
    const before = runs.length;
    await vi.waitFor(() => expect(runs.length).toBeGreaterThan(before + 1), SOON);
    expect(second.results().length).toBeGreaterThan(1);
  });
});

describe('a worker that is replaced', () => {
  it('is, where it has begun nothing for so long, and not again at once', async () => {
    const { job, runs } = notedJob();
    const { executor } = openStage(await freshUrl(), [job]);
    expect(executor.renew('errand', 60_000)).toBe(false);
    expect([executor.renew('errand', 0), executor.renew('errand', 60_000)]).toEqual([true, false]);
    await executor.enqueue('errand', { n: 1 });
    await vi.waitFor(() => expect(runs).toHaveLength(1), SOON);
  });

  it('loses nothing: what it was doing ends, or is done by the next', async () => {
    const done: unknown[] = [];
    const job = jobOf(
      async ({ data }) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        done.push(data);
        return { kind: 'done' };
      },
      { concurrency: 4 },
    );
    const { executor } = openStage(await freshUrl(), [job]);
    const all = Array.from({ length: 60 }, (_, n) => n);
    await executor.enqueueAll(
      'errand',
      all.map((data) => ({ data, carried: null })),
    );
    for (let n = 0; n < 5; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 15));
      executor.renew('errand', 0);
    }
    await vi.waitFor(() => expect(new Set(done)).toEqual(new Set(all)), { timeout: 18_000 });
  }, 30_000);
});

describe('an executor that is closed', () => {
  it('lets the run under way end, and runs nothing after it', async () => {
    let end: (() => void) | undefined;
    const job = jobOf(
      () =>
        new Promise<JobOutcome>((resolve) => {
          end = () => resolve({ kind: 'done' });
        }),
    );
    const { executor, results, redis } = openStage(await freshUrl(), [job]);
    await executor.enqueue('errand', {});
    await executor.enqueue('errand', {});
    await vi.waitFor(() => expect(end).toBeDefined(), SOON);
    const closing = executor.close();
    end?.();
    await closing;
    expect(results()).toEqual(['done']);
    expect(await redis.client.llen('{ava}:errand:active')).toBe(0);
    expect(await redis.client.llen('{ava}:errand:wait')).toBe(1);
  });

  it('hands the run under way back in a hurry, and another worker runs it at once', async () => {
    const url = await freshUrl();
    let started = 0;
    const stuck = jobOf(() => {
      started += 1;
      return new Promise<JobOutcome>(() => undefined);
    });
    const first = openStage(url, [stuck]);
    await first.executor.enqueue('errand', {});
    await vi.waitFor(() => expect(started).toBe(1), SOON);
    const startedAt = performance.now();
    await first.executor.close(AbortSignal.abort());
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(first.results()).toEqual(['snooze']);

    const { job, runs } = notedJob();
    openStage(url, [job]);
    await vi.waitFor(() => expect(runs).toMatchObject([{ attempt: 1 }]), SOON);
  });

  it('closes though Redis was never there', async () => {
    const server = await redisServer();
    await server.kill();
    const { close, told } = openStage(`redis://127.0.0.1:${server.port}`, [notedJob({ everyMs: 300 }).job]);
    await vi.waitFor(() => expect(told.map(({ name }) => name)).toEqual(['queue.lost']), SOON);
    await close();
  });
});

it('works on a Cluster, where the keys of a queue must lie together', async () => {
  const { url } = await redisCluster(1);
  const { job, runs } = notedJob({ everyMs: 300 });
  const { executor, told } = openStage(url, [job]);
  await executor.enqueue('errand', { appointmentId: 'a1' });
  await vi.waitFor(() => expect(runs.map(({ data }) => data)).toContainEqual({ appointmentId: 'a1' }), SOON);
  await vi.waitFor(() => expect(runs.length).toBeGreaterThan(3), SOON);
  expect(told.map(({ name }) => name)).not.toContain('queue.troubled');
}, 40_000);

describe('with Redis away', () => {
  it('tells so once, and goes on when it is back, schedule included, though it came back empty', async () => {
    const server = await redisServer();
    const { job, runs } = notedJob({ everyMs: 300 });
    const { told } = openStage(`redis://127.0.0.1:${server.port}`, [job]);
    const names = (): string[] => told.map(({ name }) => name).filter((name) => name.startsWith('queue.'));
    await vi.waitFor(() => expect(runs.length).toBeGreaterThan(1), SOON);
    await server.kill();
    await vi.waitFor(() => expect(names().at(-1)).toBe('queue.lost'), SOON);
    const before = runs.length;
    await server.start();
    await vi.waitFor(() => expect(runs.length).toBeGreaterThan(before + 2), { timeout: 15_000 });
    expect(names().filter((name) => name === 'queue.lost')).toHaveLength(1);
    expect(names().at(-1)).toBe('queue.counted');
    expect(names()).not.toContain('queue.troubled');
  }, 40_000);

  it('goes on after it was frozen, and tells so once', async () => {
    const server = await redisServer();
    const { job, runs } = notedJob({ everyMs: 300 });
    const { told } = openStage(`redis://127.0.0.1:${server.port}`, [job]);
    await vi.waitFor(() => expect(runs.length).toBeGreaterThan(1), SOON);
    server.freeze();
    await vi.waitFor(() => expect(told.some(({ name }) => name === 'queue.lost')).toBe(true), SOON);
    const before = runs.length;
    server.thaw();
    await vi.waitFor(() => expect(runs.length).toBeGreaterThan(before + 2), { timeout: 15_000 });
    expect(told.filter(({ name }) => name === 'queue.lost')).toHaveLength(1);
  }, 40_000);

  it('closes in time all the same', async () => {
    const server = await redisServer();
    const { job, runs } = notedJob({ everyMs: 300 });
    const { executor, told } = openStage(`redis://127.0.0.1:${server.port}`, [job]);
    await vi.waitFor(() => expect(runs.length).toBeGreaterThan(0), SOON);
    await server.kill();
    await vi.waitFor(() => expect(told.some(({ name }) => name === 'queue.lost')).toBe(true), SOON);
    const startedAt = performance.now();
    await executor.close();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  }, 30_000);
});
