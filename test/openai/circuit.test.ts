import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelLine, ModelReport } from '../../actors/model/messages.ts';
import {
  afterFailure,
  afterProbe,
  CIRCUIT_LIMITS,
  CLOSED,
  type OpenAiCircuit,
  openAiCircuit,
  probeInMs,
} from '../../src/openai/circuit.ts';

const BRIEF = { instructions: 'Be kind.', voice: 'marin', languages: ['en'], format: 'audio/pcmu' as const, tools: [] };
const refused: ModelReport = { type: 'lost', kind: 'connect', code: 'http_503' };
const fatal: ModelReport = { type: 'lost', kind: 'fatal', code: 'invalid_api_key' };
const ready: ModelReport = { type: 'session_ready' };

interface Opened {
  readonly report: (report: ModelReport) => void;
  closed: boolean;
}

let opened: Opened[];
let told: string[];
let circuit: OpenAiCircuit;

beforeEach(() => {
  vi.useFakeTimers();
  opened = [];
  told = [];
  const connect = (_brief: unknown, report: (report: ModelReport) => void): ModelLine => {
    const line: Opened = { report, closed: false };
    opened.push(line);
    return {
      send: () => {},
      audio: () => {},
      close: () => {
        line.closed = true;
      },
    };
  };
  circuit = openAiCircuit({ connect, events: { emit: (name) => void told.push(name) }, chance: () => 0.5 });
});
afterEach(() => {
  circuit.close();
  vi.useRealTimers();
});

/** A call's connection that ends like this. */
function connection(...reports: readonly ModelReport[]): void {
  circuit.connect(BRIEF, () => {});
  for (const report of reports) opened.at(-1)?.report(report);
}

function openIt(): void {
  for (let n = 0; n < CIRCUIT_LIMITS.failures; n++) connection(refused);
}

describe('the circuit of the model’s service', () => {
  it('opens after some failures in a row, and not before', () => {
    for (let n = 1; n < CIRCUIT_LIMITS.failures; n++) connection(refused);
    expect(circuit.isOpen()).toBe(false);
    connection(refused);
    expect(circuit.isOpen()).toBe(true);
    expect(told).toEqual(['model.circuit', 'dependency.lost']);
  });

  it('counts a session that was ready as a success, whatever becomes of it', () => {
    for (let n = 0; n < 10; n++) {
      connection(refused, refused);
      connection(ready, { type: 'lost', kind: 'closed', code: 'close_1011' });
    }
    expect(circuit.isOpen()).toBe(false);
  });

  it('counts a refused key for two, also where the session had been ready', () => {
    connection(fatal);
    connection(ready, fatal);
    expect(circuit.isOpen()).toBe(false);
    connection(fatal);
    expect(circuit.isOpen()).toBe(true);
  });

  it('counts a connection that was waited for in vain for two, and none that a caller left early', () => {
    for (let n = 0; n < 10; n++) circuit.connect(BRIEF, () => {}).close();
    expect(circuit.isOpen()).toBe(false);
    for (const isOpen of [false, true]) {
      const line = circuit.connect(BRIEF, () => {});
      vi.advanceTimersByTime(5_000);
      line.close();
      expect(circuit.isOpen()).toBe(isOpen);
    }
  });

  it('passes on what a line reports', () => {
    const heard: ModelReport[] = [];
    circuit.connect(BRIEF, (report) => heard.push(report));
    opened[0]?.report(ready);
    opened[0]?.report(refused);
    expect(heard).toEqual([ready, refused]);
  });
});

describe('an open circuit', () => {
  it('is probed by a session of its own, which closes it when it is ready and is let go', () => {
    openIt();
    const before = opened.length;
    vi.advanceTimersByTime(CIRCUIT_LIMITS.probeAfterMs - 1);
    expect(opened).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(opened).toHaveLength(before + 1);
    opened.at(-1)?.report(ready);
    expect([circuit.isOpen(), opened.at(-1)?.closed]).toEqual([false, true]);
    expect(told.slice(2)).toEqual(['model.circuit', 'dependency.back']);
  });

  it('is probed again after a longer wait where a probe fails, or is not ready in time', () => {
    openIt();
    vi.advanceTimersByTime(CIRCUIT_LIMITS.probeAfterMs);
    const before = opened.length;
    opened.at(-1)?.report(refused);
    vi.advanceTimersByTime(2 * CIRCUIT_LIMITS.probeAfterMs - 1);
    expect(opened).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(opened).toHaveLength(before + 1);
    vi.advanceTimersByTime(CIRCUIT_LIMITS.probeMs);
    expect(opened.at(-1)?.closed).toBe(true);
    vi.advanceTimersByTime(4 * CIRCUIT_LIMITS.probeAfterMs);
    expect(opened).toHaveLength(before + 2);
  });

  it('is closed by a call’s own session, and probed no more', () => {
    openIt();
    connection(ready);
    expect([circuit.isOpen(), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('is probed no more once it is let go', () => {
    openIt();
    vi.advanceTimersByTime(CIRCUIT_LIMITS.probeAfterMs);
    circuit.close();
    expect([opened.at(-1)?.closed, vi.getTimerCount()]).toEqual([true, 0]);
  });
});

describe('the state of a circuit', () => {
  it('grows no further than it must, and waits no longer than it may', () => {
    let state = CLOSED;
    for (let n = 0; n < 100; n++) state = afterProbe(afterFailure(state, 'connect'));
    expect(state.failures).toBe(CIRCUIT_LIMITS.failures);
    expect(probeInMs(state, 0.5)).toBe(CIRCUIT_LIMITS.longestProbeMs);
  });
});
