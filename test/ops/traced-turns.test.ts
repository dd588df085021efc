import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Turns } from '../../ops/traces/turns.ts';
import type { AvaEventName, AvaEvents } from '../../src/domain/events.ts';

const CALL = { conversationId: 'c1', clinicId: 'radiance' };
const START = 1_764_000_000_000;

interface Bench {
  readonly turns: Turns;
  readonly tell: <Name extends AvaEventName>(name: Name, event: AvaEvents[Name]) => void;
  /** Spans that have ended, by name. */
  readonly ended: (name: string) => readonly ReadableSpan[];
}

function begun(): Bench {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const turns = new Turns(provider.getTracer('test'));
  onTestFinished(() => turns.close());
  const bench: Bench = {
    turns,
    tell: (name, event) => turns.hear(name, event),
    ended: (name) => exporter.getFinishedSpans().filter((span) => span.name === name),
  };
  bench.tell('call.started', { ...CALL, channel: 'voice' });
  return bench;
}

const millisecondsOf = ({ endTime: [seconds, nanoseconds] }: ReadableSpan): number =>
  seconds * 1_000 + Math.round(nanoseconds / 1e6);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  return () => vi.useRealTimers();
});

describe('a turn', () => {
  it('ends with the last thing that happened in it, once nothing more has for a while', () => {
    const { tell, ended } = begun();
    tell('turn.committed', { ...CALL, n: 2, spokenMs: 900 });
    vi.advanceTimersByTime(700);
    tell('turn.assistant', { ...CALL, n: 3, interrupted: false, pii: { text: 'Sure.' } });
    vi.advanceTimersByTime(9_000);
    expect(ended('caller turn')).toEqual([]);
    vi.advanceTimersByTime(3_000);
    expect(ended('caller turn').map(millisecondsOf)).toEqual([START + 700]);
  });

  it('goes on for as long as the model answers or a tool runs', () => {
    const { tell, ended } = begun();
    tell('turn.committed', { ...CALL, n: 2, spokenMs: 900 });
    tell('response.started', CALL);
    vi.advanceTimersByTime(60_000);
    tell('response.ended', { ...CALL, status: 'completed' });
    tell('tool.started', { ...CALL, tool: 'book_appointment' });
    vi.advanceTimersByTime(60_000);
    expect(ended('caller turn')).toEqual([]);
    tell('tool.finished', { ...CALL, tool: 'book_appointment', result: 'success', ms: 60_000 });
    vi.advanceTimersByTime(12_000);
    expect(ended('caller turn').map(millisecondsOf)).toEqual([START + 120_000]);
  });

  it('is over where the next begins, and what was left of it with it', () => {
    const { tell, ended } = begun();
    tell('turn.committed', { ...CALL, n: 2, spokenMs: 900 });
    tell('response.started', CALL);
    tell('turn.committed', { ...CALL, n: 4, spokenMs: 300 });
    expect(ended('caller turn').map(({ attributes }) => attributes['ava.turn.n'])).toEqual([2]);
    expect(ended('model response')).toHaveLength(1);
  });

  it('is where its conversation’s work belongs, though it is over', () => {
    const { turns, tell, ended } = begun();
    expect(turns.contextOf('c2')).toBeUndefined();
    const ofCall = turns.contextOf('c1');
    tell('turn.committed', { ...CALL, n: 2, spokenMs: 900 });
    const ofTurn = turns.contextOf('c1');
    expect(ofTurn).not.toBe(ofCall);
    vi.advanceTimersByTime(30_000);
    expect(ended('caller turn')).toHaveLength(1);
    expect(turns.contextOf('c1')).toBe(ofTurn);
  });
});

describe('a call', () => {
  it('ends with all that is open in it, and is forgotten', async () => {
    const { turns, tell, ended } = begun();
    tell('response.started', CALL);
    tell('turn.committed', { ...CALL, n: 2, spokenMs: 900 });
    tell('response.started', CALL);
    tell('call.ended', { ...CALL, channel: 'voice', outcome: 'browsing', endedBy: 'caller_stop', durationMs: 1 });
    expect(['call', 'caller turn', 'model response'].map((name) => ended(name).length)).toEqual([1, 1, 2]);
    await Promise.resolve();
    expect(turns.contextOf('c1')).toBeUndefined();
  });

  it('that the node stops in is told of as far as it went', () => {
    const { turns, tell, ended } = begun();
    tell('turn.committed', { ...CALL, n: 2, spokenMs: 900 });
    turns.close();
    expect(['call', 'caller turn'].map((name) => ended(name).length)).toEqual([1, 1]);
  });
});
