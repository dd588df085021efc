/** What a route file is written against: plain values in, a plain value out; it never meets the server underneath. */

type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRequest {
  /** The caller's `x-request-id` where it was a sane one, else made here. */
  readonly id: string;
  readonly method: string;
  /** As it was sent: percent-encoded, without the query. */
  readonly path: string;
  /** The raw query without its question mark; empty where there was none. */
  readonly query: string;
  /** The route's pattern: what logs and metrics name, since paths may carry ids. */
  readonly route: string;
  /** By lower-case name; empty where it was not sent. */
  header(name: string): string;
  /** What stood where the pattern has `:name`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The whole body; empty for a route that takes none. */
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  /** Lower-case names; they replace the server's own security headers of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One route. GET routes answer HEAD too. Patterns are literal segments, `:name` segments and a last `*`. */
export interface Route {
  readonly method: RouteMethod;
  readonly path: string;
  /** Larger bodies are answered 413; 0 where the route takes no body. */
  readonly bodyLimitBytes: number;
  /** Throws `HttpError` for what the sender should know; anything else thrown is our fault and answered 500. */
  handle(request: HttpRequest): Reply | Promise<Reply>;
}

/** An error whose text is meant for the sender: what is wrong and what to do. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

export function json(status: number, value: unknown, headers?: Readonly<Record<string, string>>): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function xml(document: string): Reply {
  return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: document };
}

export function noContent(): Reply {
  return { status: 204 };
}
