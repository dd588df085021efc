/**
 * What the edge needs of the rest of Ava. The front desk takes calls in and knows what each should hear next; health
 * and metrics are seen through the ports below. Implemented in the composition root and in ops/.
 */
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import type { Health } from '../../ops/health.ts';
import type { ShedReason } from '../domain/events.ts';
import type { SpokenFor } from '../domain/network-sentences.ts';
import type { Recording } from '../domain/ports.ts';

/** An inbound call as the voice webhook tells of it. */
export interface CallOffer {
  readonly callSid: string;
  /** E.164; null where the caller withholds it. */
  readonly from: string | null;
  /** The number that was called: E.164 for telephone calls. */
  readonly to: string;
}

export type Admission =
  | { readonly kind: 'stream'; readonly clinicId: string }
  | { readonly kind: 'unknown_number' }
  | {
      readonly kind: 'shed';
      readonly staffPhone: string | null;
      readonly clinic: SpokenFor;
      readonly reason: ShedReason;
    };

/** A media stream whose token was good: this call may be heard now. */
export interface CallStream extends CallOffer {
  readonly streamSid: string;
  readonly clinicId: string;
  /** When the call's last stream broke, ms since the epoch; null for its first one, and after staff. */
  readonly brokeAt: number | null;
}

/** Twilio asks what a call does next, because its stream, its dial or its recording ended. */
export interface CallContinuation {
  readonly callSid: string;
  /** Null where the caller withholds it. */
  readonly from: string | null;
  /** The number that was called, as Twilio tells it. */
  readonly to: string;
  readonly streamSid: string | null;
  /** Twilio's CallStatus in its own words: `in-progress`, `completed`, … */
  readonly callStatus: string;
  /** Twilio's DialCallStatus, where a dial to staff ended: `completed`, `busy`, `no-answer`, `failed`, `canceled`. */
  readonly dialCallStatus: string | null;
  /** False where the dialled phone was picked up and the call not taken; null where nobody tells. */
  readonly dialBridged: boolean | null;
  /** How many of the clinic's staff lines were dialled for this caller by now. */
  readonly staffTried: number;
  /** The caller's, BCP 47, as an earlier answer told it; null or absent where none did. */
  readonly language?: string | null;
}

/** A caller spoke after the tone, because nobody could answer. */
export interface Voicemail extends CallOffer {
  readonly recording: Recording;
}

export type Continuation =
  | { readonly kind: 'hang_up' }
  /** Back to Ava over a new stream. */
  | {
      readonly kind: 'stream';
      readonly clinicId: string;
      readonly from: string | null;
      readonly to: string;
      readonly brokeAt: number | null;
    }
  /** Dials one of the staff lines; takes a voicemail where there is none. */
  | {
      readonly kind: 'staff';
      readonly sentence: string | null;
      readonly staffPhone: string | null;
      /** How many of the clinic's staff lines were dialled before this one. */
      readonly staffTried: number;
      readonly clinic: SpokenFor;
      /** Where it is not the clinic's own, BCP 47: what comes after is said in it as well. */
      readonly callerLanguage?: string | null;
      /**
       * Whether staff hear first who calls, and must take the call. Not where Ava broke off or stops: who is to be put
       * through must not depend on her answering once more.
       */
      readonly whispered: boolean;
    };

export interface FrontDesk {
  /** Whether this call may be answered here. Asked again for the same call it answers the same (webhooks are retried). */
  admit(call: CallOffer): Promise<Admission>;
  /** Starts or resumes the call on this line; null where it may not be (ended, draining, no room). */
  open(stream: CallStream, line: PhoneLine): PhoneInlet | null;
  continueCall(continuation: CallContinuation): Promise<Continuation>;
  /** Resolves once staff can find it, with whom it was left for; told twice of the same recording it keeps one. */
  keepVoicemail(voicemail: Voicemail): Promise<SpokenFor>;
  /** Who calls and why, for staff who picked up; null where there is nothing to tell. */
  staffSummary(callSid: string): Promise<string | null>;
  /** Staff took the call. */
  staffTook(callSid: string): void;
  callStatus(status: { readonly callSid: string; readonly status: string }): void;
}

/** What the health routes ask; who sets the state is none of their business. */
export type HealthPort = Pick<Health, 'live' | 'ready' | 'routable'>;

export type MetricsPage = () => Promise<{ readonly contentType: string; readonly text: string }>;
