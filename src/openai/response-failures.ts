/** Why a request of the Responses API came to nothing, and whether the same request may fare better later. */
import { z } from 'zod';
import { ModelFailure, type ModelFailureFacts } from '../domain/model-failure.ts';
import { FATAL_CODES } from './wire.ts';

/** Statuses of a moment, besides those of the server's own faults. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425]);
/** Reasons for which the same question is answered the same way again. */
const WILFUL: ReadonlySet<string> = new Set([...FATAL_CODES, 'content_filter', 'invalid_prompt', 'refusal']);

export const timedOut = (cause: unknown): ModelFailure =>
  new ModelFailure({ kind: 'timeout', code: 'timeout', isFinal: false, cause });

/** What came is no answer as the service gives them, or not as it was asked for. */
export const unreadable = (cause?: unknown): ModelFailure =>
  new ModelFailure({ kind: 'protocol', code: 'unreadable', isFinal: false, cause });

/** An answer came, and is none: it failed, was cut off, or the model would not. */
export const withoutAnswer = (reason: string): ModelFailure =>
  new ModelFailure({
    kind: 'response_failed',
    code: wordIn(reason) ?? 'response_failed',
    isFinal: WILFUL.has(reason),
  });

/** What the SDK threw: of a refusal it knows the status, of a lost connection that there was none. */
const thrown = z.object({
  status: z.number().optional(),
  code: z.unknown(),
  headers: z.instanceof(Headers).optional(),
});

export function failureOf(error: unknown): ModelFailure {
  if (error instanceof ModelFailure) return error;
  if (!(error instanceof Error && 'status' in error)) return unreadable(error);
  const { status, code, headers } = thrown.safeParse(error).data ?? {};
  if (status === undefined) return new ModelFailure({ kind: 'connect', code: 'connect', isFinal: false, cause: error });
  const named = wordIn(code) ?? `http_${status}`;
  return new ModelFailure({
    ...meaningOf(status, named),
    code: named,
    retryAfterMs: retryAfterMs(headers),
    cause: error,
  });
}

/** A quota that is used up comes as 429, like a rate limit: the code tells first. */
function meaningOf(status: number, code: string): Pick<ModelFailureFacts, 'kind' | 'isFinal'> {
  if (FATAL_CODES.has(code) || status === 401 || status === 403) return { kind: 'fatal', isFinal: true };
  if (status === 429) return { kind: 'rate_limit', isFinal: false };
  if (status >= 500 || PASSING.has(status)) return { kind: 'connect', isFinal: false };
  return { kind: 'protocol', isFinal: true };
}

/** `Retry-After` in seconds; a date is not honoured. */
function retryAfterMs(headers: Headers | undefined): number | undefined {
  const seconds = Number(headers?.get('retry-after') ?? undefined);
  return seconds > 0 && Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

/** A code, not a text that somebody may have had a hand in. */
function wordIn(code: unknown): string | undefined {
  return typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : undefined;
}
