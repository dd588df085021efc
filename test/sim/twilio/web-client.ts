/**
 * One HTTP request, bounded in time and size. A new connection each, as a vendor's fleet would make, so that a restarted
 * server never meets a stale one.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface WebRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** Gives up at once. */
  readonly signal?: AbortSignal;
}

export interface WebAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Why no answer came. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly reason: 'connection' | 'timeout' | 'too-large' | 'url';

  constructor(reason: NoAnswer['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Rejects with `NoAnswer`, nothing else. */
export function fetchOnce(request: WebRequest): Promise<WebAnswer> {
  return new Promise((resolve, reject) => {
    const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      reject(new NoAnswer('url', `not an http(s) URL: ${request.url}`));
      return;
    }
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const fail = (error: Error): void => {
      clearTimeout(timer);
      outgoing.destroy();
      reject(error instanceof NoAnswer ? error : new NoAnswer('connection', error.message));
    };
    const outgoing = send(
      url,
      { method: request.method, headers: request.headers, agent: false, signal: request.signal },
      (incoming) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        incoming.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) fail(new NoAnswer('too-large', `more than ${MAX_ANSWER_BYTES} bytes`));
          else chunks.push(chunk);
        });
        incoming.on('error', fail);
        incoming.on('end', () => {
          clearTimeout(timer);
          const contentType = incoming.headers['content-type'] ?? '';
          resolve({ status: incoming.statusCode ?? 0, contentType, body: Buffer.concat(chunks) });
        });
      },
    );
    const timer = setTimeout(
      () => fail(new NoAnswer('timeout', `no answer within ${request.timeoutMs} ms`)),
      request.timeoutMs,
    );
    outgoing.on('error', fail);
    outgoing.end(request.body);
  });
}
