/**
 * A session may not grow old: the service ends it at its limit. In time another one is opened that stands by, and takes
 * over when the call says that the moment is quiet, at the latest shortly before the end.
 */
import { withDeadline, withoutDeadline } from '../kernel/actor.ts';
import { callsIn, retold } from './facts.ts';
import { bereavement, enterReady, rotationOf, withoutSession } from './link.ts';
import type { HistoryItem } from './messages.ts';
import { keep, MODEL_LIMITS, type ModelState, type ModelTransition, tell } from './state.ts';

export const ROTATION_WAITS = {
  /** After a session that was to stand by could not be opened. */
  warmAgainMs: 20_000,
  /** After the latest moment, while none stands by. */
  switchAgainMs: 5_000,
} as const;

export function warmUp(state: ModelState, now: number): ModelTransition {
  if (state.mode !== 'ready' || state.standby !== 'none') return keep(state);
  const warming = withDeadline(state, 'warm', now + MODEL_LIMITS.connectMs);
  return { state: { ...warming, standby: 'warming' }, effects: [{ kind: 'warm' }] };
}

export function standbyReady(state: ModelState, now: number): ModelTransition {
  if (state.standby !== 'warming') return keep(state);
  const warm = withoutDeadline(state, 'warm');
  return {
    state: { ...warm, standby: 'ready', standbySince: now },
    effects: [tell({ type: 'model_stands_by' })],
  };
}

export function standbyLost(state: ModelState, code: string, now: number): ModelTransition {
  if (state.standby === 'none') return keep(state);
  const cold: ModelState = { ...withoutDeadline(state, 'warm'), standby: 'none' };
  return {
    state: withDeadline(cold, 'rotate', now + ROTATION_WAITS.warmAgainMs),
    effects: [{ kind: 'error', error: 'connect', code: `standby_${code}` }, { kind: 'dismiss_standby' }],
  };
}

/** At a moment that is not quiet after all, the call is told again when the response has ended. */
export function takeOver(state: ModelState, history: readonly HistoryItem[]): ModelTransition {
  const busy = state.active || state.wanted.length > 0 || 'ask_again' in state.deadlines;
  if (state.mode !== 'ready' || state.standby !== 'ready' || state.untold || busy) return keep(state);
  const fresh: ModelState = {
    ...withoutSession(state),
    calls: callsIn(history),
    standby: 'none',
    deadlines: rotationOf(state, state.standbySince),
  };
  return {
    state: fresh,
    effects: [
      { kind: 'promote' },
      ...retold(history),
      { kind: 'let_hear' },
      { kind: 'reconnected', result: 'rotated', tookMs: 0 },
    ],
  };
}

/** No moment was quiet in time: as if the old session were lost, but with the next one there already. */
export function lateRotation(state: ModelState, now: number): ModelTransition {
  if (state.mode !== 'ready') return keep(state);
  if (state.standby !== 'ready') return keep(withDeadline(state, 'rotate_latest', now + ROTATION_WAITS.switchAgainMs));
  const left: ModelState = { ...withoutSession(state), mode: 'connecting', awaySince: now };
  const ready = enterReady(left, false, now, 'rotated');
  return {
    state: ready.state,
    effects: [{ kind: 'promote' }, ...bereavement(state, 'closed'), ...ready.effects],
  };
}
