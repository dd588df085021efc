/**
 * Who has the floor. A sound of the caller's while Ava speaks, or is about to, silences her at once, and is in doubt
 * until it is known whether it means anything: a voice that goes on, or words that ask for something, take the floor; a
 * cough or a nod does not, and she goes on where she stopped.
 */
import { isBackchannel } from '../../src/domain/backchannel.ts';
import { withDeadline, withoutDeadline } from '../kernel/actor.ts';
import { andThen, type CallEffect, type CallTransition, keep } from './effects.ts';
import { enterParting, isTransferDue, transfer } from './ending.ts';
import type { CallFacts, HeardItem } from './messages.ts';
import type { CallState, Doubt } from './state.ts';
import { answerTools, takeTurn } from './turns.ts';

/** How long a pause the service takes for the end of a turn: it tells of a sound's end that much later. */
const TURN_SILENCE_MS = 500;
/** For the way of a message from the service. */
const SLACK_MS = 150;
/** Ava had that little left to say: a nod is an answer rather than a sign of listening. */
const LAST_WORDS_MS = 1_000;
/** So many times as long are the words of a sound waited for once she has gone on. */
const LATE_WORDS = 4;
/** Counts as left to say where the model had not finished. */
const MORE_TO_COME_MS = 60_000;

export function callerSpeaks(facts: CallFacts, state: CallState, now: number): CallTransition {
  if (state.leaving?.urgent) return keep(state);
  const settled = state.doubt === null ? keep(state) : meant(facts, state, state.doubt, now);
  const speaking = { ...settled.state, callerSpeaksSince: now };
  if (!isBusy(speaking)) return { state: speaking, effects: settled.effects };
  const doubt: Doubt = { since: now, endedAt: null, itemId: null, unheardMs: 0, resumed: false };
  const { bargeInMs } = facts.clinic.conversation;
  return {
    state: withDeadline({ ...speaking, doubt }, 'barge_in', now + bargeInMs + TURN_SILENCE_MS + SLACK_MS),
    effects: [...settled.effects, { kind: 'tell_phone', message: { type: 'pause' } }],
  };
}

/** Whether Ava speaks or is about to: a caller who speaks in silence simply has the floor. */
export function isBusy({ mode, dealings, saying, responding, answered, tools }: CallState): boolean {
  const isSpeaking = saying.length > 0 || responding || !answered;
  return isSpeaking || tools.length > 0 || dealings.ending || mode === 'parting';
}

/** Ava fell silent: what she had left to say tells a nod from an answer. */
export function playbackPaused(state: CallState, items: readonly HeardItem[]): CallTransition {
  if (state.doubt === null) return keep(state);
  const unheardMs = items.reduce((sum, { sentMs, heardMs, complete }) => {
    return sum + sentMs - heardMs + (complete ? 0 : MORE_TO_COME_MS);
  }, 0);
  return keep({ ...state, doubt: { ...state.doubt, unheardMs } });
}

export function callerStops(facts: CallFacts, state: CallState, speechMs: number | null, now: number): CallTransition {
  const { doubt } = state;
  if (doubt === null) return keep({ ...state, answerDueSince: now });
  const ended = { ...doubt, endedAt: now };
  const longMs = speechMs ?? now - doubt.since - TURN_SILENCE_MS;
  if (longMs > facts.clinic.conversation.bargeInMs) return meant(facts, state, ended, now);
  const waiting = withoutDeadline({ ...state, doubt: ended }, 'barge_in');
  return keep(withDeadline(waiting, 'words', now + facts.limits.wordsMs));
}

/** The caller has not stopped within the time that a noise may last. */
export function bargedIn(facts: CallFacts, state: CallState, now: number): CallTransition {
  const { doubt } = state;
  return doubt === null || doubt.endedAt !== null ? keep(state) : meant(facts, state, doubt, now);
}

/** The service takes the sound for a turn; while it is in doubt, it waits for its words. */
export function doubtCommitted(
  facts: CallFacts,
  state: CallState,
  doubt: Doubt,
  itemId: string,
  now: number,
): CallTransition {
  const committed = { ...doubt, itemId, endedAt: doubt.endedAt ?? now };
  const waiting = withoutDeadline({ ...state, callerSpeaksSince: null, doubt: committed }, 'barge_in');
  return keep(withDeadline(waiting, 'words', now + facts.limits.wordsMs));
}

/** A turn in which nobody was heard to speak: Ava goes on, and only words make it one. */
export function silenceCommitted(facts: CallFacts, state: CallState, itemId: string, now: number): CallTransition {
  const doubt: Doubt = { since: now, endedAt: now, itemId, unheardMs: 0, resumed: true };
  return keep(withDeadline({ ...state, doubt }, 'words', now + LATE_WORDS * facts.limits.wordsMs));
}

/** What a sound in doubt was, now that its words are there. */
export function judged(
  facts: CallFacts,
  state: CallState,
  doubt: Doubt,
  words: string | null,
  now: number,
): { readonly meant: boolean; readonly transition: CallTransition } {
  const isNoise = words === null || (doubt.unheardMs >= LAST_WORDS_MS && isBackchannel(words));
  if (isNoise) return { meant: false, transition: dismissed(facts, state, doubt, now) };
  return { meant: true, transition: meant(facts, state, doubt, now) };
}

/** The words of a short sound are late: Ava goes on meanwhile, and once more as long without them it was nothing. */
export function wordsAreLate(facts: CallFacts, state: CallState, now: number): CallTransition {
  const { doubt } = state;
  if (doubt === null) return keep(state);
  if (doubt.resumed) return dismissed(facts, state, doubt, now);
  return {
    state: withDeadline(
      { ...state, doubt: { ...doubt, resumed: true } },
      'words',
      now + LATE_WORDS * facts.limits.wordsMs,
    ),
    effects: playOn(state),
  };
}

/** Into a line that is lost nothing is played: it goes on when the line is back. */
const playOn = (state: CallState): CallEffect[] =>
  state.lineLost ? [] : [{ kind: 'tell_phone', message: { type: 'resume' } }];

/** The caller takes the floor: what Ava is saying or about to say ends, a farewell too; a sound that ended is a turn. */
export function meant(facts: CallFacts, state: CallState, doubt: Doubt, now: number): CallTransition {
  const floor = takeFloor({ ...state, answerDueSince: doubt.endedAt ?? state.answerDueSince });
  if (doubt.itemId === null) return floor;
  const turn = { itemId: doubt.itemId, startedAt: doubt.since, endedAt: doubt.endedAt ?? now };
  return andThen(floor, (taken) => takeTurn(facts, taken, turn, now));
}

export function takeFloor(state: CallState): CallTransition {
  return {
    state: {
      ...withoutDoubt(withoutDeadline(state, 'farewell')),
      mode: state.mode === 'parting' ? 'talking' : state.mode,
      // What is being said is cut with what was heard of it; what is only asked for is not to be said at all.
      saying: state.saying.filter((each) => each.n > 0),
      leaving: null,
      // What tools found belongs into the answer to whoever has the floor now.
      answerOwed: false,
      // Nothing was said yet, and the greeting is not to be said any more.
      undisclosed: state.undisclosed || state.turns === 0,
      dealings: { ...state.dealings, ending: false, transferring: null },
    },
    effects: [
      { kind: 'tell_phone', message: { type: 'stay' } },
      { kind: 'tell_phone', message: { type: 'interrupt' } },
      // What answers them waits until their line is back.
      ...(state.lineLost ? [{ kind: 'tell_phone', message: { type: 'pause' } } as const] : []),
      { kind: 'tell_model', order: { type: 'cut' } },
    ],
  };
}

/** It was nothing: the model forgets it, Ava plays on, and what was put off meanwhile is done. */
function dismissed(facts: CallFacts, state: CallState, doubt: Doubt, now: number): CallTransition {
  const effects: CallEffect[] = doubt.resumed ? [] : playOn(state);
  if (doubt.itemId !== null) effects.push({ kind: 'tell_model', order: { type: 'forget', itemId: doubt.itemId } });
  const going = { ...withoutDoubt(state), answerOwed: false };
  return andThen({ state: going, effects }, (next) => (state.answerOwed ? answerOwed(facts, next, now) : keep(next)));
}

function answerOwed(facts: CallFacts, state: CallState, now: number): CallTransition {
  if (isTransferDue(state)) return transfer(facts, state, now);
  if (state.dealings.ending) return state.responding ? keep(state) : enterParting(facts, state, now);
  return answerTools(state);
}

function withoutDoubt(state: CallState): CallState {
  return { ...withoutDeadline(state, 'barge_in', 'words'), doubt: null };
}
