import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEvents } from '../../ops/events.ts';
import { type DueWork, type DueWorkStore, type RelayOptions, startRelay } from '../../queues/relay.ts';
import type { AvaEventName } from '../../src/domain/events.ts';

const SOON = { timeout: 5_000, interval: 5 };
const work = (subjectId: string, kind = 'errand'): DueWork => ({ clinicId: 'c1', kind, subjectId, carried: null });
const COUNT = { pending: 0, oldestMs: 0, overdueMs: 0, dead: 0 };

/** A relay over rounds of due work, each given once; what it told the queue, and whom. */
function opened(
  rounds: readonly (readonly DueWork[])[],
  changes: Partial<RelayOptions> & { count?: DueWorkStore['count'] } = {},
) {
  const told: [job: string, errands: readonly unknown[]][] = [];
  const renewed: string[] = [];
  const names: AvaEventName[] = [];
  const left = [...rounds];
  const events = createEvents();
  events.onAny((name) => names.push(name));
  const { count = async () => COUNT, ...options } = changes;
  const relay = startRelay({
    store: { ring: async () => left.shift() ?? [], count },
    executor: {
      enqueueAll: async (job, errands) => void told.push([job, errands]),
      renew: (job) => {
        renewed.push(job);
        return renewed.length === 1;
      },
    },
    bells: [
      { kind: 'errand', job: 'errand', dataOf: ({ subjectId }) => ({ errandId: subjectId }) },
      { kind: 'chore', job: 'chores', dataOf: ({ subjectId }) => ({ choreId: subjectId }) },
    ],
    events,
    everyMs: 5,
    countEveryMs: 5,
    ...options,
  });
  onTestFinished(() => relay.close());
  return { relay, told, renewed, names };
}

describe('the relay', () => {
  it('tells each job of its own work, in the trace that it was carried from, and nobody of nothing', async () => {
    const traced = { ...work('c'), carried: 'a thread' };
    const { told } = opened([[work('a'), work('b', 'chore'), traced], [], [work('d')]]);
    await vi.waitFor(() => expect(told).toHaveLength(3), SOON);
    expect(told).toEqual([
      [
        'errand',
        [
          { data: { errandId: 'a' }, carried: null },
          { data: { errandId: 'c' }, carried: 'a thread' },
        ],
      ],
      ['chores', [{ data: { choreId: 'b' }, carried: null }]],
      ['errand', [{ data: { errandId: 'd' }, carried: null }]],
    ]);
  });

  it('goes on at once where there may be more', async () => {
    const full = Array.from({ length: 200 }, (_, n) => work(String(n)));
    const { told } = opened([full, full, [work('last')]], { everyMs: 60_000 });
    await vi.waitFor(() => expect(told).toHaveLength(3), SOON);
  });

  it('looks at once where it is hurried, also while a round is under way', async () => {
    let rounds = 0;
    const hurried: { relay?: { hurry(): void } } = {};
    const store: DueWorkStore = {
      async ring() {
        rounds += 1;
        if (rounds === 2) hurried.relay?.hurry();
        return [];
      },
      count: async () => COUNT,
    };
    const { relay } = opened([], { store, everyMs: 60_000 });
    hurried.relay = relay;
    await vi.waitFor(() => expect(rounds).toBe(1), SOON);
    relay.hurry();
    await vi.waitFor(() => expect(rounds).toBe(3), SOON);
  });

  it('tells once that the database does not answer, and goes on when it does', async () => {
    let asked = 0;
    const store: DueWorkStore = {
      async ring() {
        asked += 1;
        if (asked < 4) throw new Error('no answer');
        return asked === 4 ? [work('a')] : [];
      },
      count: async () => COUNT,
    };
    const { told, names } = opened([], { store });
    await vi.waitFor(() => expect(told).toHaveLength(1), SOON);
    expect(names.filter((name) => name === 'outbox.stuck')).toHaveLength(1);
  });

  it('rings no more while Redis keeps it waiting, and closes all the same', async () => {
    const asked = { ring: 0, count: 0 };
    const store: DueWorkStore = {
      async ring() {
        asked.ring += 1;
        return [work('a')];
      },
      async count() {
        asked.count += 1;
        return COUNT;
      },
    };
    const executor = { enqueueAll: () => new Promise<never>(() => undefined), renew: () => false };
    const { relay } = opened([], { store, executor });
    await vi.waitFor(() => expect(asked.count).toBeGreaterThan(5), SOON);
    expect(asked.ring).toBe(1);
    const startedAt = performance.now();
    await relay.close();
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('tells how much waits', async () => {
    const { names, renewed } = opened([], { count: async () => ({ ...COUNT, pending: 3, overdueMs: 19_999 }) });
    await vi.waitFor(() => expect(names).toContain('outbox.counted'), SOON);
    expect(renewed).toEqual([]);
  });

  it('has workers replaced where work has waited for long, and tells of those that were', async () => {
    const { names, renewed } = opened([], { count: async () => ({ ...COUNT, pending: 1, overdueMs: 20_000 }) });
    await vi.waitFor(() => expect(renewed.length).toBeGreaterThan(3), SOON);
    expect(renewed.slice(0, 2)).toEqual(['errand', 'chores']);
    expect(names.filter((name) => name === 'queue.renewed')).toHaveLength(1);
  });
});
