/** The caller's turns: who has the floor, what was said, and what it chooses among the offers. */
import { callerSpoke, type Dealings, hear } from '../../src/domain/dealings.ts';
import { isEmergency } from '../../src/domain/emergencies.ts';
import { languageOf } from '../../src/domain/language.ts';
import { afterCallerTurn } from '../../src/domain/loop-guard.ts';
import { offerById } from '../../src/domain/offers.ts';
import { slotOf } from '../../src/domain/slots.ts';
import { withoutDeadline } from '../kernel/actor.ts';
import { andThen, type CallEffect, type CallTransition, keep, RESPOND, record } from './effects.ts';
import { doubtCommitted, isBusy, judged, silenceCommitted } from './floor.ts';
import { enterEmergency } from './handover.ts';
import type { CallFacts } from './messages.ts';
import { sayPhrase } from './phrases.ts';
import { awaitAnswer } from './silence.ts';
import type { AwaitedWords, CallState } from './state.ts';

const INAUDIBLE = '[inaudible]';

/** Ava greets first, before anything is asked of the model. */
export function enterTalking(facts: CallFacts, state: CallState): CallTransition {
  return sayPhrase(facts, { ...state, mode: 'talking' }, 'greeting');
}

/** The caller's turn is over, by the service's word; a sound in doubt waits for its words. */
export function callerTurn(facts: CallFacts, state: CallState, itemId: string, now: number): CallTransition {
  if (state.doubt !== null) return doubtCommitted(facts, state, state.doubt, itemId, now);
  if (isVoiceless(state)) return silenceCommitted(facts, state, itemId, now);
  const turn = { itemId, startedAt: state.callerSpeaksSince ?? now, endedAt: now };
  const taken = takeTurn(facts, state, turn, now);
  // It stands in the record; but a caller in danger is not kept from staff by an answer.
  return state.leaving?.urgent ? { ...taken, effects: taken.effects.filter(isNoOrder) } : taken;
}

/** Nobody was heard to speak since the turn that is being answered: a caller who ended it as well did so too late. */
function isVoiceless(state: CallState): boolean {
  return state.callerSpeaksSince === null && isBusy(state) && !state.leaving?.urgent;
}

function isNoOrder(effect: CallEffect): boolean {
  return effect.kind !== 'tell_model';
}

/** The model is asked to answer at once; the words come later. */
export function takeTurn(
  facts: CallFacts,
  state: CallState,
  turn: Omit<AwaitedWords, 'n'>,
  now: number,
): CallTransition {
  const counted = withCallerTurn(state, state.answerDueSince ?? turn.endedAt);
  const awaited = [...state.awaited, { ...turn, n: counted.turns }];
  const taken = { ...counted, callerSpeaksSince: null, awaited: awaited.slice(-AWAITED_TURNS) };
  const told = taken.undisclosed ? sayPhrase(facts, { ...taken, undisclosed: false }, 'disclosure') : keep(taken);
  const givenUp = awaited.slice(0, -AWAITED_TURNS).map((given) => unheardTurn(state, given));
  // While the model thinks there is time for what is told.
  const effects = [turnCommitted(counted, turn), ...givenUp, ...told.effects];
  return andThen({ state: told.state, effects }, (next) =>
    next.link.midSentence ? askForAllOfIt(facts, next) : askForAnswer(facts, next, now),
  );
}

/** Of what they said into a line that broke only the end is known: nothing is done on half a sentence. */
function askForAllOfIt(facts: CallFacts, state: CallState): CallTransition {
  return sayPhrase(facts, { ...state, link: { ...state.link, midSentence: false } }, 'lostYou');
}

/** A turn of the caller's more, spoken, typed or keyed: what belonged to the one before is over. */
export function withCallerTurn(state: CallState, answerDueSince: number): CallState {
  return {
    ...withoutDeadline(state, 'unheard'),
    turns: state.turns + 1,
    callerTurns: state.callerTurns + 1,
    answerDueSince,
    answered: false,
    answerOwed: false,
    fillerSaid: false,
    silences: 0,
    resumes: 0,
    loop: afterCallerTurn(state.loop),
    dealings: callerSpoke(state.dealings),
  };
}

/** Told when a turn is over; its words may be long in coming. */
export function turnCommitted(
  { turns: n }: CallState,
  { startedAt, endedAt }: Pick<CallerTurn, 'startedAt' | 'endedAt'>,
): CallEffect {
  return { kind: 'event', name: 'turn.committed', event: { n, spokenMs: endedAt - startedAt } };
}

export function askForAnswer(facts: CallFacts, state: CallState, now: number): CallTransition {
  return { state: awaitAnswer(facts, state, now), effects: [RESPOND] };
}

/** Turns whose transcript may still come; one that comes later than that many turns comes too late. */
const AWAITED_TURNS = 8;

/** A turn whose words never came stands in the record all the same. */
export function unheardTurn(state: CallState, { n, startedAt, endedAt }: AwaitedWords): CallEffect {
  return record(state, { kind: 'turn', n, role: 'customer', text: INAUDIBLE, startedAt, endedAt, interrupted: false });
}

/** What the caller said; `null` where it could not be understood. */
export function callerWords(
  facts: CallFacts,
  state: CallState,
  itemId: string,
  words: string | null,
  now: number,
): CallTransition {
  const said = words === null || words.trim() === '' ? null : words.trim();
  const { doubt } = state;
  if (doubt === null || doubt.itemId !== itemId) return wordsOfTurn(facts, state, itemId, words, now);
  const { meant, transition } = judged(facts, state, doubt, said, now);
  return meant ? andThen(transition, (next) => wordsOfTurn(facts, next, itemId, words, now)) : transition;
}

function wordsOfTurn(
  facts: CallFacts,
  state: CallState,
  itemId: string,
  words: string | null,
  now: number,
): CallTransition {
  const turn = state.awaited.find((each) => each.itemId === itemId);
  const text = words === null ? INAUDIBLE : words.trim();
  if (!turn) return keep(state);
  const awaited = state.awaited.filter((each) => each !== turn);
  if (text === '') return keep({ ...state, awaited });
  return understood(facts, { ...state, awaited }, { ...turn, text }, now);
}

export interface CallerTurn {
  readonly n: number;
  readonly text: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** What follows from the caller's words, spoken or typed: the record, what they chose, their language, an emergency. */
export function understood(facts: CallFacts, state: CallState, turn: CallerTurn, now: number): CallTransition {
  const { text } = turn;
  const dealings = hear(state.dealings, text, facts.clinic, now);
  const language = languageOf(text, facts.clinic.conversation.languages) ?? state.language;
  const recorded: CallTransition = {
    state: { ...state, dealings, language },
    effects: [...recordTurn(state, turn), ...holdChoice(state.dealings, dealings)],
  };
  const isUrgent = isEmergency(text, facts.clinic.conversation.emergencyPhrases);
  return isUrgent ? andThen(recorded, (next) => enterEmergency(facts, next, now)) : recorded;
}

export function recordTurn(state: CallState, { n, text, startedAt, endedAt }: CallerTurn): readonly CallEffect[] {
  return [
    record(state, { kind: 'turn', n, role: 'customer', text, startedAt, endedAt, interrupted: false }),
    { kind: 'event', name: 'turn.caller', event: { n, pii: { text } } },
  ];
}

/** A slot the caller has just chosen by their words is kept for them while they give their name. */
function holdChoice(before: Dealings, after: Dealings): CallEffect[] {
  const chosen =
    after.choice === null || after.choice === before.choice ? undefined : offerById(after.offers, after.choice);
  if (!chosen) return [];
  return [{ kind: 'hold', slotId: chosen.slotId, slot: slotOf(chosen), movingId: after.moving }];
}

/** The caller must not go on giving their name for a time that is gone: Ava says so as soon as she may speak. */
export function holdAnswered(state: CallState, slotId: string, result: 'held' | 'taken'): CallTransition {
  if (result === 'held' || state.dealings.choice !== slotId || isBooking(state)) return keep(state);
  const text = `The time ${slotId} that the caller chose was just taken by someone else. Apologise and check availability again.`;
  return {
    state: { ...state, dealings: { ...state.dealings, choice: null } },
    effects: [{ kind: 'tell_model', order: { type: 'note', text } }, ...letAnswer(state)],
  };
}

/** What takes the time now may be the caller's own booking, which tells of itself. */
function isBooking({ tools }: CallState): boolean {
  return tools.some(({ name }) => BOOKING_TOOLS.has(name));
}

const BOOKING_TOOLS: ReadonlySet<string> = new Set(['book_appointment', 'reschedule_appointment']);

/** Has the model answer what it was just told; a caller who speaks is answered at the end of their turn anyway. */
export function letAnswer(state: CallState): readonly CallEffect[] {
  return state.callerSpeaksSince === null ? [RESPOND] : [];
}

/** Tools have answered. A response under way may ask for more: one answer follows all of it, once it has ended. */
export function answerTools(state: CallState): CallTransition {
  return state.responding ? keep({ ...state, answerOwed: true }) : { state, effects: [RESPOND] };
}
