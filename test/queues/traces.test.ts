import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEvents } from '../../ops/events.ts';
import { createTraces, type Traces } from '../../ops/traces.ts';
import { traced } from '../../src/domain/tracing.ts';
import { type OtlpSim, startOtlpSim } from '../sim/otlp/server.ts';
import { freshRedis } from '../support/services.ts';
import { jobOf, openStage } from './stage.ts';

const SOON = { timeout: 10_000, interval: 20 };
const TURN = { name: 'caller turn', role: 'asked' } as const;
const ASK = { name: 'google events.insert', role: 'asking' } as const;

async function bench(): Promise<{ collector: OtlpSim; traces: Traces; redisUrl: string }> {
  const [collector, redis] = await Promise.all([startOtlpSim(), freshRedis()]);
  const traces = createTraces({
    endpoint: collector.url,
    share: 1,
    events: createEvents(),
    nodeId: 'n1',
    version: '1',
  });
  await traces.open();
  onTestFinished(async () => {
    await traces.close();
    await Promise.all([collector.stop(), redis.drop()]);
  });
  return { collector, traces, redisUrl: redis.url };
}

describe('a job', () => {
  it('goes on with the trace in which it was enqueued, in each of its runs, and tells none of its errors’ words', async () => {
    const { collector, traces, redisUrl } = await bench();
    const { tracing } = traces;
    const job = jobOf(async ({ attempt }) => {
      await traced(tracing, ASK, async () => undefined);
      if (attempt === 1) throw new Error('the number +15551234567 is busy');
      return attempt === 2 ? { kind: 'cancel', reason: 'Jane is gone' } : { kind: 'done' };
    });
    const stage = openStage(redisUrl, [job], 100, traces.queueTelemetry());
    const carried = await traced(tracing, TURN, async () => tracing.carried());
    await tracing.carryOn(carried, () => stage.executor.enqueue('errand', { appointmentId: 'a1' }));
    await vi.waitFor(() => expect(stage.results()).toEqual(['retry', 'cancel']), SOON);
    await stage.close();
    await traces.close();

    const turn = collector.spans.find(({ name }) => name === TURN.name);
    const ofTurn = collector.spans.filter(({ traceId }) => traceId === turn?.traceId);
    const count = (name: string): number => ofTurn.filter((span) => span.name === name).length;
    expect(ofTurn.find(({ name }) => name === 'add errand.errand')?.parentId).toBe(turn?.spanId);
    expect([count('process errand'), count(ASK.name)]).toEqual([2, 2]);
    const runs = ofTurn.filter(({ name }) => name === 'process errand').map(({ spanId }) => spanId);
    const asked = ofTurn.filter(({ name }) => name === ASK.name);
    expect(asked.map(({ parentId }) => parentId)).toEqual(runs);
    const sent = collector.bytes().toString('latin1');
    expect(sent).not.toContain('5551234567');
    expect(sent).not.toContain('Jane');
  });

  it('of many that are enqueued at once is part of what each was carried from, or of nothing', async () => {
    const { collector, traces, redisUrl } = await bench();
    const { tracing } = traces;
    const job = jobOf(async () => ({ kind: 'done' }));
    const stage = openStage(redisUrl, [job], 100, traces.queueTelemetry());
    const carried = await traced(tracing, TURN, async () => tracing.carried());
    await stage.executor.enqueueAll('errand', [
      { data: 1, carried },
      { data: 2, carried: null },
    ]);
    await vi.waitFor(() => expect(stage.results()).toEqual(['done', 'done']), SOON);
    await stage.close();
    await traces.close();
    const turn = collector.spans.find(({ name }) => name === TURN.name);
    const ringing = collector.spans.find(({ name }) => name === 'addBulk errand');
    const [ofTurn, alone] = collector.spans
      .filter(({ name }) => name === 'process errand')
      .toSorted((a, b) => b.parentId.length - a.parentId.length);
    expect(ofTurn).toMatchObject({ traceId: turn?.traceId, parentId: turn?.spanId });
    expect(alone?.parentId).toBe('');
    expect([turn?.traceId, ringing?.traceId]).not.toContain(alone?.traceId);
  });

  it('that is run again and again begins a trace each time, and looking for work begins none', async () => {
    const { collector, traces, redisUrl } = await bench();
    const job = jobOf(async () => ({ kind: 'done' }), { everyMs: 100 });
    const stage = openStage(redisUrl, [job], 100, traces.queueTelemetry());
    await vi.waitFor(() => expect(stage.results().length).toBeGreaterThan(2), SOON);
    await stage.close();
    await traces.close();
    const runs = collector.spans.filter(({ name }) => name === 'process errand');
    expect(new Set(runs.map(({ traceId }) => traceId)).size).toBe(runs.length);
    const roots = collector.spans.filter(({ parentId }) => parentId === '');
    expect(new Set(roots.map(({ kind }) => kind))).not.toContain('internal');
  });
});
