/** How the service turns a connection away, and what that means to whoever would try again. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { ModelReport } from '../../actors/model/messages.ts';
import { FATAL_CODES } from './wire.ts';

type Loss = Omit<Extract<ModelReport, { type: 'lost' }>, 'type'>;

const REFUSAL_LIMITS = { bodyBytes: 8_192, bodyMs: 500 } as const;

/**
 * An answer other than 101. The code is the service's where its body names a fatal one (a quota that is used up comes
 * as 429, like a rate limit), else `http_` and the status. Resolves within half a second, whatever the body does.
 */
export async function handshakeRefusal(response: IncomingMessage): Promise<Loss> {
  const status = response.statusCode ?? 0;
  const code = codeIn(await bodyOf(response));
  if (code !== null && FATAL_CODES.has(code)) return { kind: 'fatal', code };
  const named = `http_${status}`;
  if (status === 401 || status === 403) return { kind: 'fatal', code: named };
  return { kind: status === 429 ? 'rate_limit' : 'connect', code: named, retryAfterMs: retryAfterMs(response) };
}

/** What a closed socket is called: a reason like `invalid_request_error.invalid_api_key` says more than its number. */
export function closeCode(code: number, reason: string): string {
  const named = reason.split('.').at(-1) ?? '';
  return FATAL_CODES.has(named) ? named : `close_${code}`;
}

/** `Retry-After` in seconds; a date is not honoured. */
function retryAfterMs({ headers }: IncomingMessage): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}

const failure = z.object({ error: z.object({ code: z.string() }) });

function codeIn(body: string): string | null {
  try {
    return failure.safeParse(JSON.parse(body)).data?.error.code ?? null;
  } catch {
    return null;
  }
}

function bodyOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const done = (): void => {
      clearTimeout(timer);
      resolve(text);
    };
    const timer = setTimeout(done, REFUSAL_LIMITS.bodyMs);
    response.setEncoding('utf8');
    response.on('data', (piece: string) => {
      text += piece;
      if (text.length > REFUSAL_LIMITS.bodyBytes) done();
    });
    for (const end of ['end', 'error', 'close']) response.on(end, done);
  });
}
