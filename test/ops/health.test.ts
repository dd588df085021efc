import { describe, expect, test, vi } from 'vitest';
import { type Check, createHealth } from '../../ops/health.ts';

const answers = async (): Promise<void> => undefined;
const refuses = (): Promise<void> =>
  Promise.reject(
    Object.assign(new Error('connect to redis://user:hunter2@10.0.0.7:6379 refused'), { code: 'ECONNREFUSED' }),
  );
const hangs = (): Promise<void> => new Promise(() => undefined);

const required = (probe: Check['probe']): Check => ({ probe, required: true, timeoutMs: 1000 });
const optional = (probe: Check['probe']): Check => ({ probe, required: false, timeoutMs: 1000 });

/** A node past its start, with a clock that stands still unless it is moved. */
function readyNode(checks: Record<string, Check>): ReturnType<typeof createHealth> & { pass(ms: number): void } {
  let now = 0;
  const health = createHealth({ checks, now: () => now });
  health.setState('ready');
  return Object.assign(health, {
    pass(ms: number) {
      now += ms;
    },
  });
}

describe('readiness', () => {
  test('is ok where everything answers, with a latency for each check', async () => {
    const node = readyNode({ postgres: required(answers), redis: optional(answers) });
    expect(await node.ready()).toEqual({
      status: 'ok',
      checks: { postgres: { state: 'ok', latency_ms: 0 }, redis: { state: 'ok', latency_ms: 0 } },
    });
  });

  test('is degraded without what is optional, unavailable without what is required', async () => {
    expect(await readyNode({ postgres: required(answers), redis: optional(refuses) }).ready()).toMatchObject({
      status: 'degraded',
      checks: { postgres: { state: 'ok' }, redis: { state: 'failed', detail: 'ECONNREFUSED' } },
    });
    expect(await readyNode({ postgres: required(refuses), redis: optional(refuses) }).ready()).toMatchObject({
      status: 'unavailable',
    });
  });

  test('never tells addresses or passwords', async () => {
    const report = JSON.stringify(await readyNode({ redis: optional(refuses) }).ready());
    expect(report).not.toMatch(/hunter2|10\.0\.0\.7/);
  });

  test('comes in time though a probe hangs, and finds it again when it answers', async () => {
    vi.useFakeTimers();
    try {
      const probe = vi.fn<Check['probe']>(hangs);
      const node = readyNode({ postgres: required(probe) });
      const report = node.ready();
      await vi.advanceTimersByTimeAsync(1000);
      expect(await report).toMatchObject({
        status: 'unavailable',
        checks: { postgres: { detail: 'no answer within 1000 ms' } },
      });
      node.pass(5000);
      await node.ready();
      expect(probe).toHaveBeenCalledTimes(1);
      probe.mockImplementation(answers);
      node.pass(5000);
      expect(await node.ready()).toMatchObject({ status: 'ok' });
    } finally {
      vi.useRealTimers();
    }
  });

  test('of a probe that throws at once is a failed check', async () => {
    const node = readyNode({
      postgres: required(() => {
        throw new TypeError('no pool');
      }),
    });
    expect(await node.ready()).toMatchObject({ checks: { postgres: { state: 'failed', detail: 'TypeError' } } });
  });

  test('asks once for many who ask at once, and again after a second', async () => {
    const probe = vi.fn<Check['probe']>(answers);
    const node = readyNode({ postgres: required(probe) });
    await Promise.all(Array.from({ length: 50 }, () => node.ready()));
    node.pass(999);
    await node.ready();
    expect(probe).toHaveBeenCalledTimes(1);
    node.pass(1);
    await node.ready();
    expect(probe).toHaveBeenCalledTimes(2);
  });
});

describe('the state of a node', () => {
  test('decides about routing and readiness, and not about life, until it has stopped', async () => {
    const health = createHealth({ checks: { postgres: required(answers) }, now: () => 0 });
    const told: unknown[] = [];
    for (const state of ['starting', 'ready', 'draining', 'stopped'] as const) {
      health.setState(state);
      told.push([state, (await health.ready()).status, health.routable(), health.live()]);
    }
    expect(told).toEqual([
      ['starting', 'starting', false, true],
      ['ready', 'ok', true, true],
      ['draining', 'draining', false, true],
      ['stopped', 'draining', false, false],
    ]);
  });

  test('lets calls be routed with Postgres away', async () => {
    const node = readyNode({ postgres: required(refuses) });
    expect((await node.ready()).status).toBe('unavailable');
    expect(node.routable()).toBe(true);
  });
});
