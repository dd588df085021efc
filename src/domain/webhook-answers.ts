/** What came of calling a clinic's own system, and what that means for the delivery. */
import type { Instant } from './clinic.ts';
import type { DeliveryEnd } from './webhook-store.ts';

/**
 * `not_public`: the address leads, or would lead, to a place of ours; nobody was called. `no_key`: what it is to be
 * signed with is sealed by a key that we do not have.
 */
export type WebhookFailure = 'not_public' | 'timeout' | 'tls' | 'unreachable' | 'no_key';

export type WebhookAnswer =
  /** `retryAfterMs`: how long they ask to be left alone; null where they do not. */
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | null }
  | { readonly kind: 'failed'; readonly failure: WebhookFailure };

/** How long a delivery is tried after it was asked for. */
export const WEBHOOK_PATIENCE_MS = 72 * 3_600_000;

export interface DeliveryAttempt {
  readonly answer: WebhookAnswer;
  readonly askedAt: Instant;
  readonly now: Instant;
  /** What the back-off says after so many attempts. */
  readonly backOffMs: number;
  /** The longest that anybody is left alone for. */
  readonly longestMs: number;
}

/**
 * Taken is what is answered with 2xx. Who says that they are gone for good (410), or lives where we do not call, is not
 * tried again; everybody else is, as long as there is patience.
 */
export function endOfAttempt({ answer, askedAt, now, backOffMs, longestMs }: DeliveryAttempt): DeliveryEnd {
  if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300) return { kind: 'delivered' };
  const reason = answer.kind === 'answered' ? `http_${answer.status}` : answer.failure;
  const isFinal = reason === 'not_public' || reason === 'http_410' || now - askedAt >= WEBHOOK_PATIENCE_MS;
  if (isFinal) return { kind: 'failed', reason, afterMs: null };
  const asked = answer.kind === 'answered' ? (answer.retryAfterMs ?? 0) : 0;
  return { kind: 'failed', reason, afterMs: Math.max(backOffMs, Math.min(asked, longestMs)) };
}
