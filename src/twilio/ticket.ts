/**
 * The stream token: proof that a media stream belongs to a call whose webhook was signed. Twilio hands it back in the
 * stream's `start`. It carries what `start` does not say (who calls whom), is bound to the call, lives 60 seconds and
 * is spent once through a ledger.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { seal, unseal } from '../../ops/sealed.ts';

export const TICKET_LIFE_S = 60;
/** Twilio cuts parameters of 500 characters and more. */
export const TICKET_LENGTH_LIMIT = 500;

export interface TicketClaims {
  readonly callSid: string;
  readonly clinicId: string;
  readonly from: string | null;
  readonly to: string;
  /** When the call's last stream broke, ms since the epoch; null for its first one, and after staff. */
  readonly brokeAt: number | null;
}

export type TicketVerdict =
  | { readonly kind: 'good'; readonly claims: TicketClaims; readonly nonce: string }
  | { readonly kind: 'bad' }
  | { readonly kind: 'expired' };

/** A prefix to what is signed keeps other tokens signed by the same secret from passing as tickets. */
const PURPOSE = 'ava.stream-ticket.2.';
const NONCE_BYTES = 12;

const Contents = z.tuple([
  z.string(), // call
  z.string(), // clinic
  z.string().nullable(), // from
  z.string(), // to
  z.number().nullable(), // broke at
  z.string(), // nonce
  z.number(), // expires at, ms since the epoch
]);

/** `now` in ms since the epoch. Throws where the claims would not fit into a parameter of Twilio's. */
export function issueTicket(secret: string, claims: TicketClaims, now: number): string {
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  const contents: z.infer<typeof Contents> = [
    claims.callSid,
    claims.clinicId,
    claims.from,
    claims.to,
    claims.brokeAt === null ? null : Math.round(claims.brokeAt),
    nonce,
    Math.round(now) + TICKET_LIFE_S * 1000,
  ];
  const ticket = seal(secret, PURPOSE, contents);
  if (ticket.length >= TICKET_LENGTH_LIMIT) throw new Error(`a ticket of ${ticket.length} characters cannot be sent`);
  return ticket;
}

export function verifyTicket(secret: string, ticket: string, now: number): TicketVerdict {
  if (ticket.length >= TICKET_LENGTH_LIMIT) return { kind: 'bad' };
  const contents = Contents.safeParse(unseal(secret, PURPOSE, ticket));
  if (!contents.success) return { kind: 'bad' };
  const [callSid, clinicId, from, to, brokeAt, nonce, expiresAt] = contents.data;
  if (now >= expiresAt) return { kind: 'expired' };
  return { kind: 'good', claims: { callSid, clinicId, from, to, brokeAt }, nonce };
}
