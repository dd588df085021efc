/** `ExportTraceServiceRequest` of opentelemetry-proto 1.x, as far as a collector looks into it. */
import { Message } from './protobuf.ts';

export type Value = string | number | boolean | readonly Value[] | null;
export type Attributes = Readonly<Record<string, Value>>;

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}

export interface ReceivedSpan {
  readonly resource: Attributes;
  /** The instrumentation that made it. */
  readonly scope: string;
  /** Hexadecimal, as are all ids. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Epoch nanoseconds. */
  readonly startedAt: bigint;
  readonly endedAt: bigint;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly links: readonly SpanLink[];
  readonly failed: boolean;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const STATUS_ERROR = 2n;

/** Throws, saying why, for what a collector refuses. */
export function spansOf(body: Buffer): readonly ReceivedSpan[] {
  return new Message(body).messages(1).flatMap((resourceSpans) => {
    const [resource] = resourceSpans.messages(1);
    const resourceAttributes = resource ? attributesOf(resource, 1) : {};
    return resourceSpans.messages(2).flatMap((scopeSpans) => {
      const scope = scopeSpans.messages(1)[0]?.text(1) ?? '';
      return scopeSpans.messages(2).map((span) => ({ resource: resourceAttributes, scope, ...spanOf(span) }));
    });
  });
}

function spanOf(span: Message): Omit<ReceivedSpan, 'resource' | 'scope'> {
  const name = span.text(5);
  if (name === '') throw new Error('a span without a name');
  const [startedAt, endedAt] = [span.number(7), span.number(8)];
  if (startedAt === 0n || endedAt < startedAt) throw new Error(`the span ${name} ends before it began`);
  return {
    traceId: id(span.bytes(1), TRACE_ID_BYTES),
    spanId: id(span.bytes(2), SPAN_ID_BYTES),
    parentId: span.bytes(4).length === 0 ? '' : id(span.bytes(4), SPAN_ID_BYTES),
    name,
    kind: KINDS[Number(span.number(6))] ?? 'unspecified',
    startedAt,
    endedAt,
    attributes: attributesOf(span, 9),
    events: span.messages(11).map((event) => ({ name: event.text(2), attributes: attributesOf(event, 3) })),
    links: span.messages(13).map((link) => ({
      traceId: id(link.bytes(1), TRACE_ID_BYTES),
      spanId: id(link.bytes(2), SPAN_ID_BYTES),
    })),
    failed: span.messages(15)[0]?.number(3) === STATUS_ERROR,
  };
}

function id(bytes: Buffer, length: number): string {
  if (bytes.length !== length || bytes.every((byte) => byte === 0)) throw new Error(`an id is no ${length} bytes`);
  return bytes.toString('hex');
}

function attributesOf(message: Message, field: number): Attributes {
  return Object.fromEntries(
    message.messages(field).map((pair) => {
      const [value] = pair.messages(2);
      return [pair.text(1), value ? valueOf(value) : null];
    }),
  );
}

function valueOf(value: Message): Value {
  if (value.has(1)) return value.text(1);
  if (value.has(2)) return value.number(2) === 1n;
  if (value.has(3)) return Number(BigInt.asIntN(64, value.number(3)));
  if (value.has(4)) return doubleOf(value.number(4));
  if (value.has(5)) return value.messages(5).flatMap((list) => list.messages(1).map(valueOf));
  return null;
}

function doubleOf(bits: bigint): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(bits);
  return bytes.readDoubleLE();
}
