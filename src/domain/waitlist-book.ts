/** Who is at which entry of the waitlist, and what came of offering it the time that became free. */
import type { Instant, PhoneNumber } from './clinic.ts';
import type { NoticeFacts } from './notice-texts.ts';
import type { Block, Slot } from './slots.ts';
import type { MatchedEntry } from './waitlist-offers.ts';

export interface OfferRequest {
  readonly clinicId: string;
  readonly waitlistId: string;
  /** A UUID, never given twice: whose the claim is. */
  readonly token: string;
  /** Milliseconds. */
  readonly forMs: number;
}

export interface OfferClaim extends OfferRequest {
  readonly entry: MatchedEntry;
  readonly phone: PhoneNumber;
  readonly slot: Slot;
  /** What the time takes, see `blocksOf`; null where its service is no longer offered. */
  readonly blocks: readonly Block[] | null;
  readonly facts: NoticeFacts;
  readonly rings: number;
  /** The book's time. */
  readonly now: Instant;
}

/** `left`: they wait on, and with `next` the time is matched with whoever waits longest of the others. */
export type OfferEnd =
  | { readonly kind: 'offered'; readonly body: string; readonly expiresAt: Instant; readonly lookAgainAfterMs: number }
  | { readonly kind: 'waits'; readonly lookAgainAfterMs: number }
  | { readonly kind: 'left'; readonly next: boolean }
  | { readonly kind: 'nothing' };

export interface WaitlistBook {
  /** The entry, for so long, where it is to be looked at now and nobody else does; else null. */
  claim(request: OfferRequest): Promise<OfferClaim | null>;
  /** Notes what came of it, in one commit with the text. False where the claim was lost: nothing is noted. */
  settle(claim: OfferClaim, end: OfferEnd): Promise<boolean>;
}
