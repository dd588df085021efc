/**
 * Twilio's identifiers: two letters for the kind, then 32 hex digits. Random rather than seeded, as the real ones never
 * repeat: a product keeps them as keys longer than one run of the simulator.
 */
import { randomBytes, randomUUID } from 'node:crypto';

export type SidKind = 'CA' | 'MZ' | 'SM' | 'RE' | 'TR';

export function newSid(kind: SidKind): string {
  return kind + randomBytes(16).toString('hex');
}

/** The value of one request's `I-Twilio-Idempotency-Token`; the same for its retries. */
export function newIdempotencyToken(): string {
  return randomUUID();
}
