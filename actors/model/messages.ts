/** The model's leg as others see it; free of any vendor's words. */
import type { ModelErrorKind, TokenUsage } from '../../src/domain/events.ts';
import type { ToolDeclaration } from '../../src/domain/tools.ts';
import type { AudioPayload } from '../phone/messages.ts';

/** What a model session is opened with; the same for the whole call, so that its input stays cached. */
export interface ModelBrief {
  readonly instructions: string;
  readonly voice: string;
  readonly language: string;
  readonly tools: readonly ToolDeclaration[];
}

/** What the call actor asks of the model actor. */
export type ModelOrder =
  /** Let the model answer, now or as soon as it has finished what it is saying. */
  | { readonly type: 'respond' }
  /** Let the model say this sentence and nothing else. */
  | { readonly type: 'say'; readonly sentence: string }
  | { readonly type: 'tool_result'; readonly callId: string; readonly output: string }
  /** A fact the model should know; not said aloud. */
  | { readonly type: 'note'; readonly text: string }
  /** The caller heard only `heardMs` of this item: stop saying it, and remember no more than that. */
  | { readonly type: 'cut'; readonly itemId: string | null; readonly heardMs: number }
  | { readonly type: 'close' };

/** What the wire tells the model actor. */
export type ModelReport =
  | { readonly type: 'connected' }
  | { readonly type: 'session_ready' }
  | { readonly type: 'caller_speech_started'; readonly itemId: string }
  | { readonly type: 'caller_speech_stopped'; readonly itemId: string }
  | { readonly type: 'caller_turn_committed'; readonly itemId: string }
  | { readonly type: 'caller_words'; readonly itemId: string; readonly text: string }
  | { readonly type: 'caller_words_failed'; readonly itemId: string }
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
    }
  /** The service refused something we sent; the session goes on. */
  | { readonly type: 'refused'; readonly code: string }
  | { readonly type: 'lost'; readonly kind: ModelErrorKind; readonly code: string };

export type ModelMessage = ModelOrder | ModelReport;

/** What goes over the wire to the model, in its own order. */
export type ModelCommand =
  | { readonly type: 'create_response'; readonly sentence: string | null }
  | { readonly type: 'cancel_response' }
  | { readonly type: 'truncate'; readonly itemId: string; readonly heardMs: number }
  | { readonly type: 'tool_output'; readonly callId: string; readonly output: string }
  | { readonly type: 'note'; readonly text: string };

/** A connection to a model, as the model actor's shell sees it. Reports come back through the callback it was opened with. */
export interface ModelLine {
  send(command: ModelCommand): void;
  /** Caller audio, in the tick in which it came; kept (bounded) while the session is not ready. */
  audio(payload: AudioPayload): void;
  close(): void;
}

export type ConnectModel = (brief: ModelBrief, report: (report: ModelReport) => void) => ModelLine;
