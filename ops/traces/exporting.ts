/**
 * The way out: OTLP over HTTP, protobuf. That nobody takes what is sent is told once, until somebody does; what could not
 * be sent is lost. The exporter itself reads `OTEL_EXPORTER_OTLP_HEADERS`, for collectors that want a key.
 */
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

export interface ExportOptions {
  readonly endpoint: string;
  /** Told once until `onBack`. */
  readonly onLost: (error: unknown) => void;
  readonly onBack: () => void;
}

/** One batch, its further attempts included. */
const SEND_LIMIT_MS = 2_000;

/** What libraries attach to their spans of an error's own words, which may be a caller's. */
const WORDS = new Set(['exception.message', 'exception.stacktrace', 'bullmq.job.failed.reason', 'bullmq.job.result']);

export function exporter({ endpoint, onLost, onBack }: ExportOptions): SpanExporter {
  const otlp = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: SEND_LIMIT_MS });
  let isLost = false;
  const heard = ({ code, error }: ExportResult): void => {
    const failed = code === ExportResultCode.FAILED;
    if (failed === isLost) return;
    isLost = failed;
    if (failed) onLost(error);
    else onBack();
  };
  return {
    export(spans, done) {
      otlp.export(spans.map(withoutWords), (result) => {
        heard(result);
        // Reported as done either way: what failed is not tried again, and was told.
        done({ code: ExportResultCode.SUCCESS });
      });
    },
    forceFlush: () => otlp.forceFlush(),
    shutdown: () => otlp.shutdown(),
  };
}

function withoutWords(span: ReadableSpan): ReadableSpan {
  if (span.events.length === 0) return span;
  const events = span.events.map(({ attributes = {}, ...event }) => ({
    ...event,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => !WORDS.has(name))),
  }));
  const told: ReadableSpan = Object.create(span, { events: { value: events } });
  return told;
}
