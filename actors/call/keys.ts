/** The caller's keypad: a lone zero is a wish for staff, other digits are a turn that is not spoken. */
import { KEYS_LIMIT, keyedWish, maskedKeys, spokenKeys } from '../../src/domain/keypad.ts';
import { staffReachable } from '../../src/domain/staff-reach.ts';
import { withDeadline, withoutDeadline } from '../kernel/actor.ts';
import { andThen, type CallTransition, keep } from './effects.ts';
import { takeFloor } from './floor.ts';
import { handOver, staffMissed } from './handover.ts';
import type { CallFacts } from './messages.ts';
import type { CallState } from './state.ts';
import { askForAnswer, recordTurn, turnCommitted, withCallerTurn } from './turns.ts';

/** So long after the last key nothing more is expected. */
const KEYS_MS = 3_000;

export function keyPressed(facts: CallFacts, state: CallState, key: string, now: number): CallTransition {
  if (state.leaving?.urgent) return keep(state);
  const keyed = withDeadline({ ...state, keys: (state.keys + key).slice(0, KEYS_LIMIT) }, 'keys', now + KEYS_MS);
  const quiet = state.keys === '' ? takeFloor(keyed) : keep(keyed);
  return key === '#' ? andThen(quiet, (next) => keysEnded(facts, next, now)) : quiet;
}

export function keysEnded(facts: CallFacts, state: CallState, now: number): CallTransition {
  const wish = keyedWish(state.keys);
  const done = withoutDeadline({ ...state, keys: '' }, 'keys');
  switch (wish.kind) {
    case 'nothing':
      return keep(done);
    case 'digits':
      return andThen(keyedTurn(done, wish.digits, now), (next) => askForAnswer(facts, next, now));
    case 'staff':
      return andThen(keyedTurn(done, '0', now), (next) => staffWished(facts, next, now));
  }
}

/** The turn stands in the record by its length; the model alone is told the digits. */
function keyedTurn(state: CallState, digits: string, now: number): CallTransition {
  const turned = withCallerTurn(state, now);
  const turn = { n: turned.turns, text: maskedKeys(digits), startedAt: now, endedAt: now };
  return {
    state: turned,
    effects: [
      turnCommitted(turned, turn),
      ...recordTurn(state, turn),
      { kind: 'tell_model', order: { type: 'caller_text', text: spokenKeys(digits) } },
    ],
  };
}

function staffWished(facts: CallFacts, state: CallState, now: number): CallTransition {
  if (!staffReachable(facts.clinic, now)) return staffMissed(facts, state, 'closed');
  return handOver(facts, state, { reason: 'The caller pressed 0.', urgent: false }, now);
}
