/** The conversation as its two legs and its tools see it. */
import type { Clinic, PhoneNumber } from '../../src/domain/clinic.ts';
import type { ModelErrorKind } from '../../src/domain/events.ts';
import type { CallPhrases } from '../../src/domain/fixed-phrases.ts';
import type { Channel, PhraseAudio } from '../../src/domain/ports.ts';
import type { ToolOutcome } from '../../src/domain/tools.ts';
import type { Usage } from '../../src/domain/usage.ts';

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
  /** A mark proves that the first piece of this item was played. */
  | { readonly type: 'playback_confirmed'; readonly itemId: string }
  | ({ readonly type: 'playback_finished' } & HeardItem)
  /** Ava fell silent in the middle of these, for now. */
  | { readonly type: 'playback_paused'; readonly items: readonly HeardItem[] }
  /** The caller spoke over these; what they did not hear is gone. */
  | { readonly type: 'playback_cut'; readonly items: readonly HeardItem[] }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'phone_closed'; readonly reason: 'stop' | 'broken' | 'hung_up' };

export type FromModel =
  /**
   * `again`: a session that is gone had heard the beginning of it before. `atStart`: it was there when the session began to
   * hear, so that its beginning may be missing.
   */
  | { readonly type: 'caller_speech_started'; readonly again?: boolean; readonly atStart?: boolean }
  /** `speechMs`: how long the voice was, without the silence that ended it; null where nobody knows. */
  | { readonly type: 'caller_speech_stopped'; readonly speechMs: number | null }
  /** `again`: a session that is gone had heard this turn, or its beginning, before. */
  | { readonly type: 'caller_turn_committed'; readonly itemId: string; readonly again?: boolean }
  /** The caller ended a turn by hand, and the service had nothing to make one of. */
  | { readonly type: 'commit_refused' }
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

/** Why a dial to staff reached nobody; `declined`: someone or something answered and did not take the call. */
export type StaffMiss = 'busy' | 'no_answer' | 'declined' | 'failed';

/** What became of a caller who was handed over. */
export type FromStaff =
  /** Somebody picked up, and heard who calls. */
  | { readonly type: 'staff_told' }
  | { readonly type: 'staff_answered' }
  | { readonly type: 'staff_missed'; readonly reason: StaffMiss }
  | { readonly type: 'caller_left' };

/** What a caller does on a screen rather than by voice. */
export type FromScreen =
  | { readonly type: 'caller_typed'; readonly text: string }
  /** The caller says that their turn is over, whether or not there was enough of it, or voice activity took it before. */
  | { readonly type: 'caller_commits'; readonly commit: 'turn' | 'taken' | 'nothing' }
  | { readonly type: 'caller_interrupts' }
  /**
   * Their line is gone and may come back: until then nobody is spoken to, and nobody is asked after. `played`: what the
   * far end said it had played of which item; null where it never says.
   */
  | { readonly type: 'line_lost'; readonly played: { readonly itemId: string; readonly ms: number } | null }
  | { readonly type: 'line_back' };

/** What is known of a far end that tells more than a telephone, whose line broke. */
export interface FarEnd {
  /** What was sent to be played and not known to be heard; `complete`: that was the whole item. */
  readonly sent: readonly { readonly itemId: string; readonly sentMs: number; readonly complete: boolean }[];
  /** How far it says it played; null for one that never tells: its time tells. */
  readonly played: { readonly itemId: string; readonly ms: number } | null;
  /** The caller's words that nobody has written down are heard again. */
  readonly resends: boolean;
}

export type CallMessage =
  | FromPhone
  | FromModel
  | FromTools
  | FromStaff
  | FromScreen
  /** What the clinic knows of whoever calls, for the model: it comes when it is found. */
  | { readonly type: 'caller_known'; readonly note: string }
  /** The line broke at `brokeAt`, ms since the epoch; the call goes on over another one, on `node`. */
  | { readonly type: 'taken_up'; readonly brokeAt: number; readonly node: string; readonly farEnd?: FarEnd }
  /** What the call has used of the model's service by now. */
  | { readonly type: 'billed'; readonly usage: Usage }
  | { readonly type: 'shut_down'; readonly reason: string };

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

/** What a call's step knows besides its state: the clinic's facts, pinned for the call. */
export interface CallFacts {
  readonly clinic: Clinic;
  /** By BCP 47; a language without phrases of its own has the English ones. */
  readonly phrasesIn: (language: string) => CallPhrases;
  /** How a sentence sounds, where that is at hand. */
  readonly rendered: (language: string, sentence: string) => PhraseAudio | undefined;
  readonly limits: CallLimits;
}

export interface CallLimits {
  /** How long a tool may take before the model is told that it failed. */
  readonly toolMs: number;
  /** How long the last sentence may take to be played before the line is closed regardless. */
  readonly farewellMs: number;
  /** How long an answer may take before Ava says that she is on it. */
  readonly fillerMs: number;
  /** How long a caller may be silent before they are asked, and once more before the call ends. */
  readonly silenceMs: number;
  /** How long a caller whose turn it was when their line broke may be silent before they are asked again. */
  readonly unheardMs: number;
  /** How long a short sound's words are waited for before Ava goes on. */
  readonly wordsMs: number;
  /** How long before its end the caller of a long call is warned. */
  readonly warningMs: number;
}

export const CALL_LIMITS: CallLimits = {
  toolMs: 8_000,
  farewellMs: 20_000,
  fillerMs: 800,
  silenceMs: 10_000,
  unheardMs: 1_500,
  wordsMs: 1_000,
  warningMs: 60_000,
};
