/** How a call ends: after the last sentence, by the caller, or because something broke; always with its record closed. */
import { outcomeSoFar } from '../../src/domain/dealings.ts';
import { withDeadline, withoutDeadline } from '../kernel/actor.ts';
import { andThen, type CallTransition, CLOSE_MODEL, keep, RESPOND, record } from './effects.ts';
import { enterAway, handOver } from './handover.ts';
import type { CallFacts } from './messages.ts';
import { isRendered, type PhraseName, sayPhrase } from './phrases.ts';
import type { AwaitedWords, CallState } from './state.ts';
import { unheardTurn } from './turns.ts';

export function responseEnded(
  facts: CallFacts,
  state: CallState,
  status: 'completed' | 'cancelled' | 'failed' | 'incomplete',
  now: number,
): CallTransition {
  if (state.tools.length === 0) {
    const isLost = isAskedForLastWords(state) && (status === 'failed' || status === 'incomplete');
    if (isWordless(state) && status === 'completed') return enterParting(facts, withOwnWords(state), now);
    if (state.dealings.ending) return enterParting(facts, isLost ? { ...state, answered: true } : state, now);
    if (isTransferDue(state)) return transfer(facts, state, now);
    if (isAnswerDue(state)) {
      return { state: { ...state, answerOwed: false }, effects: [RESPOND] };
    }
  }
  // A model that had nothing to say has said so: the silence that follows is the caller's.
  if (status === 'completed' && state.empty) return keep({ ...state, answered: true });
  if (status !== 'failed') return keep(state);
  return {
    state,
    effects: [{ kind: 'event', name: 'model.error', event: { kind: 'response_failed', code: 'failed' } }],
  };
}

/** The model was asked for the rest of a goodbye that had broken off with its line, and has none. */
function isWordless(state: CallState): boolean {
  const isGoodbye = state.dealings.ending && state.leaving === null && !state.dealings.urgent;
  return isGoodbye && state.resumes > 0 && state.empty && isAskedForLastWords(state);
}

/** She says goodbye in her own words; where the model had none for those either, no more is to be had. */
function withOwnWords(state: CallState): CallState {
  const { link } = state;
  if (link.goodbyeAnew) return { ...state, answered: true };
  return withoutDeadline({ ...state, link: { ...link, goodbyeAnew: true } }, 'farewell');
}

/** Its tools answered while it went on, and nobody has the floor. */
function isAnswerDue({ mode, leaving, answerOwed, callerSpeaksSince, doubt }: CallState): boolean {
  return answerOwed && mode === 'talking' && leaving === null && callerSpeaksSince === null && doubt === null;
}

/**
 * The last sentence is played to its end, and one is said where the model had none; then the line closes, at the latest
 * when the farewell's time is over.
 */
export function enterParting(facts: CallFacts, state: CallState, now: number): CallTransition {
  if (state.mode !== 'talking') return keep(state);
  // Nobody is hung up on who may be saying something.
  if (state.callerSpeaksSince !== null || state.doubt !== null) return keep({ ...state, answerOwed: true });
  const dealings = { ...state.dealings, ending: false };
  if (!state.answered) {
    // What ended was another response, cut off for the last words; their own is still to come.
    if (isAskedForLastWords(state)) return keep(state);
    return sayAndPart(facts, { ...state, dealings }, 'goodbye', now);
  }
  return part(facts, { ...state, dealings }, now);
}

export function part(facts: CallFacts, state: CallState, now: number): CallTransition {
  return {
    state: withDeadline({ ...state, mode: 'parting' }, 'farewell', now + facts.limits.farewellMs),
    effects: [{ kind: 'tell_phone', message: { type: 'hang_up', afterPlayback: true } }],
  };
}

/** Ava's last sentence, and the line closes when it was heard. */
export function sayAndPart(facts: CallFacts, state: CallState, name: PhraseName, now: number): CallTransition {
  if (state.mode !== 'talking') return keep(state);
  const said = sayPhrase(facts, state, name);
  if (isRendered(facts, state, name)) {
    return andThen(said, (next) => part(facts, { ...next, answered: true }, now));
  }
  // The model says it: the line closes after that response, at the latest when the farewell's time is over.
  const asked = { ...said.state, answered: false, dealings: { ...state.dealings, ending: true } };
  return { state: withDeadline(asked, 'farewell', now + facts.limits.farewellMs), effects: said.effects };
}

/** The model is to say the last sentence; while parting it was said. */
function isAskedForLastWords({ mode, deadlines }: CallState): boolean {
  return mode === 'talking' && deadlines['farewell'] !== undefined;
}

/** Once, when nobody speaks; a caller who is told of it in the last moments is told too late. */
export function timeIsShort(facts: CallFacts, state: CallState, now: number): CallTransition {
  const { longest_call: end = now } = state.deadlines;
  if (state.mode !== 'talking' || end - now < LEAST_WARNING_MS) return keep(state);
  const somebodySpeaks = state.callerSpeaksSince !== null || state.saying.length > 0 || state.responding;
  if (somebodySpeaks) return keep(withDeadline(state, 'time_is_short', now + WARNING_STEP_MS));
  return sayPhrase(facts, state, 'timeIsShort');
}

const LEAST_WARNING_MS = 15_000;
const WARNING_STEP_MS = 1_000;

/** The longest call is over: Ava says so, and whatever else is said, the line closes. */
export function timeIsUp(facts: CallFacts, state: CallState, now: number): CallTransition {
  return sayAndPart(facts, withDeadline(state, 'time_is_up', now + facts.limits.farewellMs), 'timeIsUp', now);
}

/** Without a model nobody can answer: the line is closed and the phone network dials staff. */
export function modelLost(state: CallState): CallTransition {
  return {
    state: { ...state, broke: true },
    effects: [{ kind: 'tell_phone', message: { type: 'hang_up', afterPlayback: false } }],
  };
}

/** A tool found that staff should take over; nothing is said or done about it yet. */
export function isTransferDue({ mode, dealings, leaving }: CallState): boolean {
  return mode === 'talking' && dealings.transferring !== null && leaving === null;
}

export function transfer(facts: CallFacts, state: CallState, now: number): CallTransition {
  if (state.callerSpeaksSince !== null || state.doubt !== null) return keep({ ...state, answerOwed: true });
  return handOver(facts, state, { reason: state.dealings.transferring ?? '', urgent: false }, now);
}

/** The line is gone: for staff to be dialled, or for good. */
export function phoneClosed(state: CallState, endedBy: string, now: number): CallTransition {
  if (endedBy === 'ava' && state.leaving !== null) return enterAway(state, now);
  return enterSettling(state, endedBy, now);
}

/** A tool that runs is waited for, so that the record says what came of the call; nothing else is. */
export function enterSettling(state: CallState, endedBy: string, now: number): CallTransition {
  const running = state.tools[0];
  if (!running || running.startedAt === 0) return enterEnded(state, endedBy, now);
  const { tool = now } = state.deadlines;
  return {
    state: { ...state, mode: 'settling', endedBy, tools: [running], deadlines: { tool } },
    effects: [CLOSE_MODEL],
  };
}

/** Turns whose words will not come any more; a sound that was still in doubt may have been one. */
function lastTurns({ awaited, doubt, turns }: CallState): readonly AwaitedWords[] {
  if (doubt === null || doubt.itemId === null) return awaited;
  const { itemId, since, endedAt } = doubt;
  return [...awaited, { itemId, n: turns + 1, startedAt: since, endedAt: endedAt ?? since }];
}

/** What the phone network should do with a caller who may still be there. */
export function nextForCaller({ broke, endedBy }: Pick<CallState, 'broke' | 'endedBy'>): 'hang_up' | 'staff' {
  return broke || endedBy === 'caller_broken' ? 'staff' : 'hang_up';
}

export function enterEnded(state: CallState, endedBy: string, now: number): CallTransition {
  const { dealings, callerTurns, broke } = state;
  const outcome = outcomeSoFar(dealings, callerTurns, broke);
  const by = broke && endedBy === 'ava' ? 'failure' : endedBy;
  return {
    state: { ...state, mode: 'ended', deadlines: {}, tools: [], saying: [], awaited: [] },
    effects: [
      ...[...state.link.reheard, ...lastTurns(state)].map((turn) => unheardTurn(state, turn)),
      { kind: 'release' },
      record(state, { kind: 'ended', outcome, endedAt: now, endedBy: by }),
      {
        kind: 'event',
        name: 'call.ended',
        event: { channel: state.identity.channel, outcome, endedBy: by, durationMs: now - state.startedAt },
      },
      ...(state.mode === 'settling' ? [] : [CLOSE_MODEL]),
      { kind: 'finished', next: nextForCaller({ broke, endedBy }) },
    ],
  };
}
