/**
 * The spans of this node, by OpenTelemetry; with its folder the only importer of its packages. What is under way is
 * followed through asynchronous work (AsyncLocalStorage), so that nothing has to be handed along by hand; that costs the
 * audio path nothing that could be measured (ops/decisions/0010-traces.md). The library's globals are set for BullMQ's
 * sake: where a process holds two nodes, as tests do, the spans of BullMQ are told of by the first.
 */
import { type Context, context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { BullMQOtel } from 'bullmq-otel';
import type { AvaEventName, AvaEvents } from '../../src/domain/events.ts';
import { NO_TRACING, type Span, type SpanStart, type Tracing } from '../../src/domain/tracing.ts';
import { type ExportOptions, exporter } from './exporting.ts';
import { sampledTraceId, sampler } from './sampling.ts';
import { conversationOf, Turns } from './turns.ts';

export type QueueTelemetry = BullMQOtel;

export interface OpenTelemetryOptions extends ExportOptions {
  readonly share: number;
  readonly nodeId: string;
  readonly version: string;
}

export interface OpenTraces {
  readonly tracing: Tracing;
  readonly queueTelemetry: QueueTelemetry;
  hear<Name extends AvaEventName>(name: Name, event: AvaEvents[Name]): void;
  traceIdOf(event: object): string | undefined;
  /** Ends what is open and sends what is left, within `CLOSE_LIMIT_MS`; never rejects. */
  close(): Promise<void>;
}

/** Spans that wait to be sent; later ones are dropped. */
const QUEUE_SPANS = 4_096;
const BATCH_SPANS = 512;
const BATCH_MS = 1_000;
const BATCH_LIMIT_MS = 5_000;
const CLOSE_LIMIT_MS = 3_000;
/** Longer facts are cut. */
const FACT_CHARACTERS = 256;

const KINDS: Readonly<Record<SpanStart['role'], SpanKind>> = {
  asked: SpanKind.SERVER,
  asking: SpanKind.CLIENT,
  within: SpanKind.INTERNAL,
};

/** The header of the W3C, as it stands in a row or a job. */
interface Carrier {
  traceparent?: string;
}

export function openTelemetry(options: OpenTelemetryOptions): OpenTraces {
  const provider = providerOf(options);
  const tracer = provider.getTracer('ava', options.version);
  const propagator = new W3CTraceContextPropagator();
  trace.setGlobalTracerProvider(provider);
  // These two know nothing of a node, and stay for another one of the process.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(propagator);
  const turns = new Turns(tracer);

  const begin = (start: SpanStart): Span => {
    const { name, role, facts = {} } = start;
    // What runs by itself hands on no thread: a job that comes of it begins a trace of its own.
    if (role !== 'asked' && !trace.getSpan(context.active())) return NO_TRACING.begin(start);
    const span = tracer.startSpan(name, { kind: KINDS[role], attributes: facts }, context.active());
    const inside = trace.setSpan(context.active(), span);
    return {
      within: (work) => context.with(inside, work),
      note: (more) => void span.setAttributes(more),
      fail: (error) => void span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', kindOf(error)),
      end: () => span.end(),
    };
  };

  return {
    tracing: {
      begin,
      inTurn: (conversationId, work) => context.with(turns.contextOf(conversationId) ?? context.active(), work),
      carried: () => carriedIn(context.active()),
      carryOn: (carried, work) => context.with(carriedOn(carried), work),
    },
    queueTelemetry: new BullMQOtel({ tracerName: 'bullmq' }),
    hear: (name, event) => turns.hear(name, event),
    traceIdOf(event) {
      const conversationId = conversationOf(event);
      const conversation = conversationId === undefined ? undefined : turns.contextOf(conversationId);
      return sampledTraceId(conversation ?? context.active());
    },
    async close() {
      turns.close();
      trace.disable();
      await within(CLOSE_LIMIT_MS, provider.shutdown());
    },
  };

  function carriedIn(from: Context): string | null {
    const carrier: Carrier = {};
    propagator.inject(from, carrier, { set: (target, key, value) => Object.assign(target, { [key]: value }) });
    return carrier.traceparent ?? null;
  }

  function carriedOn(carried: string | null): Context {
    if (carried === null) return ROOT_CONTEXT;
    const carrier: Carrier = { traceparent: carried };
    return propagator.extract(ROOT_CONTEXT, carrier, {
      keys: () => ['traceparent'],
      get: (_target, key) => (key === 'traceparent' ? carried : undefined),
    });
  }
}

function providerOf({ endpoint, onLost, onBack, share, nodeId, version }: OpenTelemetryOptions): TracerProvider {
  return new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'ava',
      'service.instance.id': nodeId,
      'service.version': version,
    }),
    sampler: sampler(share),
    spanLimits: { attributeValueLengthLimit: FACT_CHARACTERS },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: exporter({ endpoint, onLost, onBack }),
        maxQueueSize: QUEUE_SPANS,
        maxExportBatchSize: BATCH_SPANS,
        scheduledDelayMillis: BATCH_MS,
        exportTimeoutMillis: BATCH_LIMIT_MS,
      }),
    ],
  });
}

/** An error's code, or else its name; never its message. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Waits for `work`, however it ends, no longer than that. */
async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
