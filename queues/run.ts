/** One run of a job, with an end: whatever the job does, there is an outcome when its time is over or its worker stops. */
import { type Job, type JobOutcome, jobOutcome } from './job.ts';

/** Handed back whole: another worker runs it at once, and no attempt was lost. */
const HANDED_BACK: JobOutcome = { kind: 'snooze', forMs: 0 };

export interface BoundedRun {
  readonly job: Job;
  readonly data: unknown;
  readonly attempt: number;
  /** Aborted when the worker waits no longer. */
  readonly stop: AbortSignal;
}

/** Never rejects. A job that ignores its signal goes on unobserved; jobs bear being run twice. */
export async function runBounded({ job, data, attempt, stop }: BoundedRun): Promise<JobOutcome> {
  const limit = new AbortController();
  const signal = AbortSignal.any([stop, limit.signal]);
  const timer = setTimeout(() => limit.abort(), job.timeLimitMs);
  const cut = new Promise<JobOutcome>((resolve) => {
    const settle = (): void => resolve(stop.aborted ? HANDED_BACK : outOfTime(job));
    if (signal.aborted) settle();
    signal.addEventListener('abort', settle, { once: true });
  });
  try {
    return await Promise.race([attempted(job, { data, attempt, signal }), cut]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempted(job: Job, run: Parameters<Job['run']>[0]): Promise<JobOutcome> {
  try {
    return jobOutcome.parse(await job.run(run));
  } catch (error) {
    return { kind: 'retry', error };
  }
}

function outOfTime({ name, timeLimitMs }: Job): JobOutcome {
  return { kind: 'retry', error: new Error(`a run of ${name} took longer than ${timeLimitMs} ms`) };
}
