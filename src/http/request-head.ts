/**
 * Everything there is to know of a request before its body, read in one go: the native request lives only until the
 * handler first returns or awaits.
 */
import { randomUUID } from 'node:crypto';
import type { UwsRequest } from './uws.ts';

export interface RequestHead {
  readonly id: string;
  /** Upper case. */
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: ReadonlyMap<string, string>;
}

const SANE_REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

export function readHead(req: UwsRequest): RequestHead {
  const headers = new Map<string, string>();
  req.forEach((name, value) => headers.set(name, value));
  return {
    id: requestId(headers.get('x-request-id')),
    method: req.getCaseSensitiveMethod().toUpperCase(),
    path: req.getUrl(),
    // The native code says undefined where there is no query, whatever its types say.
    query: req.getQuery() ?? '',
    headers,
  };
}

function requestId(sent: string | undefined): string {
  return sent !== undefined && SANE_REQUEST_ID.test(sent) ? sent : randomUUID();
}

/** A declared length in bytes; 0 where there was none, or no number (the server refuses such a request by itself). */
export function declaredLength(head: RequestHead): number {
  return Number(head.headers.get('content-length') ?? 0) || 0;
}

export function isPercentEncoded(text: string): boolean {
  if (!text.includes('%')) return true;
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
