/**
 * What belongs together, over time and from process to process. Who owns a driver begins a span around what it asks of
 * the outside; who hands work on takes the thread along (`carried`), and who goes on with it picks it up (`carryOn`).
 * Nothing here throws or waits, and without traces nothing here does anything. Names are of a closed set, and no fact is
 * what a caller said, a name, a number or a secret; an error is told by its kind alone, since its message may hold any.
 */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  /** One of few, since traces are grouped by it. */
  readonly name: string;
  /** `asked`: by somebody outside; `asking`: something of somebody outside. A trace begins with what is asked of us, or a job. */
  readonly role: 'asked' | 'asking' | 'within';
  readonly facts?: SpanFacts;
}

export interface Span {
  /** Runs `work` so that what it begins, then or later, is part of this span. */
  within<T>(work: () => T): T;
  note(facts: SpanFacts): void;
  /** It came to nothing: by the error's code, or else its name. */
  fail(error: unknown): void;
  /** To be called once. */
  end(): void;
}

export interface Tracing {
  /** Begins a part of what is under way here, to be ended by the caller; see `traced`. */
  begin(start: SpanStart): Span;
  /** Runs `work` as part of the conversation's present turn, where it has one. */
  inTurn<T>(conversationId: string, work: () => T): T;
  /** The thread that is under way here, for a row or a message (W3C `traceparent`); null where there is none. */
  carried(): string | null;
  /** Runs `work` as part of a thread that was carried here; what is no thread, or none of ours to follow, counts as null. */
  carryOn<T>(carried: string | null, work: () => T): T;
}

const NO_SPAN: Span = {
  within: (work) => work(),
  note: () => undefined,
  fail: () => undefined,
  end: () => undefined,
};

/** Traces of nothing, at no cost. */
export const NO_TRACING: Tracing = {
  begin: () => NO_SPAN,
  inTurn: (_conversationId, work) => work(),
  carried: () => null,
  carryOn: (_carried, work) => work(),
};

/** Does `work` within a span that ends with it, and fails where it throws. */
export async function traced<T>(tracing: Tracing, start: SpanStart, work: (span: Span) => Promise<T>): Promise<T> {
  const span = tracing.begin(start);
  try {
    return await span.within(() => work(span));
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}
