/**
 * The conversation goes on though its session is gone. What was said and done is told to the next one; then it depends
 * on what was under way: a caller who was speaking is heard again from their beginning, a sentence that broke off goes
 * on from its next word, an answer that was due is asked for, a tool's answer is given when it comes.
 *
 * A turn that the lost session had heard and not put in words is heard again in its place: the new session is told what
 * came before it, hears it, and is told the rest (`toldUntil`).
 */
import { withDeadline, withoutDeadline } from '../kernel/actor.ts';
import type { HistoryItem } from '../model/messages.ts';
import { andThen, type CallEffect, type CallTransition, keep } from './effects.ts';
import { enterParting } from './ending.ts';
import { meant } from './floor.ts';
import { remember } from './history.ts';
import type { CallFacts, CallMessage } from './messages.ts';
import { isRendered, sayPhrase } from './phrases.ts';
import { awaitUnheard } from './silence.ts';
import { heardOfSent } from './speech.ts';
import type { CallState } from './state.ts';
import { unheardTurn } from './turns.ts';

type Message<Type extends CallMessage['type']> = Extract<CallMessage, { type: Type }>;

/** How long a new session may take to hear again what is played to it faster than it was said. */
export const REHEARD_MS = 3_000;
/** How far back what a caller said is kept to be heard again. */
const KEPT_MS = 15_000;

export function sessionLost(
  facts: CallFacts,
  state: CallState,
  { due = false, unfinished = null }: Message<'model_lost'>,
  now: number,
): CallTransition {
  // Nobody will tell any more what a sound was: it is taken for meant.
  const settled = state.doubt === null ? keep(state) : meant(facts, state, state.doubt, now);
  const open = [...state.link.reheard, ...settled.state.awaited];
  const reheard = open.filter(({ endedAt }) => endedAt > now - KEPT_MS);
  const gone = open.filter((turn) => !reheard.includes(turn)).map((turn) => unheardTurn(state, turn));
  const lost: CallState = {
    ...withoutDeadline(settled.state, 'reheard'),
    responding: false,
    answerOwed: false,
    awaited: [],
    saying: settled.state.saying
      .filter(({ n, by }) => n > 0 || by !== 'model')
      .map((each) => (each.itemId === unfinished?.itemId ? { ...each, brokeOff: true } : each)),
    link: { ...state.link, due, unfinished, reheard, standsBy: false, toldUntil: null },
  };
  const endsAnyway = lost.dealings.ending && lost.tools.length === 0;
  return andThen({ state: lost, effects: [...settled.effects, ...gone] }, (next) =>
    endsAnyway ? enterParting(facts, next, now) : keep(next),
  );
}

export function sessionReady(
  facts: CallFacts,
  state: CallState,
  { first, missed = false }: Message<'model_ready'>,
  now: number,
): CallTransition {
  if (first) return keep(state);
  const silent = { ...state, callerSpeaksSince: null, link: { ...state.link, missed: false, asked: undefined } };
  const [next] = state.link.reheard;
  if (missed || state.link.missed) {
    if (isOwedAnAnswer(state)) return resume(silent, 0, goOn(silent), now);
    const asking: CallState = { ...silent, link: { ...silent.link, midSentence: true } };
    return isBeingAsked(facts, state) ? resume(asking, 0, NOTHING, now) : askAgain(facts, asking, 0, now);
  }
  if (!next) {
    const goingOn = state.callerSpeaksSince === null ? goOn(silent) : NOTHING;
    return resume(goingOn.ask === null ? awaitUnheard(facts, silent, now) : silent, 0, goingOn, now);
  }
  const history = state.history.filter(({ at }) => at < next.endedAt);
  return {
    state: withDeadline({ ...silent, link: { ...silent.link, toldUntil: next.endedAt } }, 'reheard', now + REHEARD_MS),
    effects: [{ kind: 'tell_model', order: { type: 'restore', history, more: true } }],
  };
}

/**
 * The caller has a line again: that their words are lost with the one before is said at once, where it takes no session.
 * It is not settled by that: should this line break as well, they are still lost.
 */
export function lineOpened(facts: CallFacts, state: CallState): CallTransition {
  const isLost = state.mode === 'talking' && state.link.missed && !isOwedAnAnswer(state);
  if (!isLost || !isRendered(facts, state, 'lostYou')) return keep(state);
  return sayPhrase(facts, { ...state, link: { ...state.link, asked: true } }, 'lostYou');
}

/** On this line: what they were asked on the one before, they may have answered into its end. */
function isBeingAsked(facts: CallFacts, { saying, link, language }: CallState): boolean {
  return link.asked === true || saying.at(-1)?.text === facts.phrasesIn(language).lostYou;
}

/** The caller waits for her, so that asking them to say it again would be out of place. */
function isOwedAnAnswer({ link, tools, callerSpeaksSince }: CallState): boolean {
  const isBusy = link.due || link.unfinished !== null || tools.length > 0;
  return isBusy && callerSpeaksSince === null && link.reheard.length === 0;
}

/** How it goes on: what is asked for, and what the session must know to give it. */
interface GoingOn {
  readonly ask: 'respond' | { readonly sentence: string } | null;
  readonly note?: string;
}

const NOTHING: GoingOn = { ask: null };

/** Tells the new session what it does not know yet, and goes on. */
function resume(state: CallState, toldUntil: number, { ask, note }: GoingOn, now: number): CallTransition {
  const notes = note === undefined ? [] : [{ kind: 'note', text: note, at: now } as const];
  const history = [...state.history.filter(({ at }) => at >= toldUntil), ...beingSaid(state), ...notes];
  const link = { ...state.link, due: false, unfinished: null, reheard: [], toldUntil: null };
  // What she is asked to say she is about to say: a caller who speaks meanwhile is not talked over.
  const resumed = notes.reduce(remember, { ...state, link, answered: state.answered && ask === null });
  return {
    state: withoutDeadline(resumed, 'reheard'),
    effects: [
      ...state.link.reheard.map((turn) => unheardTurn(state, turn)),
      // Before the session may be asked: with what was wished for meanwhile, it is one wish.
      ...asking(ask),
      { kind: 'tell_model', order: { type: 'restore', history, more: false } },
    ],
  };
}

function asking(ask: GoingOn['ask']): readonly CallEffect[] {
  if (ask === null) return [];
  const order = ask === 'respond' ? ({ type: 'respond' } as const) : ({ type: 'say', ...ask } as const);
  return [{ kind: 'tell_model', order }];
}

/** What the caller is hearing while nobody remembers it yet. */
function beingSaid(state: CallState): readonly HistoryItem[] {
  return state.saying.flatMap((each): HistoryItem[] => {
    const { unfinished } = state.link;
    const isBroken = each.itemId === unfinished?.itemId;
    const text = isBroken ? heardOfSent(state, each, unfinished.sentMs) : each.text.trim();
    return text === '' || each.n === 0 ? [] : [{ kind: 'assistant', text }];
  });
}

function goOn(state: CallState): GoingOn {
  const { due, unfinished } = state.link;
  // A tool's answer has the model go on by itself, and the last sentence is not begun again.
  if (state.mode !== 'talking' || state.tools.length > 0 || (!due && !unfinished)) return NOTHING;
  const last = [...state.history, ...beingSaid(state)].at(-1);
  const heard = last?.kind === 'assistant' ? last.text : '';
  if (unfinished?.sentence != null) return sayRest(unfinished.sentence, heard);
  // A question that was put whole has given the floor to the caller.
  if (!unfinished && heard.endsWith('?')) return NOTHING;
  return heard === '' ? { ask: 'respond' } : { ask: 'respond', note: goOnAfter(heard) };
}

/** A sentence from its next word; all of it where what was heard last is another one. */
function sayRest(sentence: string, heard: string): GoingOn {
  const words = sentence.trim().split(/\s+/);
  const heardWords = heard.split(/\s+/);
  const isBeginning = heardWords.every((word, index) => plain(word) === plain(words[index] ?? ''));
  const rest = words.slice(isBeginning ? heardWords.length : 0).join(' ');
  return rest === '' ? NOTHING : { ask: { sentence: rest } };
}

/** A word without what a transcript may write otherwise. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function goOnAfter(heard: string): string {
  return `The line to you broke while you were speaking. The caller heard you up to these words: "${heard}" Go on exactly after them; do not repeat any of them.`;
}

/** What the caller said is lost: they are told so. */
function askAgain(facts: CallFacts, state: CallState, toldUntil: number, now: number): CallTransition {
  return andThen(sayPhrase(facts, state, 'lostYou'), (next) => resume(next, toldUntil, NOTHING, now));
}

/** A turn that a lost session had heard is the same turn when the next one hears it; null where none is awaited. */
export function turnAgain(state: CallState, itemId: string, now: number): CallTransition | null {
  const { reheard, toldUntil } = state.link;
  const [turn, ...others] = reheard;
  if (!turn || toldUntil === null) return null;
  const heard: CallState = {
    ...state,
    callerSpeaksSince: null,
    awaited: [...state.awaited, { ...turn, itemId }],
    link: { ...state.link, reheard: others },
  };
  if (others.length > 0) return keep(heard);
  const isActedUpon = state.answered || state.tools.length > 0 || state.history.some(({ at }) => at >= turn.endedAt);
  if (isActedUpon) return resume(heard, toldUntil, goOn(heard), now);
  const due = { ...heard, answerDueSince: state.answerDueSince ?? now };
  return resume(due, toldUntil, { ask: 'respond' }, now);
}

/** What was to be heard again was not: the session is told the rest, and the caller is asked where they wait. */
export function notReheard(facts: CallFacts, state: CallState, now: number): CallTransition {
  const { toldUntil } = state.link;
  if (toldUntil === null) return keep(state);
  const isAnswered = state.answered || state.tools.length > 0 || state.callerSpeaksSince !== null;
  return isAnswered ? resume(state, toldUntil, goOn(state), now) : askAgain(facts, state, toldUntil, now);
}

/** A voice that the session hears from its beginning says something whole. */
export function voiceBegins(state: CallState, { atStart = false }: Message<'caller_speech_started'>): CallState {
  const { link } = state;
  return link.midSentence && !atStart ? { ...state, link: { ...link, midSentence: false } } : state;
}

/** Whether this voice is one that she has heard, and answered as far as she could. */
export function isHeardAgain({ link }: CallState, message: { readonly again?: boolean }): boolean {
  return message.again === true && link.reheard.length > 0;
}

/** Adds the change to the session that stands by, once nobody speaks and nothing is under way. */
export function changingOver(transition: CallTransition): CallTransition {
  const { state, effects } = transition;
  if (!state.link.standsBy || !isQuiet(state)) return transition;
  return {
    state: { ...state, link: { ...state.link, standsBy: false } },
    effects: [...effects, { kind: 'tell_model', order: { type: 'take_over', history: state.history } }],
  };
}

function isQuiet({ mode, responding, callerSpeaksSince, doubt, awaited, saying, tools, link }: CallState): boolean {
  const callerIsSilent = callerSpeaksSince === null && doubt === null;
  const nobodySpeaks = callerIsSilent && !responding && !saying.some(({ n }) => n > 0);
  const nothingOpen = awaited.length === 0 && tools.length === 0 && link.reheard.length === 0;
  return mode === 'talking' && nobodySpeaks && nothingOpen;
}
