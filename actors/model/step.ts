/**
 * The model's leg as a pure step: one active response at a time (responses.ts), a session that is followed by another
 * when it is lost (link.ts) or old (rotation.ts), and what a session is told (facts.ts). Modes and their table are in state.ts.
 */
import { type DeadlineMessage, withoutDeadline } from '../kernel/actor.ts';
import { closed, giveUp } from './ending.ts';
import { command, commit, forget, restore, toolResult } from './facts.ts';
import { enterReady, enterReadyAhead, lose, reconnect } from './link.ts';
import type { ModelMessage } from './messages.ts';
import {
  askNext,
  cut,
  heardOnly,
  refused,
  responseEnded,
  responseStarted,
  speech,
  speechComplete,
  want,
  withSignOfLife,
} from './responses.ts';
import { lateRotation, standbyLost, standbyReady, takeOver, warmUp } from './rotation.ts';
import {
  keep,
  MODEL_LIMITS,
  type ModelEffect,
  type ModelState,
  type ModelTransition,
  tell,
  withNewest,
} from './state.ts';

export function modelStep(state: ModelState, message: ModelMessage | DeadlineMessage, now: number): ModelTransition {
  if (state.mode === 'closed') return keep(state);
  switch (message.type) {
    case 'respond':
      return want(state, { sentence: null }, now);
    case 'say':
      return want(state, { sentence: message.sentence }, now);
    case 'tool_result':
      return toolResult(state, message);
    case 'note':
    case 'caller_text':
      return command(state, { type: message.type, text: message.text });
    case 'said':
      return command(state, { type: 'assistant_text', text: message.text });
    case 'commit':
      return commit(state);
    case 'forget':
      return forget(state, message.itemId);
    case 'restore':
      return restore(state, message.history, message.more ?? false, now);
    case 'take_over':
      return takeOver(state, message.history);
    case 'cut':
      return cut(state);
    case 'heard_only':
      return heardOnly(state, message.itemId, message.heardMs);
    case 'close':
      return { state: closed(state), effects: [{ kind: 'disconnect' }] };
    case 'connected':
      return enterReadyAhead(state, message.missed ?? false, now);
    case 'session_ready':
      return state.mode === 'ready'
        ? keep(withoutDeadline(state, 'connect'))
        : enterReady(state, message.missed ?? false, now);
    case 'standby_ready':
      return standbyReady(state, now);
    case 'standby_lost':
      return standbyLost(state, message.code, now);
    case 'response_started':
      return responseStarted(state, now);
    case 'response_ended':
      return responseEnded(state, message, now);
    case 'audio':
      return speech(state, message, now);
    case 'audio_complete':
      return speechComplete(state, message.itemId, now);
    case 'words_delta':
    case 'words':
      return state.cancelling ? keep(state) : { state: withSignOfLife(state, now), effects: [tell(message)] };
    case 'tool_requested': {
      const calls = withNewest(state.calls, message.callId, MODEL_LIMITS.calls);
      return { state: withSignOfLife({ ...state, calls }, now), effects: [tell(message)] };
    }
    case 'caller_speech_started':
      return { state, effects: [speechStarted(message)] };
    case 'caller_speech_stopped':
      return { state, effects: [tell({ type: 'caller_speech_stopped', speechMs: message.speechMs })] };
    case 'caller_turn_committed':
    case 'caller_words':
    case 'caller_words_failed':
      return { state, effects: [tell(message)] };
    case 'transcribed':
      return { state, effects: [{ kind: 'transcribed', usage: message.usage }] };
    case 'limit_near': {
      const { limit, share, resetMs } = message;
      return { state, effects: [{ kind: 'limit_near', limit, share, resetMs }] };
    }
    case 'refused':
      return refused(state, message.code, now);
    case 'lost':
      return lose(state, message, now);
    case 'deadline':
      return deadline(state, message.name, now);
  }
}

/** A voice that is there so early in what a session hears, less what the service keeps before a voice, was there before. */
const AT_START_MS = 20;

function speechStarted({ atMs, again = false }: Extract<ModelMessage, { type: 'caller_speech_started' }>): ModelEffect {
  const atStart = atMs !== undefined && atMs < AT_START_MS;
  return tell({ type: 'caller_speech_started', again, ...(atStart && { atStart }) });
}

function deadline(state: ModelState, name: string, now: number): ModelTransition {
  switch (name) {
    case 'reconnect':
      return reconnect(state, now);
    case 'ask_again':
      return askNext(state, now);
    case 'away':
      return giveUp(state, 'timeout', [{ kind: 'error', error: 'timeout', code: name }]);
    case 'rotate':
      return warmUp(state, now);
    case 'warm':
      return standbyLost(state, name, now);
    case 'rotate_latest':
      return lateRotation(state, now);
    default:
      return lose(state, { kind: 'timeout', code: name }, now);
  }
}
