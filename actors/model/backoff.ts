/** How long to wait before the service is tried again: longer each time, and spread over calls by their luck. */
import type { ModelErrorKind } from '../../src/domain/events.ts';

export const BACKOFF = {
  baseMs: 250,
  longestMs: 4_000,
  /** A service that says "too much" is not asked again at once. */
  rateLimitedMs: 1_000,
} as const;

/** Steps of the golden ratio never come near each other: the waits of one call differ among themselves as well. */
const GOLDEN = 0.618_034;

/**
 * Before the `nth` try after as many losses, from 1: the first one is made at once, the others after 250 ms · 2^n at
 * the most, drawn over the whole of it. `retryAfterMs` is the service's own word, which is honoured.
 */
export function backoffMs(nth: number, luck: number, kind: ModelErrorKind, retryAfterMs = 0): number {
  const drawn = (luck + nth * GOLDEN) % 1;
  const ceilingMs = nth <= 1 ? 0 : Math.min(BACKOFF.longestMs, BACKOFF.baseMs * 2 ** (nth - 1));
  const least = kind === 'rate_limit' ? BACKOFF.rateLimitedMs : 0;
  return Math.round(Math.max(drawn * ceilingMs, least * (1 + drawn), retryAfterMs));
}
