/**
 * What the domain needs of the world, as interfaces. Each has one contract suite in test/contract that every
 * implementation passes. A port throws only where the outside could not be reached or broke; what callers may ask in
 * vain (a taken slot) is an answer.
 */
import type { AudioFormat } from './audio-format.ts';
import type { CallFence, Fenced } from './call-keeping.ts';
import type { Clinic, Instant, PhoneNumber } from './clinic.ts';
import type { Fold } from './folds.ts';
import type { Block, Busy, Interval, Slot } from './slots.ts';
import type { Usage } from './usage.ts';

export type Channel = 'voice' | 'web' | 'sms';

export const OUTCOMES = [
  'appointment_scheduled',
  'rescheduled',
  'cancelled',
  'waitlisted',
  'message_taken',
  'escalated',
  'info_only',
  'browsing',
  'abandoned',
  'failed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Where clinics are looked up. Answers from memory whenever it can; undefined: no such clinic. */
export interface ClinicDirectory {
  byPhone(phone: PhoneNumber): Promise<Clinic | undefined>;
  byId(clinicId: string): Promise<Clinic | undefined>;
}

export interface BusyQuery extends Interval {
  readonly clinicId: string;
  /** Providers, rooms and devices. */
  readonly resourceIds: readonly string[];
  /** Holds of this conversation are left out: a caller never stands in their own way. */
  readonly conversationId: string;
  /** An appointment that is to be moved is left out as well, for the same reason. */
  readonly movingId?: string | null;
  readonly now: Instant;
}

export interface HoldRequest extends Fenced {
  readonly clinicId: string;
  readonly conversationId: string;
  readonly slot: Slot;
  /** What the slot takes, see `blocksOf`; no two blocks name the same resource. */
  readonly blocks: readonly Block[];
  /** The appointment that is to be moved there: what it has of that time already needs no hold. */
  readonly movingId?: string | null;
  readonly expiresAt: Instant;
  readonly now: Instant;
}

export interface CustomerDetails {
  readonly name: string;
  readonly phone: PhoneNumber;
  readonly email: string | null;
}

export interface BookingRequest extends Fenced {
  readonly clinicId: string;
  readonly conversationId: string;
  readonly channel: Channel;
  /** Semantic idempotency key: the same request made twice has one effect, whatever ids the model gives its calls. */
  readonly key: string;
  readonly slot: Slot;
  readonly blocks: readonly Block[];
  readonly customer: CustomerDetails;
  readonly notes: string | null;
  readonly now: Instant;
}

export interface Appointment extends Slot {
  readonly id: string;
  readonly customerId: string;
}

export type BookingResult =
  | { readonly kind: 'booked'; readonly appointment: Appointment; readonly replayed: boolean }
  | { readonly kind: 'taken' };

/** An appointment as it stands in the book, with whose it is. */
export interface BookedAppointment extends Appointment {
  readonly status: 'confirmed' | 'cancelled' | 'completed' | 'no_show';
  /** As given for this appointment: a family may share a phone number. */
  readonly customerName: string;
  readonly customerPhone: PhoneNumber;
  /** Raised by each change. */
  readonly version: number;
}

interface ChangeRequest extends Fenced {
  readonly clinicId: string;
  readonly appointmentId: string;
  /** Time that becomes free is marked for the waitlist where it begins no earlier than this. */
  readonly bookableFrom: Instant;
}

export interface RescheduleRequest extends ChangeRequest {
  readonly conversationId: string;
  /** Semantic idempotency key of the new slot, in place of the one it was booked by. */
  readonly key: string;
  readonly slot: Slot;
  readonly blocks: readonly Block[];
  readonly now: Instant;
}

/** `not_active`: there is no such appointment, or it is cancelled or over. */
export type RescheduleResult =
  | { readonly kind: 'rescheduled'; readonly appointment: BookedAppointment }
  | { readonly kind: 'taken' }
  | { readonly kind: 'not_active' };

export interface CancelRequest extends ChangeRequest {
  /** In the customer's words. */
  readonly reason: string | null;
}

export type CancelResult =
  | { readonly kind: 'cancelled'; readonly appointment: BookedAppointment }
  | { readonly kind: 'not_active' };

/** Whose an appointment is, as was said last; what is null or empty was not said again. */
export interface CorrectRequest extends Fenced {
  readonly clinicId: string;
  readonly appointmentId: string;
  readonly customer: Omit<CustomerDetails, 'phone'> & { readonly phone: PhoneNumber | null };
  readonly notes: string | null;
}

export type CorrectResult =
  | { readonly kind: 'corrected' | 'unchanged'; readonly appointment: BookedAppointment }
  | { readonly kind: 'not_active' };

/** Somebody who would come where a time became free. */
export interface WaitlistRequest extends Fenced {
  readonly clinicId: string;
  readonly conversationId: string;
  readonly serviceId: string;
  /** Null: whoever is free. */
  readonly providerId: string | null;
  /** They would come from here on, and before `until`; null: whenever. */
  readonly from: Instant;
  readonly until: Instant | null;
  readonly customerName: string;
  readonly customerPhone: PhoneNumber;
}

/**
 * The book of appointments and holds of all clinics. Never lets two active ones of a provider, room or device overlap,
 * buffers included, whoever races whom. `book` answers `booked` only after the commit. What carries a fence rejects with
 * `StaleOwner`, and changes nothing, where the call has a newer owner.
 */
export interface BookingStore {
  busy(query: BusyQuery): Promise<readonly Busy[]>;
  /** Holds a slot for a conversation in place of what it held before. */
  hold(request: HoldRequest): Promise<'held' | 'taken'>;
  /** Drops what the conversation holds, if anything. */
  release(clinicId: string, conversationId: string, fence?: CallFence | null): Promise<void>;
  /** Takes the slot for good and drops the conversation's hold. A repeated `key` answers its first appointment while that is active. */
  book(request: BookingRequest): Promise<BookingResult>;
  /** Corrects whose an active appointment is; what was not said stays. Said once more, it is unchanged. */
  correct(request: CorrectRequest): Promise<CorrectResult>;
  /** The appointment of this id, active or not; undefined: the clinic has none. */
  appointment(clinicId: string, appointmentId: string): Promise<BookedAppointment | undefined>;
  /** The active appointments of a customer that begin after `after`, in order of time. */
  appointmentsOf(clinicId: string, phone: PhoneNumber, after: Instant): Promise<readonly BookedAppointment[]>;
  /**
   * Moves an active appointment, which stays the same one: its old time is free with the same commit, and the
   * conversation's hold dropped. Moved where it stands already, it stays as it is.
   */
  reschedule(request: RescheduleRequest): Promise<RescheduleResult>;
  /** Cancels an active appointment and frees its time. Cancelled again, it is answered as it was left. */
  cancel(request: CancelRequest): Promise<CancelResult>;
  /**
   * Puts a customer on the waitlist and answers the entry's id. One who waits for the same service and provider already
   * has their name and times corrected. Time freed by `cancel` or `reschedule` is marked for whoever waits longest of
   * those whom it suits: the same service, not their own.
   */
  joinWaitlist(request: WaitlistRequest): Promise<string>;
  /** Whether the clinic has a customer of this phone number in its book. */
  knowsCustomer(clinicId: string, phone: PhoneNumber): Promise<boolean>;
}

/** A message for staff: in a caller's words as Ava noted them, recorded after the tone, or what a text thread needs of them. */
export interface NewMessage extends Fenced {
  readonly clinicId: string;
  /** Null where no conversation came about. */
  readonly conversationId: string | null;
  /** Semantic idempotency key: the same message left twice is one. */
  readonly key: string;
  /** Null where a machine took it, or a thread's customer is not known yet. */
  readonly customerName: string | null;
  /** Null where the caller's number is withheld and none was given. */
  readonly customerPhone: PhoneNumber | null;
  readonly content: MessageContent;
  readonly now: Instant;
}

export type MessageContent =
  | { readonly source: 'conversation'; readonly text: string }
  | { readonly source: 'text'; readonly text: string }
  | { readonly source: 'voicemail'; readonly recording: Recording };

/** Kept by the phone network; `url` is where. */
export interface Recording {
  readonly sid: string;
  readonly url: string;
  /** Null where it was not told. */
  readonly seconds: number | null;
}

/** What callers left for staff. A fence is kept as by the book of appointments. */
export interface MessageStore {
  /** Keeps a message, open for staff, and answers its id once it is stored. A repeated `key` is the same message: the name given last stands. */
  leave(message: NewMessage): Promise<string>;
}

export interface ConversationStart {
  readonly conversationId: string;
  readonly clinicId: string;
  readonly channel: Channel;
  readonly customerPhone: PhoneNumber | null;
  readonly language: string;
  readonly startedAt: Instant;
  /** The phone call that carries it; null for other channels. */
  readonly call: {
    readonly callSid: string;
    readonly from: PhoneNumber | null;
    readonly to: PhoneNumber;
    readonly ownerNode: string;
  } | null;
}

export type ConversationEntry = Fenced & ConversationContent;

type ConversationContent =
  | ({ readonly kind: 'started' } & ConversationStart)
  | {
      readonly kind: 'turn';
      readonly conversationId: string;
      readonly clinicId: string;
      /** Position in the conversation, from 1; a turn written again replaces what stood there. */
      readonly n: number;
      readonly role: 'assistant' | 'customer';
      readonly text: string;
      readonly startedAt: Instant;
      readonly endedAt: Instant;
      /** True where the caller spoke before Ava had finished: `text` is what was heard. */
      readonly interrupted: boolean;
      /** Of an assistant turn that answers: from the end of the caller's speech until its first audio was sent. */
      readonly answeredAfterMs?: number | null;
      /** The same until a mark confirmed that its first piece was played. */
      readonly heardAfterMs?: number | null;
    }
  | {
      readonly kind: 'tool_call';
      readonly conversationId: string;
      readonly clinicId: string;
      readonly n: number;
      readonly callId: string;
      readonly name: string;
      /** As the model sent them, parsed; null where they were no JSON. */
      readonly arguments: unknown;
      readonly answer: unknown;
      readonly success: boolean;
      readonly error: string | null;
      readonly startedAt: Instant;
      readonly tookMs: number;
    }
  | {
      /** Totals so far; those written last stand. */
      readonly kind: 'usage';
      readonly conversationId: string;
      readonly clinicId: string;
      readonly usage: Usage;
    }
  | {
      readonly kind: 'ended';
      readonly conversationId: string;
      readonly clinicId: string;
      readonly outcome: Outcome;
      readonly endedAt: Instant;
      readonly endedBy: string;
    }
  /** Of an owner each number once. Where there is too much to be stored, these go first. */
  | { readonly kind: 'folded'; readonly conversationId: string; readonly clinicId: string; readonly fold: () => Fold };

/**
 * The record of conversations. Written behind: `write` never blocks a call and never throws; entries of one conversation
 * keep their order. The entry that begins a phone call says who owns it: without a fence its first owner, at epoch 1.
 * What carries the fence of an owner who has been followed by another changes nothing of what is recorded.
 */
export interface ConversationLog {
  write(entry: ConversationEntry): void;
  /** Resolves when everything written so far is stored, or rejects after the deadline. */
  settled(deadlineMs: number): Promise<void>;
}

export interface PhraseAudio {
  /** Samples without a header, base64. */
  readonly payload: string;
  readonly ms: number;
}

/** The fixed phrases as they sound, rendered ahead of the calls that play them. */
export interface PhraseBook {
  /**
   * Out of memory, at once. Undefined where a phrase is not there, or not yet: asking has it looked for, so that a later
   * call may have it. `language` is BCP 47; the country in it makes no difference.
   */
  audioOf(
    clinicId: string,
    voice: string,
    language: string,
    format: AudioFormat,
    text: string,
  ): PhraseAudio | undefined;
}

export interface StoredPhrase extends PhraseAudio {
  /** Stands for everything that makes it sound as it does. */
  readonly key: string;
  readonly text: string;
}

/** Where rendered phrases are kept, and which node renders a clinic's at the moment. */
export interface PhraseStore {
  /** Those of a clinic's phrases that are kept under these keys, in any order. */
  load(clinicId: string, keys: readonly string[]): Promise<readonly StoredPhrase[]>;
  /** Keeps phrases; what is kept under the same key already stays. */
  keep(clinicId: string, phrases: readonly StoredPhrase[]): Promise<void>;
  /** Deletes the clinic's phrases under all other keys; answers how many there were. */
  retire(clinicId: string, keys: readonly string[]): Promise<number>;
  /** True where `holder` alone may render for the clinic from now on, for at most so long; asked again, it goes on. */
  claim(clinicId: string, holder: string, forMs: number): Promise<boolean>;
  /** Gives the claim back, where it is the holder's. */
  release(clinicId: string, holder: string): Promise<void>;
}
