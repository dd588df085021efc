/**
 * Text messages that a clinic sends, as ports: who carries them, and the book in which each is noted before it is sent.
 * A carrier has no key by which it would know a message again, so what became of a request nobody answered is settled by
 * reading back what the carrier has.
 */
import type { Instant, PhoneNumber } from './clinic.ts';

export interface OutgoingText {
  readonly id: string;
  readonly clinicId: string;
  /** Of the clinic's numbers the one that the customer wrote to last, else its first. */
  readonly from: PhoneNumber;
  readonly to: PhoneNumber;
  readonly body: string;
}

/** A message as the carrier has it. */
export interface CarriedText {
  readonly sid: string;
  readonly body: string;
  /** The carrier's word: `queued`, `sent`, `delivered`, … */
  readonly status: string;
  /** On the carrier's clock, to the second. */
  readonly createdAt: Instant;
}

/** Why a carrier did not do as asked. */
export type TextTroubleKind =
  /** Whom it is for wants no texts from this number. Final. */
  | 'opted_out'
  /** Any other 4xx: the same message will never go. Final. */
  | 'refused'
  /** 429: later. Nothing was sent. */
  | 'busy'
  /** 401 or 403: until somebody mends the account. Nothing was sent. */
  | 'credentials'
  /** 5xx, or no connection: nothing, or something, was done. */
  | 'unavailable'
  /** No answer in time: nothing, or something, was done. */
  | 'timeout';

export class TextTrouble extends Error {
  override readonly name = 'TextTrouble';
  readonly kind: TextTroubleKind;
  /** The carrier's own number for it; 0 where it gave none. */
  readonly code: number;

  constructor(kind: TextTroubleKind, code = 0, cause?: unknown) {
    super(`the text was not taken: ${kind}`, { cause });
    this.kind = kind;
    this.code = code;
  }
}

/** Whatever does not answer as described throws a `TextTrouble`. Each call gives up when `signal` says so, as `timeout`. */
export interface TextCarrier {
  /** Hands a message over. */
  send(text: OutgoingText, signal: AbortSignal): Promise<Pick<CarriedText, 'sid' | 'status'>>;
  /** The newest messages from one number to the other, newest first; a few dozen at most. */
  newest(from: PhoneNumber, to: PhoneNumber, signal: AbortSignal): Promise<readonly CarriedText[]>;
}

/** A message to be sent, as whoever wants it sent gives it. */
export interface NewText {
  readonly to: PhoneNumber;
  /** May be long: it is sent as several messages then. */
  readonly body: string;
  /** Semantic idempotency key: asked for twice, it is sent once. */
  readonly key: string;
  /** The conversation that it is part of; null where it is of none. */
  readonly conversationId: string | null;
  /** How long it is of any use; not sent later. Milliseconds. */
  readonly usefulForMs: number;
  /** What it tells of, as of this version: not sent once that was moved, cancelled or is another customer's. */
  readonly appointment?: { readonly id: string; readonly version: number };
}

export interface SendRequest {
  readonly clinicId: string;
  /** Of the thread of messages between the clinic and one telephone. */
  readonly threadId: string;
  /** A UUID: whose the claim is. Claimed again by the same token, it goes on. */
  readonly token: string;
  /** Milliseconds. */
  readonly forMs: number;
}

/** The next message of a thread, noted as being sent by its claimant. */
export interface SendClaim extends SendRequest {
  readonly text: OutgoingText;
  /** What sending it costs the clinic, US dollars. */
  readonly costUsd: number;
  /** Somebody set out to send it at this time, and nobody knows what came of it; null: nobody did. */
  readonly unknownSince: Instant | null;
  /** The book's time. */
  readonly now: Instant;
  /** How often its sending has failed in a row. */
  readonly failures: number;
}

/** What is known of a message now. `unsent`: it was not sent, and still is to be. */
export type SendResult =
  | { readonly kind: 'accepted'; readonly sid: string; readonly status: string }
  | { readonly kind: 'refused'; readonly reason: 'opted_out' | 'refused'; readonly code: number }
  | { readonly kind: 'unsent' };

export interface TextReport {
  readonly clinicId: string;
  readonly textId: string;
  readonly sid: string;
  readonly status: string;
  readonly code: number | null;
}

/** What is to be sent, and by whom; a thread's messages go one after the other, in the order in which they were asked for. */
export interface TextBook {
  /**
   * The thread's next message, where nobody else is at the thread; null where somebody is, or nothing is left to be sent.
   * Messages that came to be of no use or untrue, or that the customer does not want any more, are passed over for good.
   */
  claim(request: SendRequest): Promise<SendClaim | null>;
  /**
   * Notes what became of it, and answers the thread's next message, claimed for as long: null where there is none, and
   * the claim is over. `lost` where it was lost before: nothing is noted.
   */
  settle(claim: SendClaim, result: SendResult): Promise<SendClaim | null | 'lost'>;
  /** Leaves the thread for so long. `sent`: whether the message may have gone all the same. */
  leave(claim: SendClaim, afterMs: number, sent: 'no' | 'unknown', reason: string | null): Promise<void>;
  /** Which of these messages of the carrier's belong to others of our own. */
  known(clinicId: string, sids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Keeps what the carrier tells of a message. A later word never gives way to an earlier one that comes late. */
  report(report: TextReport): Promise<void>;
}
