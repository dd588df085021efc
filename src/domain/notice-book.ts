/** Who looks at which appointment for what its customer is to be told, and what they were told. */
import type { Instant, PhoneNumber } from './clinic.ts';
import type { NoticeFacts } from './notice-texts.ts';
import type { NoticedAppointment, NoticeKind } from './notices.ts';

export interface NoticeRequest {
  readonly clinicId: string;
  readonly appointmentId: string;
  /** A UUID, never given twice: whose the claim is. */
  readonly token: string;
  /** Milliseconds. */
  readonly forMs: number;
}

export interface NoticeClaim extends NoticeRequest {
  readonly appointment: NoticedAppointment;
  readonly phone: PhoneNumber;
  readonly facts: NoticeFacts;
  /** Of this version of it. */
  readonly told: ReadonlySet<NoticeKind>;
  /** How often it had been asked for by then: with more than that, it is looked at again at once. */
  readonly rings: number;
  /** The book's time. */
  readonly now: Instant;
}

export interface Notice {
  readonly kind: NoticeKind;
  readonly body: string;
  /** How long it is of any use. */
  readonly usefulForMs: number;
}

export interface NoticeBook {
  /** The appointment, for so long, where it is to be looked at now and nobody else does; else null. */
  claim(request: NoticeRequest): Promise<NoticeClaim | null>;
  /**
   * Has these sent, each once for this version of the appointment, and the appointment looked at again after so long
   * (null: only once it changes): all of it, or, where the claim was lost, nothing; then false.
   */
  settle(claim: NoticeClaim, notices: readonly Notice[], lookAgainAfterMs: number | null): Promise<boolean>;
}
