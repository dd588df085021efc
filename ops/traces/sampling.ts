/**
 * What becomes a trace. One begins with what somebody outside asked for (a caller's turn, a request) or with a job; all
 * else is traced as part of such a thing only, so that heartbeats, polls and BullMQ's looking for work make none.
 */
import { type Context, isSpanContextValid, SpanKind, trace } from '@opentelemetry/api';
import {
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

const BEGINNINGS = new Set([SpanKind.SERVER, SpanKind.CONSUMER, SpanKind.PRODUCER]);
/** What orchestrators and scrapers ask all the time. */
const PROBES = /^\w+ \/(?:health|metrics)/;

class Beginnings implements Sampler {
  readonly #share: Sampler;

  constructor(share: number) {
    this.#share = new TraceIdRatioBasedSampler(share);
  }

  shouldSample(context: Context, traceId: string, name: string, kind: SpanKind): SamplingResult {
    if (!BEGINNINGS.has(kind) || PROBES.test(name)) return { decision: SamplingDecision.NOT_RECORD };
    return this.#share.shouldSample(context, traceId, name, kind, {}, []);
  }

  toString(): string {
    return `Beginnings{${this.#share.toString()}}`;
  }
}

/** Follows the parent's decision; what has none is a beginning, or is left out. */
export function sampler(share: number): Sampler {
  return new ParentBasedSampler({ root: new Beginnings(share) });
}

/** The id of the sampled trace that a context belongs to. */
export function sampledTraceId(context: Context): string | undefined {
  const found = trace.getSpanContext(context);
  return found && isSpanContextValid(found) && (found.traceFlags & 1) === 1 ? found.traceId : undefined;
}
