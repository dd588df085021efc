/** The caller's turns: who has the floor, what was said, and what it chooses among the offers. */
import { type Dealings, hear } from '../../src/domain/dealings.ts';
import { offerById } from '../../src/domain/offers.ts';
import { type CallEffect, type CallTransition, keep, record } from './effects.ts';
import type { CallFacts } from './messages.ts';
import { cutOff } from './speech.ts';
import type { CallState } from './state.ts';

export const INAUDIBLE = '[inaudible]';

/** Ava greets first, before anything is asked of the model but to say it. */
export function enterTalking(facts: CallFacts, state: CallState): CallTransition {
  return {
    state: { ...state, mode: 'talking' },
    effects: [{ kind: 'tell_model', order: { type: 'say', sentence: facts.phrases.greeting } }],
  };
}

/** Whoever speaks has the floor: what Ava is saying or about to say stops. */
export function callerSpeaks(state: CallState, now: number): CallTransition {
  const speaking = state.saying.some((each) => each.n > 0);
  return {
    state: { ...state, mode: 'talking', callerSpeaksSince: now, dealings: { ...state.dealings, ending: false } },
    effects: [
      { kind: 'tell_phone', message: { type: 'stay' } },
      { kind: 'tell_phone', message: { type: 'interrupt' } },
      ...(state.responding && !speaking ? [cutOff(null, 0)] : []),
    ],
  };
}

export function callerTurn(state: CallState, itemId: string, now: number): CallTransition {
  const n = state.turns + 1;
  const awaited = { itemId, n, startedAt: state.callerSpeaksSince ?? now, endedAt: now };
  return {
    state: {
      ...state,
      turns: n,
      callerTurns: state.callerTurns + 1,
      callerSpeaksSince: null,
      answerDueSince: state.answerDueSince ?? now,
      answered: false,
      awaited: [...state.awaited, awaited].slice(-AWAITED_TURNS),
    },
    effects: [{ kind: 'tell_model', order: { type: 'respond' } }],
  };
}

/** Turns whose transcript may still come; a transcription that never arrives is forgotten, not waited for. */
const AWAITED_TURNS = 8;

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
    effects: [
      { kind: 'tell_model', order: { type: 'note', text } },
      { kind: 'tell_model', order: { type: 'respond' } },
    ],
  };
}
