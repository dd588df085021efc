/**
 * Traces, sent to an OTLP collector where there is one. What OpenTelemetry takes is loaded when they are opened and by
 * nobody else (traces/opentelemetry.ts): without an endpoint nothing is loaded, subscribed to or begun. A collector that
 * is out of reach, or a library that does not load, is told of once and harms nothing else; neither keeps a node from
 * starting, or from ending in time. Created before the log, so that its lines can name the trace they belong to.
 */
import { NO_TRACING, type Tracing } from '../src/domain/tracing.ts';
import type { EventBus } from './events.ts';
import type { OpenTraces, QueueTelemetry } from './traces/opentelemetry.ts';

export type { QueueTelemetry } from './traces/opentelemetry.ts';

export interface TracesOptions {
  /** Where the collector takes OTLP over HTTP, without `/v1/traces`; null where nothing is traced. */
  readonly endpoint: string | null;
  /** The share of turns, requests and jobs that are traced, 0 to 1. */
  readonly share: number;
  readonly events: EventBus;
  /** This instance's name. */
  readonly nodeId: string;
  readonly version: string;
}

export interface Traces {
  /** Traces nothing until `open` is done, and after `close`. */
  readonly tracing: Tracing;
  /** The trace that a fact belongs to, by its conversation or by what is under way where it is emitted. */
  readonly traceIdOf: (event: object) => string | undefined;
  /** What BullMQ continues traces by; undefined where nothing is traced. */
  readonly queueTelemetry: () => QueueTelemetry | undefined;
  /** Resolves always. */
  open(): Promise<void>;
  /** Sends what is left, within a bound. Resolves always. */
  close(): Promise<void>;
}

const NO_TRACES: Traces = {
  tracing: NO_TRACING,
  traceIdOf: () => undefined,
  queueTelemetry: () => undefined,
  open: async () => undefined,
  close: async () => undefined,
};

export function createTraces({ endpoint, events, ...rest }: TracesOptions): Traces {
  return endpoint === null ? NO_TRACES : tracesTo({ endpoint, events, ...rest });
}

function tracesTo(options: TracesOptions & { readonly endpoint: string }): Traces {
  const { events } = options;
  let opened: OpenTraces | undefined;
  const tracing = (): Tracing => opened?.tracing ?? NO_TRACING;
  const onLost = (error: unknown): void => events.emit('dependency.lost', { name: 'traces', error });
  const onBack = (): void => events.emit('dependency.back', { name: 'traces' });
  const unsubscribe = events.onAny((name, event) => opened?.hear(name, event));
  return {
    tracing: {
      begin: (start) => tracing().begin(start),
      inTurn: (conversationId, work) => tracing().inTurn(conversationId, work),
      carried: () => tracing().carried(),
      carryOn: (carried, work) => tracing().carryOn(carried, work),
    },
    traceIdOf: (event) => opened?.traceIdOf(event),
    queueTelemetry: () => opened?.queueTelemetry,
    async open() {
      try {
        const { openTelemetry } = await import('./traces/opentelemetry.ts');
        opened = openTelemetry({ ...options, onLost, onBack });
      } catch (error) {
        onLost(error);
      }
    },
    async close() {
      unsubscribe();
      const closing = opened;
      opened = undefined;
      await closing?.close();
    },
  };
}
