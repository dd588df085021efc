/**
 * The model's leg as a pure step: one active response at a time, and everything else in its turn.
 *
 *   connecting ──session_ready──▶ ready ──close / lost──▶ closed
 *
 * What is asked for before the session is ready waits; what asks for a response while one is active waits for its end
 * (`wanted`). Benign races (a cancel that came too late, a response that had begun unseen) are absorbed here.
 * What still comes of a response that is being cancelled is nobody's: it is neither played nor remembered as said.
 */

import type { ModelErrorKind, TokenUsage } from '../../src/domain/events.ts';
import type { FromModel } from '../call/messages.ts';
import type { DeadlineMessage, Deadlines, Transition } from '../kernel/actor.ts';
import type { PhoneMessage } from '../phone/messages.ts';
import type { HistoryItem, ModelCommand, ModelMessage } from './messages.ts';

export type ModelMode = 'connecting' | 'ready' | 'closed';

/** A response to ask for: the model's own words, or one sentence as it stands. */
interface WantedResponse {
  readonly sentence: string | null;
}

export interface ModelState {
  readonly mode: ModelMode;
  readonly deadlines: Deadlines;
  /** A response is asked for or under way. */
  readonly active: boolean;
  /** What was asked for and has not ended: wanted again where it turns out that another response stood in its way. */
  readonly asked: WantedResponse | null;
  readonly cancelling: boolean;
  /** Items of which the service was told how much was heard. */
  readonly truncated: readonly string[];
  readonly wanted: readonly WantedResponse[];
  /** Commands that wait for the session. */
  readonly waiting: readonly ModelCommand[];
}

export type ModelEffect =
  | { readonly kind: 'send'; readonly command: ModelCommand }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'tell_call'; readonly message: FromModel }
  | { readonly kind: 'tell_phone'; readonly message: PhoneMessage }
  | { readonly kind: 'usage'; readonly usage: TokenUsage }
  | { readonly kind: 'error'; readonly error: ModelErrorKind; readonly code: string };

type ModelTransition = Transition<ModelState, ModelEffect>;

export const MODEL_LIMITS = {
  /** From the start of the connection to a session that takes audio. */
  connectMs: 10_000,
  /** From asking for a response to its first event, and from each of its events to the next. */
  responseMs: 15_000,
  wanted: 8,
  waiting: 64,
  truncated: 8,
} as const;

export function newModel(now: number): ModelState {
  return {
    mode: 'connecting',
    deadlines: { connect: now + MODEL_LIMITS.connectMs },
    active: false,
    asked: null,
    cancelling: false,
    truncated: [],
    wanted: [],
    waiting: [],
  };
}

export function modelStep(state: ModelState, message: ModelMessage | DeadlineMessage, now: number): ModelTransition {
  if (state.mode === 'closed') return keep(state);
  switch (message.type) {
    case 'respond':
      return want(state, { sentence: null }, now);
    case 'say':
      return want(state, { sentence: message.sentence }, now);
    case 'tool_result':
      return command(state, { type: 'tool_output', callId: message.callId, output: message.output });
    case 'note':
    case 'caller_text':
      return command(state, { type: message.type, text: message.text });
    case 'said':
      return command(state, { type: 'assistant_text', text: message.text });
    case 'commit':
      return command(state, { type: 'commit_audio' });
    case 'forget':
      return command(state, { type: 'delete_item', itemId: message.itemId });
    case 'restore':
      return restore(state, message.history);
    case 'cut':
      return cut(state, message.itemId, message.heardMs);
    case 'close':
      return { state: closed(state), effects: [{ kind: 'disconnect' }] };
    case 'connected':
      return keep(state);
    case 'session_ready':
      return enterReady(state, now);
    case 'response_started':
      return { state: alive({ ...state, active: true }, now), effects: [tell({ type: 'response_started' })] };
    case 'response_ended':
      return responseEnded(state, message, now);
    case 'audio':
      return state.cancelling
        ? unheard(state, message.itemId)
        : { state: alive(state, now), effects: [speech(message)] };
    case 'audio_complete':
      return {
        state: alive(state, now),
        effects: [{ kind: 'tell_phone', message: { type: 'speech_complete', itemId: message.itemId } }],
      };
    case 'words_delta':
    case 'words':
      return state.cancelling ? keep(state) : { state: alive(state, now), effects: [tell(message)] };
    case 'tool_requested':
      return { state: alive(state, now), effects: [tell(message)] };
    case 'caller_speech_started':
      return { state, effects: [tell({ type: 'caller_speech_started' })] };
    case 'caller_speech_stopped':
      return { state, effects: [tell({ type: 'caller_speech_stopped', speechMs: message.speechMs })] };
    case 'caller_turn_committed':
    case 'caller_words':
    case 'caller_words_failed':
      return { state, effects: [tell(message)] };
    case 'refused':
      return refused(state, message.code, now);
    case 'lost':
      return lose(state, message.kind, message.code);
    case 'deadline':
      return lose(state, 'timeout', message.name);
  }
}

/** The active response shows signs of life: the next one is awaited as long again. */
function alive(state: ModelState, now: number): ModelState {
  return state.active ? { ...state, deadlines: { response: now + MODEL_LIMITS.responseMs } } : state;
}

/** Asks for a response now or behind the active one. */
function want(state: ModelState, wanted: WantedResponse, now: number): ModelTransition {
  return askNext({ ...state, wanted: coalesced([...state.wanted, wanted]) }, now);
}

/** Two plain requests in a row are one. */
function coalesced(wanted: readonly WantedResponse[]): readonly WantedResponse[] {
  return wanted
    .filter((each, index) => each.sentence !== null || wanted[index - 1]?.sentence !== null)
    .slice(-MODEL_LIMITS.wanted);
}

function askNext(state: ModelState, now: number): ModelTransition {
  const [next, ...wanted] = state.wanted;
  if (state.mode !== 'ready' || state.active || !next) return keep(state);
  return {
    state: alive({ ...state, wanted, active: true, asked: next, cancelling: false }, now),
    effects: [{ kind: 'send', command: { type: 'create_response', sentence: next.sentence } }],
  };
}

function command(state: ModelState, order: ModelCommand): ModelTransition {
  if (state.mode === 'ready') return { state, effects: [{ kind: 'send', command: order }] };
  return keep({ ...state, waiting: [...state.waiting, order].slice(-MODEL_LIMITS.waiting) });
}

/** Everything a session needs to go on where another one ended. */
function restore(state: ModelState, history: readonly HistoryItem[]): ModelTransition {
  const commands = history.flatMap(restoring);
  if (state.mode !== 'ready') return keep({ ...state, waiting: [...commands, ...state.waiting] });
  return { state, effects: commands.map((each) => ({ kind: 'send', command: each }) as const) };
}

function restoring(item: HistoryItem): readonly ModelCommand[] {
  switch (item.kind) {
    case 'caller':
      return [{ type: 'caller_text', text: item.text }];
    case 'assistant':
      return [{ type: 'assistant_text', text: item.text }];
    case 'note':
      return [{ type: 'note', text: item.text }];
    case 'tool': {
      const { callId, name, argumentsText, output } = item;
      return [
        { type: 'tool_call', callId, name, argumentsText },
        { type: 'tool_output', callId, output },
      ];
    }
  }
}

/** The caller spoke over Ava: what she is saying ends, and so does what she was about to say. */
function cut(state: ModelState, itemId: string | null, heardMs: number): ModelTransition {
  const quiet = { ...state, wanted: [], asked: null };
  if (state.mode !== 'ready') return keep(quiet);
  const cancels = state.active && !state.cancelling;
  const cancelled = { ...quiet, cancelling: state.cancelling || cancels };
  const told = itemId === null ? keep(cancelled) : truncate(cancelled, itemId, heardMs);
  return {
    state: told.state,
    effects: [...(cancels ? [{ kind: 'send', command: { type: 'cancel_response' } } as const] : []), ...told.effects],
  };
}

/** Audio that came too late to be played: the service must not take it for heard. */
function unheard(state: ModelState, itemId: string): ModelTransition {
  return state.truncated.includes(itemId) ? keep(state) : truncate(state, itemId, 0);
}

function truncate(state: ModelState, itemId: string, heardMs: number): ModelTransition {
  const truncated = [...state.truncated, itemId].slice(-MODEL_LIMITS.truncated);
  return {
    state: { ...state, truncated },
    effects: [{ kind: 'send', command: { type: 'truncate', itemId, heardMs } }],
  };
}

function enterReady(state: ModelState, now: number): ModelTransition {
  if (state.mode !== 'connecting') return keep(state);
  const ready: ModelState = { ...state, mode: 'ready', waiting: [], deadlines: {} };
  const asked = askNext(ready, now);
  return {
    state: asked.state,
    effects: [
      tell({ type: 'model_ready', first: true }),
      ...state.waiting.map((order) => ({ kind: 'send', command: order }) as const),
      ...asked.effects,
    ],
  };
}

function responseEnded(
  state: ModelState,
  ended: Extract<ModelMessage, { type: 'response_ended' }>,
  now: number,
): ModelTransition {
  const asked = askNext(idle(state), now);
  return {
    state: asked.state,
    effects: [
      ...(ended.usage ? [{ kind: 'usage', usage: ended.usage } as const] : []),
      tell({ type: 'response_ended', status: ended.status }),
      ...asked.effects,
    ],
  };
}

/** A refusal is mostly a race that does no harm; where it means that a response is active, ours waits for its end. */
function refused(state: ModelState, code: string, now: number): ModelTransition {
  switch (code) {
    case 'conversation_already_has_active_response': {
      const wanted = coalesced([...(state.asked ? [state.asked] : []), ...state.wanted]);
      return keep(alive({ ...state, active: true, asked: null, wanted }, now));
    }
    case 'response_cancel_not_active':
      // The end of what we cancelled has been seen already, unless it never began.
      return state.cancelling ? askNext(idle(state), now) : keep(state);
    default:
      return { state, effects: [{ kind: 'error', error: 'protocol', code }] };
  }
}

function idle(state: ModelState): ModelState {
  return { ...state, active: false, asked: null, cancelling: false, deadlines: {} };
}

function lose(state: ModelState, kind: ModelErrorKind, code: string): ModelTransition {
  return {
    state: closed(state),
    effects: [
      { kind: 'error', error: kind, code },
      { kind: 'disconnect' },
      tell({ type: 'model_lost', kind, retrying: false }),
    ],
  };
}

function closed(state: ModelState): ModelState {
  return { ...idle(state), mode: 'closed', truncated: [], wanted: [], waiting: [] };
}

function speech(audio: Extract<ModelMessage, { type: 'audio' }>): ModelEffect {
  const { itemId, ms, payload } = audio;
  return { kind: 'tell_phone', message: { type: 'speech', itemId, ms, payload } };
}

function tell(message: FromModel): ModelEffect {
  return { kind: 'tell_call', message };
}

function keep(state: ModelState): ModelTransition {
  return { state, effects: [] };
}
