/** One request, read whole and bounded, and how it is answered. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { invalid } from './refusals.ts';

export interface SimRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is said in answer; `body` is JSON, absent where there is none. */
export interface SimReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** Undefined where the body is too large. */
export async function readRequest(incoming: IncomingMessage): Promise<SimRequest | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  const url = new URL(incoming.url ?? '/', 'http://simulator');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(pieces).toString('utf8'),
  };
}

/** The body as what it must be; refuses as the service does where it is not. */
export function parsedBody<T>(schema: z.ZodType<T>, body: string): T {
  let content: unknown;
  try {
    content = JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw invalid('Parse Error', 'parseError');
  }
  const { success, data, error } = schema.safeParse(content);
  if (!success) throw invalid(z.prettifyError(error));
  return data;
}

export function send(response: ServerResponse, { status, body, headers = {} }: SimReply): void {
  if (response.headersSent || response.destroyed) return;
  const text = body === undefined ? '' : JSON.stringify(body);
  const type = body === undefined ? {} : { 'content-type': 'application/json; charset=UTF-8' };
  response.writeHead(status, { ...type, ...headers }).end(text);
}
