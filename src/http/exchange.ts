/**
 * One request and its answer. An exchange is over exactly once: answered, or aborted by the sender; from then on the
 * native response is never touched, and what a late handler still returns is dropped (what it throws is not).
 * One timer guards it, first for the body, then for the handler.
 */
import type { Events } from '../domain/events.ts';
import type { Span, SpanStart, Tracing } from '../domain/tracing.ts';
import { type BodyResult, type BodyRoom, collectBody } from './body.ts';
import { declaredLength, isPercentEncoded, type RequestHead } from './request-head.ts';
import { HttpError, type HttpRequest, json, type Reply, type Route } from './route.ts';
import type { MountedPath } from './routing.ts';
import type { UwsResponse } from './uws.ts';
import { writeReply } from './write-reply.ts';

export interface ExchangeLimits {
  /** From the first byte of the request to the last of its body. */
  readonly bodyMs: number;
  /** From the whole body to the answer; under the 15 s after which Twilio gives up. */
  readonly handlerMs: number;
}

export const EXCHANGE_LIMITS: ExchangeLimits = { bodyMs: 5_000, handlerMs: 14_000 };

export interface ExchangeContext {
  readonly events: Events;
  readonly tracing: Tracing;
  readonly headers: Readonly<Record<string, string>>;
  readonly room: BodyRoom;
  readonly limits: ExchangeLimits;
  /** Exchanges that are not over. */
  readonly open: Set<Exchange>;
  /** Once true, every answer asks its sender to connect anew, elsewhere. */
  closing: boolean;
}

/** The status that is logged and counted for a request whose sender left before the answer. */
const CLIENT_LEFT = 499;
const COUNTED_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const NO_BODY = Buffer.alloc(0);

export class Exchange {
  private readonly context: ExchangeContext;
  private readonly res: UwsResponse;
  private readonly head: RequestHead;
  private readonly mounted: MountedPath;
  private readonly rawParams: readonly string[];
  private readonly startedAt = performance.now();
  private readonly span: Span;
  private over = false;
  private receiving = false;
  private timer: NodeJS.Timeout | undefined;
  private dropBody: (() => void) | undefined;

  constructor(
    context: ExchangeContext,
    res: UwsResponse,
    head: RequestHead,
    mounted: MountedPath,
    rawParams: readonly string[],
  ) {
    this.context = context;
    this.res = res;
    this.head = head;
    this.mounted = mounted;
    this.rawParams = rawParams;
    this.span = context.tracing.begin(this.described());
    res.onAborted(() => this.span.within(() => this.aborted()));
    context.open.add(this);
  }

  /** Must be called in the tick of the native handler: bodies are only delivered to who listens by then. */
  run(): void {
    this.span.within(() => this.begin());
  }

  private begin(): void {
    try {
      const route = this.route();
      if (route.bodyLimitBytes === 0) return this.handle(route, NO_BODY);
      if (declaredLength(this.head) > route.bodyLimitBytes) throw tooLarge(route.bodyLimitBytes);
      this.receiving = true;
      this.timer = setTimeout(() => this.refuse(bodyTooSlow(this.context.limits.bodyMs)), this.context.limits.bodyMs);
      this.dropBody = collectBody(this.res, route.bodyLimitBytes, this.context.room, (result) =>
        this.span.within(() => this.received(route, result)),
      );
    } catch (error) {
      this.refuse(error);
    }
  }

  private route(): Route {
    if (!isPercentEncoded(this.head.path)) throw new HttpError(400, 'The path is not valid percent-encoding.');
    const route = this.mounted.routes.get(this.head.method);
    if (route) return route;
    if (this.mounted.routes.size === 0) throw new HttpError(404, 'There is nothing at this path.');
    const { allowed } = this.mounted;
    throw new HttpError(405, `This path takes ${allowed}.`, { allow: allowed });
  }

  private received(route: Route, result: BodyResult): void {
    this.stopTimer();
    switch (result.kind) {
      case 'whole':
        this.receiving = false;
        return this.handle(route, result.body);
      case 'too_large':
        return this.refuse(tooLarge(route.bodyLimitBytes));
      case 'no_room':
        return this.refuse(new HttpError(503, 'Too many requests are being received; try again shortly.'));
    }
  }

  private handle(route: Route, body: Buffer): void {
    if (this.over) return;
    try {
      const reply = route.handle(this.request(body));
      if (!(reply instanceof Promise)) return this.answer(reply);
      const { handlerMs } = this.context.limits;
      this.timer = setTimeout(() => this.refuse(new HandlerTimeout(handlerMs)), handlerMs);
      reply.then(
        (value) => this.answer(value),
        (error: unknown) => this.refuse(error),
      );
    } catch (error) {
      this.refuse(error);
    }
  }

  private request(body: Buffer): HttpRequest {
    const { id, method, path, query, headers } = this.head;
    const params: Record<string, string> = {};
    this.mounted.paramNames.forEach((name, index) => {
      params[name] = decodeURIComponent(this.rawParams[index] ?? '');
    });
    const header = (name: string): string => headers.get(name) ?? '';
    return { id, method, path, query, route: this.mounted.pattern, header, params, body };
  }

  /** The one place where thrown things become answers: what is not meant for the sender is told of once, and hidden. */
  private refuse(error: unknown): void {
    if (error instanceof HttpError) {
      this.answer(json(error.status, { detail: error.message, request_id: this.head.id }, error.headers));
      return;
    }
    const { id: requestId, path } = this.head;
    const route = this.mounted.pattern;
    this.span.fail(error);
    this.context.events.emit('http.failed', { requestId, route, path, method: this.method(), error });
    this.answer(json(500, { detail: 'Internal server error', request_id: requestId }));
  }

  private answer(reply: Reply): void {
    if (this.over) return;
    const closeConnection = this.context.closing || this.receiving || reply.status === 413;
    this.finish(reply.status, false);
    writeReply(this.res, reply, {
      headers: this.context.headers,
      requestId: this.head.id,
      headOnly: this.head.method === 'HEAD',
      closeConnection,
    });
  }

  private aborted(): void {
    if (!this.over) this.finish(CLIENT_LEFT, true);
  }

  private finish(status: number, aborted: boolean): void {
    this.over = true;
    this.stopTimer();
    this.dropBody?.();
    this.context.open.delete(this);
    this.context.events.emit('http.request', {
      requestId: this.head.id,
      route: this.mounted.pattern,
      method: this.method(),
      status,
      ms: performance.now() - this.startedAt,
      aborted,
    });
    this.span.note({ 'http.response.status_code': status });
    this.span.end();
  }

  /** Nobody's `traceparent` is followed: a stranger could have all of their requests traced, or blame another trace. */
  private described(): SpanStart {
    const route = this.mounted.pattern;
    const method = this.method();
    return {
      name: `${method} ${route}`,
      role: 'asked',
      facts: { 'http.request.method': method, 'http.route': route },
    };
  }

  private method(): string {
    return COUNTED_METHODS.has(this.head.method) ? this.head.method : 'OTHER';
  }

  private stopTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

export class HandlerTimeout extends Error {
  override readonly name = 'HandlerTimeout';

  constructor(ms: number) {
    super(`no answer from the route's handler within ${ms} ms`);
  }
}

function tooLarge(limitBytes: number): HttpError {
  return new HttpError(413, `The body is larger than the ${limitBytes} bytes that are taken here.`);
}

function bodyTooSlow(ms: number): HttpError {
  return new HttpError(408, `The body did not arrive within ${ms} ms.`);
}
