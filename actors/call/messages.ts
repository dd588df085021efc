/** The conversation as its two legs and its tools see it. */
import type { Clinic, PhoneNumber } from '../../src/domain/clinic.ts';
import type { ModelErrorKind } from '../../src/domain/events.ts';
import type { Channel } from '../../src/domain/ports.ts';
import type { ToolOutcome } from '../../src/domain/tools.ts';

/** How much of one item of Ava's speech was heard, ms. */
export interface HeardItem {
  readonly itemId: string;
  readonly heardMs: number;
  /** How much of it was sent to be played. */
  readonly sentMs: number;
  /** The model had no more of it: what was sent is the whole item. */
  readonly complete: boolean;
}

export type FromPhone =
  | { readonly type: 'phone_opened' }
  | { readonly type: 'playback_started'; readonly itemId: string }
  | ({ readonly type: 'playback_finished' } & HeardItem)
  /** The caller spoke over these; what they did not hear is gone. */
  | { readonly type: 'playback_cut'; readonly items: readonly HeardItem[] }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'phone_closed'; readonly reason: 'stop' | 'broken' | 'hung_up' };

export type FromModel =
  /** `again`: a session that is gone had heard the beginning of it before. */
  | { readonly type: 'caller_speech_started'; readonly again?: boolean }
  /** `speechMs`: how long the voice was, without the silence that ended it; null where nobody knows. */
  | { readonly type: 'caller_speech_stopped'; readonly speechMs: number | null }
  /** `again`: a session that is gone had heard this turn, or its beginning, before. */
  | { readonly type: 'caller_turn_committed'; readonly itemId: string; readonly again?: boolean }
  | { readonly type: 'caller_words'; readonly itemId: string; readonly text: string }
  | { readonly type: 'caller_words_failed'; readonly itemId: string }
  | { readonly type: 'response_started' }
  /** What Ava says, piece by piece, as the model writes it. */
  | { readonly type: 'words_delta'; readonly itemId: string; readonly text: string }
  | { readonly type: 'words'; readonly itemId: string; readonly text: string }
  | {
      readonly type: 'tool_requested';
      readonly callId: string;
      readonly name: string;
      readonly argumentsText: string;
    }
  | { readonly type: 'response_ended'; readonly status: 'completed' | 'cancelled' | 'failed' | 'incomplete' }
  /** A session takes orders from here on; one that is not the call's first knows nothing until it is told (`restore`). */
  | {
      readonly type: 'model_ready';
      readonly first: boolean;
      /** The caller said something meanwhile that no session will hear. */
      readonly missed?: boolean;
    }
  /** The session is gone with all it knew; where `retrying`, another one is being opened. */
  | {
      readonly type: 'model_lost';
      readonly kind: ModelErrorKind;
      readonly retrying: boolean;
      /** A response of the model's own words was asked for and has not ended. */
      readonly due?: boolean;
      readonly unfinished?: UnfinishedItem | null;
    }
  /** Another session stands by to go on in place of the present one, which is getting old (`take_over`). */
  | { readonly type: 'model_stands_by' };

/** An item of Ava's speech whose audio broke off with its session. */
export interface UnfinishedItem {
  readonly itemId: string;
  /** How much of it there was to be played. */
  readonly sentMs: number;
  /** The whole sentence, where it was one to be said as it stands. */
  readonly sentence: string | null;
}

export type FromTools =
  | { readonly type: 'tool_answered'; readonly callId: string; readonly outcome: ToolOutcome }
  | { readonly type: 'hold_answered'; readonly slotId: string; readonly result: 'held' | 'taken' };

export type CallMessage = FromPhone | FromModel | FromTools | { readonly type: 'shut_down'; readonly reason: string };

/** Who is calling whom; fixed for the call's life. */
export interface CallIdentity {
  readonly conversationId: string;
  readonly clinicId: string;
  readonly channel: Channel;
  readonly callSid: string | null;
  readonly callerPhone: PhoneNumber | null;
  readonly calledNumber: PhoneNumber;
  readonly node: string;
}

/** Sentences said by rule, rendered for the clinic. */
export interface FixedPhrases {
  readonly greeting: string;
  readonly goodbye: string;
  /** Said when the longest call is over. */
  readonly timeIsUp: string;
  /** After what the caller said was lost on its way. */
  readonly lostYou: string;
}

/** What a call's step knows besides its state: the clinic's facts, pinned for the call. */
export interface CallFacts {
  readonly clinic: Clinic;
  readonly phrases: FixedPhrases;
  readonly limits: CallLimits;
}

export interface CallLimits {
  readonly longestCallMs: number;
  /** How long a tool may take before the model is told that it failed. */
  readonly toolMs: number;
  /** How long the last sentence may take to be played before the line is closed regardless. */
  readonly farewellMs: number;
}

export const CALL_LIMITS: CallLimits = { longestCallMs: 30 * 60_000, toolMs: 8_000, farewellMs: 20_000 };
