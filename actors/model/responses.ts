/**
 * One active response at a time. What asks for a response while one is active waits for its end (`wanted`). Benign races
 * (a cancel that came too late, a response that had begun unseen) are absorbed here, and a response that the service
 * failed to give is asked for again. What still comes of a response that is being cancelled is nobody's: it is neither
 * played nor remembered as said.
 */
import { withDeadline, withoutDeadline } from '../kernel/actor.ts';
import { backoffMs } from './backoff.ts';
import { giveUp, idle } from './ending.ts';
import type { ModelReport } from './messages.ts';
import {
  keep,
  MODEL_LIMITS,
  type ModelEffect,
  type ModelState,
  type ModelTransition,
  send,
  tell,
  type WantedResponse,
  withNewest,
} from './state.ts';

/** Codes with which the service says that it could not, not that we should not. */
const FAILURES = new Set(['server_error', 'rate_limit_exceeded', 'internal_error', 'inference_rate_limit_exceeded']);

const BROKE_OFF =
  'Your last response broke off before its end. Go on exactly where it stopped; do not repeat what you have said.';

/** Asks for a response now or behind the active one. */
export function want(state: ModelState, wanted: WantedResponse, now: number): ModelTransition {
  return askNext({ ...state, wanted: coalesced([...state.wanted, wanted]) }, now);
}

/** Two plain requests in a row are one. */
function coalesced(wanted: readonly WantedResponse[]): readonly WantedResponse[] {
  return wanted
    .filter((each, index) => each.sentence !== null || wanted[index - 1]?.sentence !== null)
    .slice(-MODEL_LIMITS.wanted);
}

export function askNext(state: ModelState, now: number): ModelTransition {
  const [next, ...wanted] = state.wanted;
  const mayAsk = state.mode === 'ready' && !state.untold && !state.active && !('ask_again' in state.deadlines);
  if (!mayAsk || !next) return keep(state);
  const asking = { ...state, wanted, active: true, begun: false, voiced: false, asked: next, cancelling: false };
  return {
    state: withDeadline(asking, 'response', now + MODEL_LIMITS.firstEventMs),
    effects: [send({ type: 'create_response', sentence: next.sentence })],
  };
}

/** The active response shows signs of life: the next one is awaited longer. Put off a second at a time: there are many. */
export function withSignOfLife(state: ModelState, now: number): ModelState {
  if (!state.active) return state;
  const at = now + MODEL_LIMITS.responseMs;
  const isAwaited = (state.deadlines['response'] ?? 0) > at - SIGN_OF_LIFE_EACH_MS;
  if (state.begun && isAwaited) return state;
  return withDeadline({ ...state, begun: true }, 'response', at);
}

const SIGN_OF_LIFE_EACH_MS = 1_000;

export function responseStarted(state: ModelState, now: number): ModelTransition {
  return { state: withSignOfLife({ ...state, active: true }, now), effects: [tell({ type: 'response_started' })] };
}

export function speech(
  state: ModelState,
  { itemId, ms, payload }: Extract<ModelReport, { type: 'audio' }>,
  now: number,
): ModelTransition {
  if (state.cancelling) return unheard(state, itemId);
  const before = state.speaking?.itemId === itemId ? state.speaking.ms : 0;
  const speaking = {
    ...state,
    voiced: true,
    speaking: { itemId, ms: before + ms },
    items: withNewest(state.items, itemId, MODEL_LIMITS.items),
  };
  return {
    state: withSignOfLife(speaking, now),
    effects: [{ kind: 'tell_phone', message: { type: 'speech', itemId, ms, payload } }],
  };
}

export function speechComplete(state: ModelState, itemId: string, now: number): ModelTransition {
  const speaking = state.speaking?.itemId === itemId ? null : state.speaking;
  return { state: withSignOfLife({ ...state, speaking }, now), effects: [complete(itemId)] };
}

function complete(itemId: string): ModelEffect {
  return { kind: 'tell_phone', message: { type: 'speech_complete', itemId } };
}

/** The phone waits for the end of an item whose end will not come any more. */
export function speechOver({ speaking }: ModelState): readonly ModelEffect[] {
  return speaking ? [complete(speaking.itemId)] : [];
}

/**
 * The caller spoke over Ava: what she is saying ends, and so does what she was about to say. How much was heard of an
 * item is told apart (`heardOnly`): by then the model may be asked for its answer.
 */
export function cut(state: ModelState): ModelTransition {
  const quiet = withoutDeadline({ ...state, wanted: [], asked: null }, 'ask_again');
  if (state.mode !== 'ready' || state.untold) return keep(quiet);
  const cancels = state.active && !state.cancelling;
  const cancelled = { ...quiet, cancelling: state.cancelling || cancels };
  return {
    state: cancelled,
    effects: [
      ...(cancels ? [send({ type: 'cancel_response' })] : []),
      // A response that was to be asked for again had begun, as far as the call knows.
      ...('ask_again' in state.deadlines ? [tell({ type: 'response_ended', status: 'cancelled' })] : []),
    ],
  };
}

export function heardOnly(state: ModelState, itemId: string, heardMs: number): ModelTransition {
  const isKnown = state.mode === 'ready' && !state.untold && state.items.includes(itemId);
  return isKnown ? truncate(state, itemId, heardMs) : keep(state);
}

/** Audio that came too late to be played: the service must not take it for heard. */
function unheard(state: ModelState, itemId: string): ModelTransition {
  return state.truncated.includes(itemId) ? keep(state) : truncate(state, itemId, 0);
}

function truncate(state: ModelState, itemId: string, heardMs: number): ModelTransition {
  return {
    state: { ...state, truncated: withNewest(state.truncated, itemId, MODEL_LIMITS.truncated) },
    effects: [send({ type: 'truncate', itemId, heardMs })],
  };
}

export function responseEnded(
  state: ModelState,
  ended: Extract<ModelReport, { type: 'response_ended' }>,
  now: number,
): ModelTransition {
  const used: ModelEffect[] = ended.usage ? [{ kind: 'usage', usage: ended.usage }] : [];
  const next = ended.status === 'failed' ? failed(state, ended.code ?? 'failed', now) : over(state, ended.status, now);
  return { state: next.state, effects: [...used, ...speechOver(state), ...next.effects] };
}

function over(state: ModelState, status: 'completed' | 'cancelled' | 'incomplete' | 'failed', now: number) {
  const proven = status === 'completed' ? { ...state, losses: 0, failures: 0 } : state;
  const asked = askNext(idle(proven), now);
  return {
    state: asked.state,
    effects: [
      tell({ type: 'response_ended', status }),
      ...asked.effects,
      ...(state.standby === 'ready' ? [tell({ type: 'model_stands_by' })] : []),
    ],
  };
}

/** The service could not: it is asked again after a while, for the rest where the caller has heard some of it. */
function failed(state: ModelState, code: string, now: number): ModelTransition {
  if (!state.asked) return over(state, 'failed', now);
  const kind = code.includes('rate_limit') ? 'rate_limit' : 'response_failed';
  const error: ModelEffect = { kind: 'error', error: kind, code };
  const failures = state.failures + 1;
  if (failures > MODEL_LIMITS.failures) return giveUp(state, kind, [error]);
  const again = state.voiced ? { sentence: null } : state.asked;
  const waiting = { ...idle(state), failures, wanted: coalesced([again, ...state.wanted]) };
  return {
    state: withDeadline(waiting, 'ask_again', now + backoffMs(failures + 1, state.luck, kind)),
    effects: [error, ...(state.voiced ? [send({ type: 'note', text: BROKE_OFF })] : [])],
  };
}

/** A refusal is mostly a race that does no harm; where it means that a response is active, ours waits for its end. */
export function refused(state: ModelState, code: string, now: number): ModelTransition {
  switch (code) {
    case 'conversation_already_has_active_response': {
      const wanted = coalesced([...(state.asked ? [state.asked] : []), ...state.wanted]);
      return keep(withSignOfLife({ ...state, active: true, asked: null, wanted }, now));
    }
    case 'response_cancel_not_active':
      // The end of what we cancelled has been seen already, unless it never began.
      return state.cancelling ? askNext(idle(state), now) : keep(state);
    case 'input_audio_buffer_commit_empty':
      // Voice activity took the turn while the commit was on its way.
      return { state, effects: [tell({ type: 'commit_refused' })] };
    default:
      if (FAILURES.has(code) && state.active && !state.begun && state.asked) return failed(state, code, now);
      return { state, effects: [{ kind: 'error', error: 'protocol', code }] };
  }
}
