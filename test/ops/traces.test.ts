import { execFileSync } from 'node:child_process';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { createEvents, type EventBus } from '../../ops/events.ts';
import { openLog } from '../../ops/log.ts';
import { createTraces, type Traces } from '../../ops/traces.ts';
import type { AvaEvents } from '../../src/domain/events.ts';
import { traced } from '../../src/domain/tracing.ts';
import { type OtlpSim, startOtlpSim } from '../sim/otlp/server.ts';

const CALL = { conversationId: 'c1', clinicId: 'radiance' };
const SOON = { timeout: 5_000, interval: 20 };

interface Bench {
  readonly collector: OtlpSim;
  readonly events: EventBus;
  readonly traces: Traces;
  readonly told: readonly (AvaEvents['dependency.lost'] | AvaEvents['dependency.back'])[];
}

async function opened(settings: { endpoint?: string; share?: number } = {}): Promise<Bench> {
  const collector = await startOtlpSim();
  const events = createEvents();
  const told: Bench['told'][number][] = [];
  events.on('dependency.lost', (event) => told.push(event));
  events.on('dependency.back', (event) => told.push(event));
  const traces = createTraces({
    endpoint: collector.url,
    share: 1,
    events,
    nodeId: 'n1',
    version: '1.2.3',
    ...settings,
  });
  await traces.open();
  onTestFinished(async () => {
    await traces.close();
    await collector.stop();
  });
  return { collector, events, traces, told };
}

const JOB = { name: 'job', role: 'asked' } as const;
const STEP = { name: 'step', role: 'within' } as const;

describe('traces that are off', () => {
  it('load nothing', () => {
    const script = `
      const { createTraces } = await import('./ops/traces.ts');
      const events = { emit() {}, on() {}, onAny() { throw new Error('subscribed') } };
      await createTraces({ endpoint: null, share: 1, events, nodeId: 'n', version: '1' }).open();
      const { createRequire } = await import('node:module');
      const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('opentelemetry'));
      console.log(JSON.stringify(loaded));`;
    const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    expect(JSON.parse(output.toString())).toEqual([]);
  });
});

describe('a span', () => {
  it('is part of what was under way where it began, through asynchronous work', async () => {
    const { collector, traces } = await opened();
    await traced(traces.tracing, JOB, async () => {
      await new Promise(setImmediate);
      await traced(traces.tracing, STEP, async (span) => span.note({ rows: 3 }));
    });
    await traces.close();
    const [step, job] = collector.spans;
    expect(job).toMatchObject({ name: 'job', kind: 'server', parentId: '' });
    expect(step).toMatchObject({ name: 'step', traceId: job?.traceId, parentId: job?.spanId, attributes: { rows: 3 } });
  });

  it('that is part of nothing is not told of, unless somebody asked for it', async () => {
    const { collector, traces } = await opened();
    await traced(traces.tracing, STEP, async () => undefined);
    await traced(traces.tracing, { name: 'GET /health/live', role: 'asked' }, async () => undefined);
    await traced(traces.tracing, JOB, async () => undefined);
    await traces.close();
    expect(collector.spans.map(({ name }) => name)).toEqual(['job']);
  });

  it('that is part of nothing hands on no thread: what comes of it begins one', async () => {
    const { collector, traces } = await opened();
    const carried = await traced(traces.tracing, STEP, async () => traces.tracing.carried());
    expect(carried).toBeNull();
    await traces.tracing.carryOn(carried, () => traced(traces.tracing, JOB, async () => undefined));
    await traces.close();
    expect(collector.spans.map(({ name }) => name)).toEqual(['job']);
  });

  it('tells of an error’s kind, and none of its words', async () => {
    const { collector, traces } = await opened();
    const error = Object.assign(new Error('+15550100142 is busy'), { code: 'ETIMEDOUT' });
    await expect(traced(traces.tracing, JOB, () => Promise.reject(error))).rejects.toBe(error);
    await traces.close();
    expect(collector.spans).toMatchObject([{ failed: true, attributes: { 'error.type': 'ETIMEDOUT' } }]);
    expect(collector.bytes().toString('latin1')).not.toContain('busy');
  });
});

describe('a thread', () => {
  it('is carried to another node as text', async () => {
    const [here, there] = [await opened(), await opened()];
    const carried = await traced(here.traces.tracing, JOB, async () => here.traces.tracing.carried());
    expect(carried).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    await there.traces.tracing.carryOn(carried, () => traced(there.traces.tracing, STEP, async () => undefined));
    await Promise.all([here.traces.close(), there.traces.close()]);
    const [job] = here.collector.spans;
    expect(there.collector.spans).toMatchObject([{ traceId: job?.traceId, parentId: job?.spanId }]);
  });

  it('that is none begins nothing, and leaves what is under way', async () => {
    const { collector, traces } = await opened();
    const { tracing } = traces;
    expect(tracing.carried()).toBeNull();
    await traced(tracing, JOB, async () => {
      for (const carried of [null, '', 'nonsense', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`]) {
        await tracing.carryOn(carried, () => traced(tracing, STEP, async () => undefined));
      }
    });
    await traces.close();
    expect(collector.spans.map(({ name }) => name)).toEqual(['job']);
  });

  it('that is not traced here is traced nowhere', async () => {
    const { collector, traces } = await opened({ share: 0 });
    const { tracing } = traces;
    const carried = await traced(tracing, JOB, async () => tracing.carried());
    expect(carried).toMatch(/-00$/);
    await tracing.carryOn(carried, async () => {
      expect(traces.traceIdOf({})).toBeUndefined();
      await traced(tracing, JOB, async () => undefined);
    });
    await traces.close();
    expect(collector.requests()).toBe(0);
  });
});

describe('a line of the log', () => {
  it('names the trace of the turn, or of what is under way', async () => {
    const { events, traces } = await opened();
    const written: string[] = [];
    const { traceIdOf } = traces;
    const destination = { write: (line: string) => written.push(line) };
    const base = { events, level: 'debug', nodeId: 'n1', pii: false, pretty: false, destination } as const;
    const log = await openLog({ ...base, traceIdOf });
    onTestFinished(() => log.close());
    events.emit('config.warned', { advice: 'none' });
    events.emit('call.started', { ...CALL, channel: 'voice' });
    events.emit('turn.committed', { ...CALL, n: 2, spokenMs: 900 });
    events.emit('tool.finished', { ...CALL, tool: 'end_call', result: 'success', ms: 1 });
    await traced(traces.tracing, JOB, async () => {
      events.emit('job.stalled', { queue: 'errand' });
    });
    events.emit('call.ended', { ...CALL, channel: 'voice', outcome: 'browsing', endedBy: 'ava', durationMs: 1 });
    events.emit('turn.interrupted', { conversationId: 'another', heardMs: 1 });
    const ids = written.map((line) => z.object({ trace_id: z.string().optional() }).parse(JSON.parse(line)).trace_id);
    const [none, call, turn, tool, job, end, stranger] = ids;
    expect([none, stranger]).toEqual([undefined, undefined]);
    expect(call).toMatch(/^[0-9a-f]{32}$/);
    expect(tool).toBe(turn);
    expect(end).toBe(turn);
    expect(new Set([call, turn, job]).size).toBe(3);
  });
});

describe('a collector', () => {
  it('that refuses is told of once, and so is its return', async () => {
    const { collector, traces, told } = await opened();
    collector.mood = { status: 400 };
    for (const requests of [1, 2]) {
      await traced(traces.tracing, JOB, async () => undefined);
      await vi.waitFor(() => expect(collector.requests()).toBe(requests), SOON);
    }
    await vi.waitFor(() => expect(told).toMatchObject([{ name: 'traces', error: { code: 400 } }]), SOON);
    collector.mood = 'takes';
    await traced(traces.tracing, JOB, async () => undefined);
    await vi.waitFor(() => expect(told.slice(1)).toEqual([{ name: 'traces' }]), SOON);
  });

  it('that is not there, never answers, or never ends its answer, keeps nothing from closing in time', async () => {
    const [silent, dripping] = [await opened(), await opened()];
    silent.collector.mood = 'silent';
    dripping.collector.mood = 'drips';
    const absent = await opened({ endpoint: 'http://127.0.0.1:1' });
    const all = [silent, dripping, absent];
    for (const { traces } of all) await traced(traces.tracing, JOB, async () => undefined);
    const startedAt = performance.now();
    await Promise.all(all.map(({ traces }) => traces.close()));
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect([silent, dripping].map(({ collector }) => collector.requests())).toEqual([1, 1]);
    await vi.waitFor(() => expect(absent.told).toMatchObject([{ name: 'traces', error: expect.any(Error) }]), SOON);
  });
});
