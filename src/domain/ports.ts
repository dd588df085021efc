/**
 * What the domain needs of the world, as interfaces. Each has one contract suite in test/contract that every
 * implementation passes. A port throws only where the outside could not be reached or broke; what callers may ask in
 * vain (a taken slot) is an answer.
 */
import type { AudioFormat } from './audio-format.ts';
import type { Clinic, Instant, PhoneNumber } from './clinic.ts';
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
  readonly now: Instant;
}

export interface HoldRequest {
  readonly clinicId: string;
  readonly conversationId: string;
  readonly slot: Slot;
  /** What the slot takes, see `blocksOf`; no two blocks name the same resource. */
  readonly blocks: readonly Block[];
  readonly expiresAt: Instant;
  readonly now: Instant;
}

export interface CustomerDetails {
  readonly name: string;
  readonly phone: PhoneNumber;
  readonly email: string | null;
}

export interface BookingRequest {
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

/**
 * The book of appointments and holds of all clinics. Never lets two active ones of a provider, room or device overlap,
 * buffers included, whoever races whom. `book` answers `booked` only after the commit.
 */
export interface BookingStore {
  busy(query: BusyQuery): Promise<readonly Busy[]>;
  /** Holds a slot for a conversation in place of what it held before. */
  hold(request: HoldRequest): Promise<'held' | 'taken'>;
  /** Drops what the conversation holds, if anything. */
  release(clinicId: string, conversationId: string): Promise<void>;
  /** Takes the slot for good and drops the conversation's hold. A repeated `key` answers its first appointment while that is active. */
  book(request: BookingRequest): Promise<BookingResult>;
}

/** A message for staff: in a caller's words as Ava noted them, or recorded after the tone. */
export interface NewMessage {
  readonly clinicId: string;
  /** Null where no conversation came about. */
  readonly conversationId: string | null;
  /** Semantic idempotency key: the same message left twice is one. */
  readonly key: string;
  /** Null where a machine took it. */
  readonly customerName: string | null;
  /** Null where the caller's number is withheld and none was given. */
  readonly customerPhone: PhoneNumber | null;
  readonly content: MessageContent;
  readonly now: Instant;
}

export type MessageContent =
  | { readonly source: 'conversation'; readonly text: string }
  | { readonly source: 'voicemail'; readonly recording: Recording };

/** Kept by the phone network; `url` is where. */
export interface Recording {
  readonly sid: string;
  readonly url: string;
  /** Null where it was not told. */
  readonly seconds: number | null;
}

/** What callers left for staff. */
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

export type ConversationEntry =
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
    };

/** The record of conversations. Written behind: `write` never blocks a call and never throws; entries of one conversation keep their order. */
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
