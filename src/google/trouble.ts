/**
 * What the service's answers, and its silence, mean for us: by status and by the service's own word for the reason. Of
 * an error nothing is kept but those two and the network's code: the rest holds tokens and what stands in events.
 */
import { z } from 'zod';
import { CalendarTrouble, type CalendarTroubleKind } from '../domain/calendar.ts';

/** What the client library throws, as far as it is looked at. */
const thrown = z.object({
  code: z.union([z.string(), z.number()]).optional().catch(undefined),
  status: z.number().optional().catch(undefined),
  response: z
    .object({ data: z.unknown().optional(), headers: z.instanceof(Headers).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  cause: z.unknown().optional(),
});
const apiError = z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })).min(1) }) });
const tokenError = z.object({ error: z.string() });

const QUOTA_REASONS = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'quotaExceeded',
  'dailyLimitExceeded',
  'calendarUsageLimitsExceeded',
]);
const REASON_SHAPE = /^[\w.-]{1,64}$/;

/** What went wrong with a request to the API; `signal` is the one that could have cut it short. */
export function troubleOf(error: unknown, signal: AbortSignal): CalendarTrouble {
  return judged(error, signal, apiKind);
}

/** What went wrong while a token was asked for: what the service does not give us is ours to mend. */
export function tokenTroubleOf(error: unknown, signal: AbortSignal): CalendarTrouble {
  return judged(error, signal, tokenKind);
}

function judged(
  error: unknown,
  signal: AbortSignal,
  kindOf: (status: number, reason: string) => CalendarTroubleKind,
): CalendarTrouble {
  if (error instanceof CalendarTrouble) return error;
  if (signal.aborted) return new CalendarTrouble('timeout');
  const seen = thrown.safeParse(error).data;
  if (seen?.status === undefined) return new CalendarTrouble('unavailable', { reason: networkCode(error) });
  const { status, response } = seen;
  const reason = reasonOf(response?.data);
  const afterMs = retryAfterMs(response?.headers?.get('retry-after') ?? null);
  return new CalendarTrouble(kindOf(status, reason), { status, reason, ...(afterMs !== undefined && { afterMs }) });
}

function apiKind(status: number, reason: string): CalendarTroubleKind {
  if (status === 401) return 'credentials';
  if (status === 404 || status === 410) return 'calendar_gone';
  if (status === 429 || (status === 403 && QUOTA_REASONS.has(reason))) return 'busy';
  if (status >= 500 || status === 408) return 'unavailable';
  return 'refused';
}

function tokenKind(status: number): CalendarTroubleKind {
  if (status === 429) return 'busy';
  return status >= 500 || status === 408 ? 'unavailable' : 'credentials';
}

/** The service's word for it, where it has the shape of one: never a sentence, which may quote what was sent. */
function reasonOf(data: unknown): string {
  const reason = apiError.safeParse(data).data?.error.errors[0]?.reason ?? tokenError.safeParse(data).data?.error ?? '';
  return REASON_SHAPE.test(reason) ? reason : '';
}

/** Such as `ECONNREFUSED`, wherever in the chain of causes it stands. */
function networkCode(error: unknown): string {
  for (let each = thrown.safeParse(error).data; each; each = thrown.safeParse(each.cause).data) {
    if (typeof each.code === 'string' && REASON_SHAPE.test(each.code)) return each.code;
  }
  return '';
}

/** Seconds or a date, as HTTP has it; undefined where it is neither. */
function retryAfterMs(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
