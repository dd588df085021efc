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
  /** Failures in a row that open the circuit; one that no further try can mend counts for two. */
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
  const failures = Math.min(CIRCUIT_LIMITS.failures, state.failures + (kind === 'fatal' ? 2 : 1));
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
const PROBE: ModelBrief = { instructions: 'Wait.', voice: 'marin', languages: ['en'], tools: [] };

export function openAiCircuit({ connect, events, chance = Math.random }: CircuitOptions): OpenAiCircuit {
  let state = CLOSED;
  let timer: NodeJS.Timeout | undefined;
  let probing: ModelLine | undefined;

  const succeeded = (): void => {
    const wasOpen = state.open;
    state = CLOSED;
    if (!wasOpen) return;
    endProbe();
    events.emit('model.circuit', { state: 'closed' });
    events.emit('dependency.back', { name: 'openai' });
  };

  const failed = ({ kind, code }: Extract<ModelReport, { type: 'lost' }>): void => {
    const wasOpen = state.open;
    state = afterFailure(state, kind);
    if (wasOpen || !state.open) return;
    events.emit('model.circuit', { state: 'open' });
    events.emit('dependency.lost', {
      name: 'openai',
      error: Object.assign(new Error('no session to be had'), { code }),
    });
    probeLater();
  };

  /** Passes a line's reports on; what it tells of the service is known before anybody acts on it. */
  const watched: ConnectModel = (brief, report) => {
    let ready = false;
    let over = false;
    const line = connect(brief, (each) => {
      if (each.type === 'session_ready') {
        ready = true;
        succeeded();
      } else if (each.type === 'lost' && (!ready || each.kind === 'fatal')) {
        over = true;
        failed(each);
      }
      report(each);
    });
    const openedAt = performance.now();
    return {
      send: (command) => line.send(command),
      audio: (payload) => line.audio(payload),
      close() {
        // Whoever waited for it in vain closes it themselves.
        const inVain = !ready && !over && performance.now() - openedAt >= IN_VAIN_MS;
        over = true;
        line.close();
        if (inVain) failed({ type: 'lost', kind: 'timeout', code: 'connect' });
      },
    };
  };

  function probeLater(): void {
    timer = setTimeout(probe, probeInMs(state, chance())).unref();
  }

  function probe(): void {
    timer = setTimeout(probeFailed, CIRCUIT_LIMITS.probeMs).unref();
    probing = connect(PROBE, (each) => {
      if (each.type === 'session_ready') succeeded();
      if (each.type === 'lost') probeFailed();
    });
  }

  function probeFailed(): void {
    endProbe();
    state = afterProbe(state);
    probeLater();
  }

  function endProbe(): void {
    clearTimeout(timer);
    probing?.close();
    probing = undefined;
  }

  return { connect: watched, isOpen: () => state.open, close: endProbe };
}

/** A connection that was given up after so long was given up for the service's fault, not for a caller who left. */
const IN_VAIN_MS = 4_000;
