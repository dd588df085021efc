import { describe, expect, it } from 'vitest';
import type { Job, JobOutcome } from '../../queues/job.ts';
import { runBounded } from '../../queues/run.ts';
import { jobOf } from './stage.ts';

const never = (): Promise<JobOutcome> => new Promise(() => undefined);
const running = (job: Job, stop = new AbortController().signal): Promise<JobOutcome> =>
  runBounded({ job, data: { n: 1 }, attempt: 2, stop });

describe('a run', () => {
  it('comes to what the job answers', async () => {
    const outcome: JobOutcome = { kind: 'snooze', forMs: 5 };
    const job = jobOf(async ({ data, attempt, signal }) => {
      expect({ data, attempt, aborted: signal.aborted }).toEqual({ data: { n: 1 }, attempt: 2, aborted: false });
      return outcome;
    });
    expect(await running(job)).toEqual(outcome);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
  ])('of a job that %s is to be tried again', async (_, run) => {
    expect(await running(jobOf(run))).toMatchObject({ kind: 'retry', error: { message: 'broken' } });
  });

  it.each([
    ['nothing', undefined],
    ['a word', 'done'],
    ['an outcome that there is not', { kind: 'success' }],
    ['a delay that is none', { kind: 'snooze', forMs: -1 }],
    ['no reason', { kind: 'cancel' }],
  ])('of a job that answers %s is to be tried again: it has not passed for done', async (_, answer) => {
    const job = jobOf(async () => JSON.parse(JSON.stringify(answer ?? null)));
    expect(await running(job)).toMatchObject({ kind: 'retry', error: { name: 'ZodError' } });
  });

  it('ends at its limit, is told so, and is tried again', async () => {
    let signal: AbortSignal | undefined;
    const job = jobOf((run) => {
      signal = run.signal;
      return never();
    });
    const outcome = await running({ ...job, timeLimitMs: 10 });
    expect(outcome).toMatchObject({ kind: 'retry', error: { message: 'a run of errand took longer than 10 ms' } });
    expect(signal?.aborted).toBe(true);
  });

  it('is handed back when its worker stops, before or meanwhile', async () => {
    const stop = new AbortController();
    const under = running(jobOf(never), stop.signal);
    stop.abort();
    expect(await under).toEqual({ kind: 'snooze', forMs: 0 });
    expect(await running(jobOf(never), stop.signal)).toEqual({ kind: 'snooze', forMs: 0 });
  });
});
