/** Dead air: Ava says that she is on it where an answer takes long, asks after a silent caller, and takes her leave. */
import { withDeadline, withoutDeadline } from '../kernel/actor.ts';
import { type CallTransition, keep } from './effects.ts';
import { sayAndPart } from './ending.ts';
import type { CallFacts } from './messages.ts';
import { isRendered, sayPhrase } from './phrases.ts';
import type { CallState } from './state.ts';

/** Silence counts from the moment in which nothing is said, heard or awaited any more. */
export function watchSilence(facts: CallFacts, transition: CallTransition, now: number): CallTransition {
  const { state, effects } = transition;
  const isWatched = state.deadlines['silence'] !== undefined;
  if (isQuiet(state) === isWatched) return transition;
  const next = isWatched
    ? withoutDeadline(state, 'silence')
    : withDeadline(state, 'silence', now + facts.limits.silenceMs);
  return { state: next, effects };
}

function isQuiet(state: CallState): boolean {
  const { mode, lineLost, callerSpeaksSince, doubt, responding, answered, tools } = state;
  const nobodySpeaks = !lineLost && callerSpeaksSince === null && doubt === null && !isSpeaking(state);
  return mode === 'talking' && nobodySpeaks && answered && !responding && tools.length === 0;
}

function isSpeaking({ saying }: CallState): boolean {
  return saying.some((each) => each.n > 0 || each.by !== 'model');
}

/** The first silence is asked about, the second ends the call. */
export function callerIsSilent(facts: CallFacts, state: CallState, now: number): CallTransition {
  if (state.silences > 0) return sayAndPart(facts, state, 'silentGoodbye', now);
  return sayPhrase(facts, { ...state, silences: state.silences + 1 }, 'stillThere');
}

/**
 * It is the caller's turn, and their line broke since they last had one: what they say from here on is heard, what they
 * said into the gap is not. A browser says that once more by itself.
 */
export function awaitUnheard(facts: CallFacts, state: CallState, now: number): CallState {
  const mayBeUnheard = state.resumes > 0 && state.tools.length === 0 && state.identity.channel === 'voice';
  return mayBeUnheard ? withDeadline(state, 'unheard', now + facts.limits.unheardMs) : state;
}

/**
 * Nothing came: the caller is told that something may be lost, rather than left to wonder why nobody answers. Nor is
 * anybody about to answer a turn whose words nobody understood before the line broke.
 */
export function callerMayBeUnheard(facts: CallFacts, state: CallState): CallTransition {
  return isQuiet({ ...state, answered: true }) ? sayPhrase(facts, state, 'lostYou') : keep(state);
}

/** An answer is awaited from here on. */
export function awaitAnswer(facts: CallFacts, state: CallState, now: number): CallState {
  return state.fillerSaid ? state : withDeadline(state, 'filler', now + facts.limits.fillerMs);
}

/** From when a model begins its answer to its first sound, at most, ms: a filler is longer, and the answer waits for its end. */
const UNDER_WAY_MS = 400;

/** The same for the first answer of a session that has just been told of the call, with those of a whole node at work. */
const UNDER_WAY_ANEW_MS = 1_200;

/** The answer is late; where it is under way it has a moment more. */
export function answerIsDue(facts: CallFacts, state: CallState, now: number): CallTransition {
  const isUnderWay = state.responding && state.tools.length === 0;
  const moment = state.resumes > 0 ? UNDER_WAY_ANEW_MS : UNDER_WAY_MS;
  return isUnderWay ? keep(withDeadline(state, 'filler_late', now + moment)) : answerIsLate(facts, state);
}

/** Once a turn, and only where it is at hand: having the model say it would make the answer later still. */
export function answerIsLate(facts: CallFacts, state: CallState): CallTransition {
  const { mode, callerSpeaksSince, doubt, answered, tools, fillerSaid } = state;
  const isAwaited = mode === 'talking' && (!answered || tools.length > 0) && callerSpeaksSince === null;
  if (!isAwaited || doubt !== null || fillerSaid || isSpeaking(state)) return keep(state);
  if (!isRendered(facts, state, 'oneMoment')) return keep(state);
  return sayPhrase(facts, { ...state, fillerSaid: true }, 'oneMoment', 'filler');
}
