/**
 * The book's side of bringing appointments to calendars: who works on which, and what came of it. Postgres stands behind
 * it (`db/calendar-book.ts`), in tests also a book in memory; both pass one contract suite.
 */
import type { EventPlace, WantedEvent } from './calendar-writing.ts';
import type { Instant } from './clinic.ts';

export interface ClaimRequest {
  readonly clinicId: string;
  readonly appointmentId: string;
  /** The claimant's own, made for this claim: what is asked again with the same token is the same claim. */
  readonly token: string;
  /** How long the claim holds; longer than the claimant ever writes. */
  readonly forMs: number;
}

/** One appointment in one pair of hands, and its calendar with it: nobody else writes there meanwhile. */
export interface Claim extends ClaimRequest {
  /** Null: nothing is to be shown. */
  readonly wanted: WantedEvent | null;
  /** Where to look, noted already. */
  readonly place: EventPlace;
  /** The book's time. */
  readonly now: Instant;
  /** When the appointment last changed, or was asked for by hand. */
  readonly askedAt: Instant;
  /** How often it had been asked for by then: with more than that, what comes of this claim is not the last word. */
  readonly rings: number;
  /** Claims since then, this one included. */
  readonly attempts: number;
  /** How often in a row the calendar has made everybody wait. */
  readonly troubles: number;
}

export interface Failure {
  /** In words of a closed set: nothing of the appointment. */
  readonly reason: string;
  /** When to try again; null: never, unless it is asked for by hand. */
  readonly afterMs: number | null;
  /** How long nobody shall write to the calendar; 0 where it is not the calendar's trouble. */
  readonly pauseMs: number;
  /** What is the matter with the calendar where somebody must mend it; null where it is not that. */
  readonly trouble: string | null;
}

export interface CalendarBook {
  /**
   * Takes an appointment whose calendar is not known to be as it should. Null: there is nothing to do, somebody is at it,
   * or it is not its turn; it is then asked for again when it is.
   */
  claim(request: ClaimRequest): Promise<Claim | null>;
  /** Notes where the event will be before anything is written there. False: the claim is lost, and nothing may be written. */
  note(claim: Claim, place: EventPlace): Promise<boolean>;
  /**
   * Gives the appointment back, its calendar being as it should; with `more` it is to be taken again at once. So it is
   * where the appointment changed meanwhile.
   */
  settle(claim: Claim, place: EventPlace, more: boolean): Promise<'done' | 'more' | 'lost'>;
  /** Gives it back with nothing known of its calendar. False: the claim was lost. */
  fail(claim: Claim, place: EventPlace, failure: Failure): Promise<boolean>;
}
