/** The caller's turns: who has the floor, what was said, and what it chooses among the offers. */
import { type Dealings, hear } from '../../src/domain/dealings.ts';
import { offerById } from '../../src/domain/offers.ts';
import { withoutDeadline } from '../kernel/actor.ts';
import { type CallEffect, type CallTransition, keep, record } from './effects.ts';
import type { CallFacts } from './messages.ts';
import { cutOff } from './speech.ts';
import type { AwaitedWords, CallState } from './state.ts';

export const INAUDIBLE = '[inaudible]';

/** Ava greets first, before anything is asked of the model but to say it. */
export function enterTalking(facts: CallFacts, state: CallState): CallTransition {
  if (state.mode !== 'opening') return keep(state);
  return {
    state: { ...state, mode: 'talking' },
    effects: [{ kind: 'tell_model', order: { type: 'say', sentence: facts.phrases.greeting } }],
  };
}

/** Whoever speaks has the floor: what Ava is saying or about to say stops. */
export function callerSpeaks(state: CallState, now: number): CallTransition {
  const saying = state.saying.filter((each) => each.n > 0);
  const staying = withoutDeadline(state, 'farewell');
  return {
    state: {
      ...staying,
      mode: state.mode === 'parting' ? 'talking' : state.mode,
      callerSpeaksSince: now,
      saying,
      dealings: { ...state.dealings, ending: false },
    },
    effects: [
      { kind: 'tell_phone', message: { type: 'stay' } },
      { kind: 'tell_phone', message: { type: 'interrupt' } },
      // What is being said is cut with what was heard of it; what is only asked for is not to be said at all.
      ...(saying.length === 0 ? [cutOff(null, 0)] : []),
    ],
  };
}

export function callerTurn(state: CallState, itemId: string, now: number): CallTransition {
  const n = state.turns + 1;
  const turn = { itemId, n, startedAt: state.callerSpeaksSince ?? now, endedAt: now };
  const awaited = [...state.awaited, turn];
  return {
    state: {
      ...state,
      turns: n,
      callerTurns: state.callerTurns + 1,
      callerSpeaksSince: null,
      answerDueSince: state.answerDueSince ?? now,
      answered: false,
      awaited: awaited.slice(-AWAITED_TURNS),
    },
    effects: [
      ...awaited.slice(0, -AWAITED_TURNS).map((given) => unheardTurn(state, given)),
      { kind: 'tell_model', order: { type: 'respond' } },
    ],
  };
}

/** Turns whose transcript may still come; one that comes later than that many turns comes too late. */
const AWAITED_TURNS = 8;

/** A turn whose words never came stands in the record all the same. */
export function unheardTurn(state: CallState, { n, startedAt, endedAt }: AwaitedWords): CallEffect {
  return record(state, { kind: 'turn', n, role: 'customer', text: INAUDIBLE, startedAt, endedAt, interrupted: false });
}

export function callerWords(
  facts: CallFacts,
  state: CallState,
  itemId: string,
  words: string,
  now: number,
): CallTransition {
  const turn = state.awaited.find((each) => each.itemId === itemId);
  const text = words.trim();
  if (!turn) return keep(state);
  const awaited = state.awaited.filter((each) => each !== turn);
  if (text === '') return keep({ ...state, awaited });
  const dealings = hear(state.dealings, text, facts.clinic, now);
  return {
    state: { ...state, awaited, dealings },
    effects: [
      record(state, {
        kind: 'turn',
        n: turn.n,
        role: 'customer',
        text,
        startedAt: turn.startedAt,
        endedAt: turn.endedAt,
        interrupted: false,
      }),
      { kind: 'event', name: 'turn.caller', event: { n: turn.n, pii: { text } } },
      ...holdChoice(state.dealings, dealings),
    ],
  };
}

/** A slot the caller has just chosen by their words is kept for them while they give their name. */
function holdChoice(before: Dealings, after: Dealings): CallEffect[] {
  const chosen =
    after.choice === null || after.choice === before.choice ? undefined : offerById(after.offers, after.choice);
  if (!chosen) return [];
  const { slotId, number: _number, ...slot } = chosen;
  return [{ kind: 'hold', slotId, slot }];
}

/** The caller must not go on giving their name for a time that is gone: Ava says so as soon as she may speak. */
export function holdAnswered(state: CallState, slotId: string, result: 'held' | 'taken'): CallTransition {
  if (result === 'held' || state.dealings.choice !== slotId) return keep(state);
  const text = `The time ${slotId} that the caller chose was just taken by someone else. Apologise and check availability again.`;
  return {
    state: { ...state, dealings: { ...state.dealings, choice: null } },
    effects: [{ kind: 'tell_model', order: { type: 'note', text } }, ...letAnswer(state)],
  };
}

/** Has the model answer what it was just told; a caller who speaks is answered at the end of their turn anyway. */
export function letAnswer(state: CallState): readonly CallEffect[] {
  return state.callerSpeaksSince === null ? [{ kind: 'tell_model', order: { type: 'respond' } }] : [];
}
