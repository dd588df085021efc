/** The end of a response, and of the model's leg. */
import type { ModelErrorKind } from '../../src/domain/events.ts';
import { withoutDeadline } from '../kernel/actor.ts';
import { type ModelEffect, type ModelState, type ModelTransition, tell } from './state.ts';

/** No response is asked for or under way. */
export function idle(state: ModelState): ModelState {
  const free = { active: false, begun: false, voiced: false, asked: null, cancelling: false, speaking: null };
  return { ...withoutDeadline(state, 'response', 'ask_again'), ...free };
}

/** Without a model nobody can answer: the call hands the caller on. */
export function giveUp(state: ModelState, kind: ModelErrorKind, errors: readonly ModelEffect[]): ModelTransition {
  const wasResuming = state.known && state.awaySince !== null;
  return {
    state: closed(state),
    effects: [
      ...errors,
      { kind: 'disconnect' },
      ...(wasResuming ? [{ kind: 'reconnected', result: 'failed', tookMs: 0 } as const] : []),
      tell({ type: 'model_lost', kind, retrying: false }),
    ],
  };
}

export function closed(state: ModelState): ModelState {
  const nothing = { items: [], calls: [], truncated: [], wanted: [], waiting: [] };
  return { ...idle(state), ...nothing, mode: 'closed', standby: 'none', untold: false, deadlines: {} };
}
