/**
 * Spans out of facts. Each turn of a caller's is a trace of its own, from the moment in which it was over: a call of
 * twenty minutes would make a trace that is told only at its end, too long to read and, with its node, lost. The call is a
 * span too, to which its turns are linked. A turn's span ends with the last thing that happened in it, which is known
 * once nothing more has for a while; what comes of it later (a job) has its place in the trace all the same.
 */
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { AvaEventName, AvaEvents } from '../../src/domain/events.ts';

interface OpenTurn {
  readonly span: Span;
  readonly context: Context;
  /** Tools that run. */
  tools: number;
  /** When the last thing happened, epoch milliseconds. */
  lastAt: number;
  over: boolean;
}

interface OpenCall {
  readonly span: Span;
  readonly context: Context;
  readonly attributes: Attributes;
  turn: OpenTurn | undefined;
  response: Span | undefined;
}

/** Calls that are followed; the oldest are given up where there are more. */
const MOST_CALLS = 10_000;
/** A turn in which nothing has happened for so long is over. */
const QUIET_MS = 10_000;
const LOOK_MS = 1_000;

type Handlers = { readonly [Name in AvaEventName]?: (call: OpenCall, event: AvaEvents[Name]) => void };

export class Turns {
  readonly #tracer: Tracer;
  readonly #calls = new Map<string, OpenCall>();
  readonly #timer: NodeJS.Timeout;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
    this.#timer = setInterval(() => this.#endQuietTurns(), LOOK_MS).unref();
  }

  /** Takes a fact in. */
  hear<Name extends AvaEventName>(name: Name, event: AvaEvents[Name]): void {
    const conversationId = conversationOf(event);
    if (conversationId === undefined) return;
    if (hasStarted(name, event)) this.#begin(conversationId, event);
    const call = this.#calls.get(conversationId);
    if (!call) return;
    this.#handlers[name]?.(call, event);
    // Later, so that whoever hears of it after us still finds its trace.
    if (name === 'call.ended') queueMicrotask(() => this.#calls.delete(conversationId));
  }

  /** What is under way in a conversation: its turn, or the call before there was one. */
  contextOf(conversationId: string): Context | undefined {
    const call = this.#calls.get(conversationId);
    return call?.turn?.context ?? call?.context;
  }

  /** Ends every span that is open. */
  close(): void {
    clearInterval(this.#timer);
    for (const call of this.#calls.values()) this.#endCall(call);
    this.#calls.clear();
  }

  readonly #handlers: Handlers = {
    'turn.committed': (call, { n, spokenMs }) => {
      this.#endTurn(call);
      call.turn = this.#turn(call, { 'ava.turn.n': n, 'ava.turn.spoken_ms': Math.round(spokenMs) });
    },
    'response.started': (call) => {
      call.response?.end();
      const parent = touched(call)?.context ?? call.context;
      call.response = this.#tracer.startSpan('model response', { kind: SpanKind.CLIENT }, parent);
    },
    'response.ended': (call, { status }) => {
      touched(call);
      call.response?.setAttribute('ava.response.status', status).end();
      call.response = undefined;
    },
    'tool.started': (call) => {
      const turn = touched(call);
      if (turn) turn.tools += 1;
    },
    'tool.finished': (call) => {
      const turn = touched(call);
      if (turn && turn.tools > 0) turn.tools -= 1;
    },
    'turn.first_audio': (call, { ms }) => {
      touched(call)?.span.setAttribute('ava.turn.first_audio_ms', Math.round(ms)).addEvent('first audio left');
    },
    'turn.first_heard': (call, { ms }) => {
      touched(call)?.span.setAttribute('ava.turn.first_heard_ms', Math.round(ms)).addEvent('first audio was played');
    },
    'turn.interrupted': (call) => touched(call)?.span.addEvent('caller interrupted'),
    'turn.assistant': (call) => touched(call)?.span.addEvent('answer was heard'),
    'model.connected': (call) => call.span.addEvent('model connected'),
    'model.reconnected': (call, { result }) =>
      call.span.addEvent('model session replaced', { 'ava.model.reconnect': result }),
    'model.error': (call, { kind }) => call.span.addEvent('model error', { 'ava.model.error': kind }),
    'call.crashed': (call) => call.span.setAttribute('ava.call.crashed', true),
    'call.ended': (call, { outcome, endedBy }) => {
      call.span.setAttributes({ 'ava.call.outcome': outcome, 'ava.call.ended_by': endedBy });
      this.#endCall(call);
    },
  };

  #begin(conversationId: string, { clinicId, channel }: AvaEvents['call.started']): void {
    const attributes: Attributes = {
      'ava.conversation.id': conversationId,
      'ava.clinic.id': clinicId,
      'ava.channel': channel,
    };
    const span = this.#tracer.startSpan('call', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT);
    const context = trace.setSpan(ROOT_CONTEXT, span);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size >= MOST_CALLS && oldest !== undefined) this.#calls.delete(oldest);
    this.#calls.set(conversationId, { span, context, attributes, turn: undefined, response: undefined });
  }

  #turn(call: OpenCall, facts: Attributes): OpenTurn {
    const options = {
      kind: SpanKind.SERVER,
      attributes: { ...call.attributes, ...facts },
      links: [{ context: call.span.spanContext() }],
    };
    const span = this.#tracer.startSpan('caller turn', options, ROOT_CONTEXT);
    return { span, context: trace.setSpan(ROOT_CONTEXT, span), tools: 0, lastAt: Date.now(), over: false };
  }

  #endQuietTurns(): void {
    const quietSince = Date.now() - QUIET_MS;
    for (const call of this.#calls.values()) {
      const { turn, response } = call;
      if (turn && turn.tools === 0 && response === undefined && turn.lastAt < quietSince) endTurn(turn);
    }
  }

  #endTurn(call: OpenCall): void {
    call.response?.end();
    call.response = undefined;
    if (call.turn) endTurn(call.turn);
  }

  #endCall(call: OpenCall): void {
    this.#endTurn(call);
    call.span.end();
  }
}

/** The conversation that a fact is about. */
export function conversationOf(event: object): string | undefined {
  return 'conversationId' in event && typeof event.conversationId === 'string' ? event.conversationId : undefined;
}

function hasStarted(name: AvaEventName, _event: AvaEvents[AvaEventName]): _event is AvaEvents['call.started'] {
  return name === 'call.started';
}

/** The turn under way; something happened in it. */
function touched({ turn }: OpenCall): OpenTurn | undefined {
  if (turn) turn.lastAt = Date.now();
  return turn;
}

function endTurn(turn: OpenTurn): void {
  if (!turn.over) turn.span.end(turn.lastAt);
  turn.over = true;
}
