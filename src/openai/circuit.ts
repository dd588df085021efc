/**
 * Whether the model's service is to be reckoned with, learned from every call's connections: after some failures in a
 * row the circuit opens, and new calls are sent to staff before a caller has waited for nothing. While it is open a
 * session is opened now and then for no call; the first one that is ready closes it, and so does any call's own.
 *
 * The state is a value and its moves are pure; `openAiCircuit` is the shell with the one timer and the probe's line.
 */
import type { ConnectModel, ModelBrief, ModelLine, ModelReport } from '../../actors/model/messages.ts';
import type { Events, ModelErrorKind } from '../domain/events.ts';

export const CIRCUIT_LIMITS = {
  /** Failures in a row that open the circuit; one that no further try can mend, or a long wait in vain, counts for two. */
  failures: 4,
  /** Before the first probe; each next one waits twice as long, up to the longest. */
  probeAfterMs: 1_000,
  longestProbeMs: 15_000,
  /** How long a probe may take to be ready. */
  probeMs: 5_000,
} as const;

export interface CircuitState {
  readonly failures: number;
  readonly open: boolean;
  /** Probes that failed since it opened. */
  readonly probes: number;
}

export const CLOSED: CircuitState = { failures: 0, open: false, probes: 0 };

/** A connection came to nothing, or an account's or key's fault ended one. */
export function afterFailure(state: CircuitState, kind: ModelErrorKind): CircuitState {
  const weight = kind === 'fatal' || kind === 'timeout' ? 2 : 1;
  const failures = Math.min(CIRCUIT_LIMITS.failures, state.failures + weight);
  return { ...state, failures, open: state.open || failures >= CIRCUIT_LIMITS.failures };
}

export function afterProbe(state: CircuitState): CircuitState {
  return { ...state, probes: state.probes + 1 };
}

/** When to probe next, from now; `chance` in [0, 1) keeps the nodes of an outage apart. */
export function probeInMs({ probes }: CircuitState, chance: number): number {
  const waitMs = Math.min(CIRCUIT_LIMITS.longestProbeMs, CIRCUIT_LIMITS.probeAfterMs * 2 ** probes);
  return Math.round(waitMs * (0.75 + chance / 2));
}

export interface OpenAiCircuit {
  /** Opens sessions as before, and learns from what becomes of them. */
  readonly connect: ConnectModel;
  readonly isOpen: () => boolean;
  /** Probes no more. */
  close(): void;
}

export interface CircuitOptions {
  readonly connect: ConnectModel;
  readonly events: Events;
  readonly chance?: () => number;
}

/** Nobody speaks in it. */
const PROBE: ModelBrief = { instructions: 'Wait.', voice: 'marin', languages: ['en'], format: 'audio/pcmu', tools: [] };

export function openAiCircuit(options: CircuitOptions): OpenAiCircuit {
  const breaker = new Breaker(options);
  return {
    connect: (brief, report) => breaker.watched(brief, report),
    isOpen: () => breaker.isOpen,
    close: () => breaker.endProbe(),
  };
}

type Loss = Extract<ModelReport, { type: 'lost' }>;

class Breaker {
  private readonly connect: ConnectModel;
  private readonly events: Events;
  private readonly chance: () => number;
  private state = CLOSED;
  private timer: NodeJS.Timeout | undefined;
  private probing: ModelLine | undefined;

  constructor({ connect, events, chance = Math.random }: CircuitOptions) {
    this.connect = connect;
    this.events = events;
    this.chance = chance;
  }

  get isOpen(): boolean {
    return this.state.open;
  }

  /** A line whose reports are passed on; what they tell of the service is known before anybody acts on it. */
  watched(brief: ModelBrief, report: (report: ModelReport) => void): ModelLine {
    const openedAt = performance.now();
    let settled: 'ready' | 'over' | undefined;
    const line = this.connect(brief, (each) => {
      if (each.type === 'session_ready') this.succeeded();
      if (each.type === 'lost' && (settled === undefined || each.kind === 'fatal')) this.failed(each);
      if (each.type === 'session_ready') settled = 'ready';
      if (each.type === 'lost') settled = 'over';
      report(each);
    });
    return {
      send: (command) => line.send(command),
      audio: (payload) => line.audio(payload),
      close: () => {
        line.close();
        // Whoever waited for it in vain closes it themselves.
        const inVain = settled === undefined && performance.now() - openedAt >= IN_VAIN_MS;
        settled ??= 'over';
        if (inVain) this.failed({ type: 'lost', kind: 'timeout', code: 'connect' });
      },
    };
  }

  endProbe(): void {
    clearTimeout(this.timer);
    this.probing?.close();
    this.probing = undefined;
  }

  private succeeded(): void {
    const wasOpen = this.state.open;
    this.state = CLOSED;
    if (!wasOpen) return;
    this.endProbe();
    this.events.emit('model.circuit', { state: 'closed' });
    this.events.emit('dependency.back', { name: 'openai' });
  }

  private failed({ kind, code }: Loss): void {
    const wasOpen = this.state.open;
    this.state = afterFailure(this.state, kind);
    if (wasOpen || !this.state.open) return;
    const error = Object.assign(new Error('no session to be had'), { code });
    this.events.emit('model.circuit', { state: 'open' });
    this.events.emit('dependency.lost', { name: 'openai', error });
    this.probeLater();
  }

  private probeLater(): void {
    this.timer = setTimeout(() => this.probe(), probeInMs(this.state, this.chance())).unref();
  }

  private probe(): void {
    this.timer = setTimeout(() => this.probeFailed(), CIRCUIT_LIMITS.probeMs).unref();
    this.probing = this.connect(PROBE, (each) => {
      if (each.type === 'session_ready') this.succeeded();
      if (each.type === 'lost') this.probeFailed();
    });
  }

  private probeFailed(): void {
    this.endProbe();
    this.state = afterProbe(this.state);
    this.probeLater();
  }
}

/** A connection that was given up after so long was given up for the service's fault, not for a caller who left. */
const IN_VAIN_MS = 4_000;
