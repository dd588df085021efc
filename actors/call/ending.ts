/** How a call ends: after the last sentence, by the caller, or because something broke; always with its record closed. */
import { outcomeOf } from '../../src/domain/dealings.ts';
import { withDeadline } from '../kernel/actor.ts';
import { type CallEffect, type CallTransition, keep, record } from './effects.ts';
import type { CallFacts } from './messages.ts';
import type { CallState } from './state.ts';
import { unheardTurn } from './turns.ts';

export function responseEnded(
  facts: CallFacts,
  state: CallState,
  status: 'completed' | 'cancelled' | 'failed' | 'incomplete',
  now: number,
): CallTransition {
  if (state.dealings.ending && state.tools.length === 0) return enterParting(facts, state, now);
  if (status !== 'failed') return keep(state);
  return {
    state,
    effects: [{ kind: 'event', name: 'model.error', event: { kind: 'response_failed', code: 'failed' } }],
  };
}

/**
 * The last sentence is played to its end, and one is said where the model had none; then the line closes, at the latest
 * when the farewell's time is over.
 */
export function enterParting(facts: CallFacts, state: CallState, now: number): CallTransition {
  if (state.mode !== 'talking') return keep(state);
  const dealings = { ...state.dealings, ending: false };
  if (!state.answered) {
    const say: CallEffect = { kind: 'tell_model', order: { type: 'say', sentence: facts.phrases.goodbye } };
    return { state: { ...state, answered: true, dealings: { ...dealings, ending: true } }, effects: [say] };
  }
  return {
    state: withDeadline({ ...state, mode: 'parting', dealings }, 'farewell', now + facts.limits.farewellMs),
    effects: [{ kind: 'tell_phone', message: { type: 'hang_up', afterPlayback: true } }],
  };
}

/** Without a model nobody can answer: the line is closed and the phone network dials staff. */
export function modelLost(state: CallState): CallTransition {
  return {
    state: { ...state, broke: true },
    effects: [{ kind: 'tell_phone', message: { type: 'hang_up', afterPlayback: false } }],
  };
}

/** The line is gone. A tool that runs is waited for, so that the record says what came of the call; nothing else is. */
export function phoneClosed(state: CallState, endedBy: string, now: number): CallTransition {
  const running = state.tools[0];
  if (!running || running.startedAt === 0) return enterEnded(state, endedBy, now);
  const { tool = now } = state.deadlines;
  return {
    state: { ...state, mode: 'settling', endedBy, tools: [running], deadlines: { tool } },
    effects: [CLOSE_MODEL],
  };
}

/** At once when the line is gone: a session that nobody listens to costs money. */
const CLOSE_MODEL: CallEffect = { kind: 'tell_model', order: { type: 'close' } };

/** What the phone network should do with a caller who may still be there. */
export function nextForCaller({ broke, endedBy }: Pick<CallState, 'broke' | 'endedBy'>): 'hang_up' | 'staff' {
  return broke || endedBy === 'caller_broken' ? 'staff' : 'hang_up';
}

export function enterEnded(state: CallState, endedBy: string, now: number): CallTransition {
  const { dealings, callerTurns, broke } = state;
  const outcome = outcomeOf({ dealings, callerTurns, broke });
  const by = broke && endedBy === 'ava' ? 'failure' : endedBy;
  return {
    state: { ...state, mode: 'ended', deadlines: {}, tools: [], saying: [], awaited: [] },
    effects: [
      ...[...state.link.reheard, ...state.awaited].map((turn) => unheardTurn(state, turn)),
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
