import { describe, expect, it } from 'vitest';
import { createEvents } from '../../ops/events.ts';
import { type Chores, housekeepingJob } from '../../queues/jobs/housekeeping.ts';

const NOW = 1_764_000_000_000;
const run = { data: {}, attempt: 1, signal: new AbortController().signal };

function opened(chores: Partial<Chores>, resumeTtlMs = 120_000) {
  const asked: Record<string, number> = {};
  const idle = (name: string) => async (argument: number) => {
    asked[name] = argument;
    return 0;
  };
  const events = createEvents();
  const told: unknown[] = [];
  events.on('housekeeping.done', (done) => told.push(done));
  const job = housekeepingJob({
    chores: {
      endLostCalls: idle('endLostCalls'),
      dropLapsedHolds: idle('dropLapsedHolds'),
      forgetNodes: idle('forgetNodes'),
      forgetDoneWork: idle('forgetDoneWork'),
      forgetWebhooks: idle('forgetWebhooks'),
      forgetCallEvents: idle('forgetCallEvents'),
      forgetNotices: idle('forgetNotices'),
      forgetReceivedTexts: idle('forgetReceivedTexts'),
      endQuietThreads: async () => 0,
      ...chores,
    },
    events,
    now: () => NOW,
    resumeTtlMs,
  });
  return { job, asked, told };
}

describe('housekeeping', () => {
  it('is due every 30 seconds, and ends before it is due again', () => {
    const { job } = opened({});
    expect(job).toMatchObject({ name: 'housekeeping', everyMs: 30_000, concurrency: 1 });
    expect(job.timeLimitMs).toBeLessThan(30_000);
  });

  it('gives calls up once they can no longer be resumed, nodes after a day, what has served after a week or more', async () => {
    const { job, asked } = opened({});
    expect(await job.run(run)).toEqual({ kind: 'done' });
    expect(asked).toEqual({
      endLostCalls: 120_000,
      dropLapsedHolds: NOW,
      forgetNodes: 86_400_000,
      forgetDoneWork: 7 * 86_400_000,
      forgetWebhooks: 30 * 86_400_000,
      forgetCallEvents: 14 * 86_400_000,
      forgetNotices: 30 * 86_400_000,
      forgetReceivedTexts: 30 * 86_400_000,
    });
  });

  it('gives no call up within 30 seconds, however short calls can be resumed', async () => {
    const { job, asked } = opened({}, 1_000);
    await job.run(run);
    expect(asked['endLostCalls']).toBe(30_000);
  });

  it('tells how much there was', async () => {
    const { job, told } = opened({
      endLostCalls: async () => 2,
      dropLapsedHolds: async () => 3,
      forgetNodes: async () => 1,
      forgetDoneWork: async () => 6,
      forgetWebhooks: async () => 4,
      forgetCallEvents: async () => 6,
      endQuietThreads: async () => 5,
    });
    await job.run(run);
    expect(told).toEqual([{ calls: 2, holds: 3, nodes: 1, threads: 5, rows: 16 }]);
  });

  it('does the other chores where one fails, and is tried again', async () => {
    const broken = new Error('no answer');
    const { job, asked, told } = opened({ endLostCalls: () => Promise.reject(broken), forgetNodes: async () => 1 });
    expect(await job.run(run)).toEqual({ kind: 'retry', error: broken });
    expect(asked['dropLapsedHolds']).toBe(NOW);
    expect(told).toEqual([{ calls: 0, holds: 0, nodes: 1, threads: 0, rows: 0 }]);
  });

  it('names every chore that failed', async () => {
    const { job } = opened({
      endLostCalls: () => Promise.reject(new Error('first')),
      forgetNodes: () => Promise.reject(new Error('second')),
    });
    expect(await job.run(run)).toMatchObject({
      kind: 'retry',
      error: { errors: [{ message: 'first' }, { message: 'second' }] },
    });
  });
});
