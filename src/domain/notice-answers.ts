/** What is behind replies to texts about appointments, as a port: `receptionist/notice-answers.ts` works with it. */
import type { Clinic, Instant, PhoneNumber } from './clinic.ts';
import type { LastNotice } from './notice-replies.ts';
import type { Slot } from './slots.ts';

/** Time that is offered to somebody on the waitlist. */
export interface OpenOffer {
  readonly slot: Slot;
  readonly customerName: string;
  readonly phone: PhoneNumber;
}

export interface NoticeReplyBook {
  /** What this number was told last; null: nothing that could be answered. */
  last(clinicId: string, phone: PhoneNumber): Promise<LastNotice | null>;
  /** Notes that the customer will come. False where the appointment is not theirs to confirm any more. */
  confirm(clinicId: string, appointmentId: string): Promise<boolean>;
  /** What an entry of the waitlist is offered; null: nothing. */
  offer(clinicId: string, waitlistId: string): Promise<OpenOffer | null>;
  /** Notes that they took it. */
  accept(clinicId: string, waitlistId: string): Promise<void>;
}

/** A text that came in, at a clinic, from a number. */
export interface ReceivedReply {
  readonly clinic: Clinic;
  readonly phone: PhoneNumber;
  readonly body: string;
  /** BCP 47: what the thread is led in. */
  readonly language: string;
  readonly now: Instant;
}

/**
 * - `reply`: this is sent, and no model is asked; null: a text about what was done is on its way already.
 * - `note`: the conversation goes on with their text, which stands for these words of theirs, and the model is told this
 *   along with it.
 */
export type NoticeAnswer =
  | { readonly kind: 'reply'; readonly body: string | null }
  | { readonly kind: 'note'; readonly words: string; readonly text: string };
