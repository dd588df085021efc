/** The model's leg as others see it; free of any vendor's words. */
import type { AudioFormat } from '../../src/domain/audio-format.ts';
import type { ModelErrorKind, TokenUsage, TranscriptionUsage } from '../../src/domain/events.ts';
import type { ToolDeclaration } from '../../src/domain/tools.ts';
import type { AudioPayload } from '../phone/messages.ts';

/** What a model session is opened with; the same for the whole call, so that its input stays cached. */
export interface ModelBrief {
  readonly instructions: string;
  readonly voice: string;
  /** BCP 47: what may be spoken; the first is the clinic's own. */
  readonly languages: readonly string[];
  /** Of both directions. */
  readonly format: AudioFormat;
  readonly tools: readonly ToolDeclaration[];
}

/** A tool call as the model made it. */
export interface ToolRequest {
  readonly callId: string;
  readonly name: string;
  readonly argumentsText: string;
}

/** One thing that a session needs to know of what came before it; assistant text is what was heard, and no more. */
export type HistoryItem =
  | { readonly kind: 'caller'; readonly text: string }
  | { readonly kind: 'assistant'; readonly text: string }
  | { readonly kind: 'note'; readonly text: string }
  | ({ readonly kind: 'tool'; readonly output: string } & ToolRequest);

/** What the call actor asks of the model actor. */
export type ModelOrder =
  /** Let the model answer, now or as soon as it has finished what it is saying. */
  | { readonly type: 'respond' }
  /** Let the model say this sentence and nothing else. */
  | { readonly type: 'say'; readonly sentence: string }
  /** What a tool answered; `name` and `argumentsText` as the model asked, for a session that never saw the call. */
  | ({ readonly type: 'tool_result'; readonly output: string } & ToolRequest)
  /** A fact the model should know; not said aloud. */
  | { readonly type: 'note'; readonly text: string }
  /** Ava said this to the caller, who heard it, without the model having generated it. */
  | { readonly type: 'said'; readonly text: string }
  /** The caller wrote or keyed this in place of speaking. */
  | { readonly type: 'caller_text'; readonly text: string }
  /** The caller says that their turn is over: what was heard since the last one is it. */
  | { readonly type: 'commit' }
  /** This item of the caller's was no turn (a cough): remember nothing of it. */
  | { readonly type: 'forget'; readonly itemId: string }
  /**
   * A new session is to know what was said and done so far; asks for nothing. Where there is `more` to tell, it hears
   * the caller from here on and is asked for nothing until it was told the rest.
   */
  | { readonly type: 'restore'; readonly history: readonly HistoryItem[]; readonly more?: boolean }
  /** A quiet moment: the session that stands by goes on in place of the old one, and is to know this. */
  | { readonly type: 'take_over'; readonly history: readonly HistoryItem[] }
  /** Stop saying what is being said, and do not begin what is wished for. */
  | { readonly type: 'cut' }
  /** The caller heard only `heardMs` of this item: remember no more than that. */
  | { readonly type: 'heard_only'; readonly itemId: string; readonly heardMs: number }
  | { readonly type: 'close' };

/** What the wire tells the model actor. */
export type ModelReport =
  /** The session's settings were sent. `missed`: the caller said something that no session will hear. */
  | { readonly type: 'connected'; readonly missed?: boolean }
  /** Its settings stand. */
  | { readonly type: 'session_ready'; readonly missed?: boolean }
  /** `atMs`: where in all the audio this session was given the speech begins. `again`: as for the turn, below. */
  | {
      readonly type: 'caller_speech_started';
      readonly itemId: string;
      readonly atMs?: number;
      readonly again?: boolean;
    }
  /** `speechMs`: how long the voice was, without the silence that ended it; null where the service does not tell. */
  | { readonly type: 'caller_speech_stopped'; readonly itemId: string; readonly speechMs: number | null }
  /** `again`: a session that is gone had heard this turn, or its beginning, before. */
  | { readonly type: 'caller_turn_committed'; readonly itemId: string; readonly again?: boolean }
  | { readonly type: 'caller_words'; readonly itemId: string; readonly text: string }
  | { readonly type: 'caller_words_failed'; readonly itemId: string }
  /** What writing the caller's words down is billed by. */
  | { readonly type: 'transcribed'; readonly usage: TranscriptionUsage }
  | { readonly type: 'response_started'; readonly responseId: string }
  | { readonly type: 'audio'; readonly itemId: string; readonly ms: number; readonly payload: AudioPayload }
  | { readonly type: 'audio_complete'; readonly itemId: string }
  | { readonly type: 'words_delta'; readonly itemId: string; readonly text: string }
  | { readonly type: 'words'; readonly itemId: string; readonly text: string }
  | {
      readonly type: 'tool_requested';
      readonly callId: string;
      readonly name: string;
      readonly argumentsText: string;
    }
  | {
      readonly type: 'response_ended';
      readonly responseId: string;
      readonly status: 'completed' | 'cancelled' | 'failed' | 'incomplete';
      readonly usage: TokenUsage | null;
      /** Why a response failed, in the service's word. */
      readonly code?: string | null;
    }
  /** The service refused something we sent; the session goes on. */
  | { readonly type: 'refused'; readonly code: string }
  /** Little is left of what the account may use: `share` of its limit, until `resetMs` from now. */
  | { readonly type: 'limit_near'; readonly limit: string; readonly share: number; readonly resetMs: number }
  /** `retryAfterMs`: the service asks not to be tried again before. */
  | {
      readonly type: 'lost';
      readonly kind: ModelErrorKind;
      readonly code: string;
      readonly retryAfterMs?: number | undefined;
    };

/** The code of a loss that showed by silence alone: the session had been deaf for some seconds. */
export const FELL_SILENT = 'fell_silent';

/** What the shell tells of the session that stands by. */
export type StandbyReport =
  | { readonly type: 'standby_ready' }
  | { readonly type: 'standby_lost'; readonly code: string };

export type ModelMessage = ModelOrder | ModelReport | StandbyReport;

/** What goes over the wire to the model, in its own order. */
export type ModelCommand =
  | { readonly type: 'create_response'; readonly sentence: string | null }
  | { readonly type: 'cancel_response' }
  | { readonly type: 'truncate'; readonly itemId: string; readonly heardMs: number }
  | { readonly type: 'tool_output'; readonly callId: string; readonly output: string }
  | { readonly type: 'tool_call'; readonly callId: string; readonly name: string; readonly argumentsText: string }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'assistant_text'; readonly text: string }
  | { readonly type: 'caller_text'; readonly text: string }
  | { readonly type: 'commit_audio' }
  | { readonly type: 'delete_item'; readonly itemId: string };

/**
 * A connection to a model, as the model actor's shell sees it. Reports come back through the callback it was opened
 * with, never within a call of these, and none after `lost` or a close of ours.
 */
export interface ModelLine {
  send(command: ModelCommand): void;
  /** Caller audio, in the tick in which it came; only once the session is ready. */
  audio(payload: AudioPayload): void;
  close(): void;
}

export type ConnectModel = (brief: ModelBrief, report: (report: ModelReport) => void) => ModelLine;
