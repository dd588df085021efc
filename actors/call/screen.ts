/** A caller at a screen: what they type, and the turns they end themselves. */
import { andThen, type CallTransition, keep } from './effects.ts';
import { isBusy, takeFloor } from './floor.ts';
import type { CallFacts, FromScreen } from './messages.ts';
import { sayPhrase } from './phrases.ts';
import type { CallState } from './state.ts';
import { askForAnswer, turnCommitted, understood, withCallerTurn } from './turns.ts';

export function fromScreen(facts: CallFacts, state: CallState, message: FromScreen, now: number): CallTransition {
  switch (message.type) {
    case 'caller_typed':
      return andThen(takeFloor(state), (next) => typedTurn(facts, next, message.text, now));
    case 'caller_commits':
      return message.commit === 'turn'
        ? { state, effects: [{ kind: 'tell_model', order: { type: 'commit' } }] }
        : nothingSaid(facts, state, message.commit === 'taken');
    case 'caller_interrupts':
      return takeFloor(state);
    case 'line_lost':
      return {
        state: { ...state, lineLost: true },
        effects: [
          { kind: 'tell_phone', message: { type: 'pause', ...(message.played && { played: message.played }) } },
        ],
      };
    case 'line_back':
      return { state: { ...state, lineLost: false }, effects: [{ kind: 'tell_phone', message: { type: 'resume' } }] };
  }
}

/** Written words are a turn like spoken ones, and there is no waiting for them. */
function typedTurn(facts: CallFacts, state: CallState, text: string, now: number): CallTransition {
  const turned = withCallerTurn(state, now);
  const turn = { n: turned.turns, text, startedAt: now, endedAt: now };
  const told: CallTransition = {
    state: turned,
    effects: [turnCommitted(turned, turn), { kind: 'tell_model', order: { type: 'caller_text', text } }],
  };
  const taken = andThen(told, (next) => understood(facts, next, turn, now));
  // An emergency has its answer already.
  if (taken.state.answered || taken.state.mode !== 'talking') return taken;
  return andThen(taken, (next) => askForAnswer(facts, next, now));
}

/** A caller who said nothing is asked to say it again; `taken`: unless what they said before is being answered. */
export function nothingSaid(facts: CallFacts, state: CallState, taken: boolean): CallTransition {
  if (state.mode !== 'talking' || (taken && isBusy(state))) return keep(state);
  return sayPhrase(facts, state, 'notUnderstood');
}
