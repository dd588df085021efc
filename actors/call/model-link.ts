/**
 * The conversation goes on though its session is gone. What was said and done is told to the next one; then it depends
 * on what was under way: a caller who was speaking is heard again from their beginning, a sentence that broke off goes
 * on from its next word, an answer that was due is asked for, a tool's answer is given when it comes.
 */
import { withDeadline } from '../kernel/actor.ts';
import type { HistoryItem } from '../model/messages.ts';
import { type CallEffect, type CallTransition, keep } from './effects.ts';
import { enterParting } from './ending.ts';
import type { CallFacts, CallMessage, UnfinishedItem } from './messages.ts';
import { heardOfSent } from './speech.ts';
import type { CallState } from './state.ts';
import { unheardTurn } from './turns.ts';

type Message<Type extends CallMessage['type']> = Extract<CallMessage, { type: Type }>;

/** How long a new session may take to hear again what is played to it faster than it was said. */
export const REHEARD_MS = 5_000;

export function sessionLost(
  facts: CallFacts,
  state: CallState,
  { due = false, unfinished = null }: Message<'model_lost'>,
  now: number,
): CallTransition {
  const [again, gone] = isActedUpon(state) ? [[], state.awaited] : [state.awaited, []];
  const lost: CallState = {
    ...state,
    responding: false,
    awaited: [],
    saying: state.saying
      .filter(({ n }) => n > 0)
      .map((each) => (each.itemId === unfinished?.itemId ? { ...each, brokeOff: true } : each)),
    link: { ...state.link, due, unfinished, standsBy: false, reheard: [...state.link.reheard, ...again] },
  };
  const effects = gone.flatMap((turn): CallEffect[] => [
    unheardTurn(state, turn),
    { kind: 'tell_model', order: { type: 'forget', itemId: turn.itemId } },
  ]);
  const endsAnyway = lost.dealings.ending && lost.tools.length === 0;
  const next = endsAnyway ? enterParting(facts, lost, now) : keep(lost);
  return { state: next.state, effects: [...effects, ...next.effects] };
}

/** Heard again, a turn that was answered or had a tool called would have it done twice. */
function isActedUpon(state: CallState): boolean {
  const [first] = state.awaited;
  const toolSince = first && state.history.some(({ kind, at }) => kind === 'tool' && at >= first.endedAt);
  return state.answered || state.tools.length > 0 || toolSince === true;
}

export function sessionReady(
  facts: CallFacts,
  state: CallState,
  { first, missed = false }: Message<'model_ready'>,
  now: number,
): CallTransition {
  if (first) return keep(state);
  const history = [...state.history, ...beingSaid(state)];
  const restored: CallState = {
    ...state,
    callerSpeaksSince: null,
    link: { ...state.link, due: false, unfinished: null },
  };
  const next = goOn(facts, state, restored, history, missed, now);
  return {
    state: next.state,
    effects: [{ kind: 'tell_model', order: { type: 'restore', history } }, ...next.effects],
  };
}

/** What the caller is hearing while nobody remembers it yet. */
function beingSaid(state: CallState): readonly HistoryItem[] {
  return state.saying.flatMap((each): HistoryItem[] => {
    const { unfinished } = state.link;
    const text = each.itemId === unfinished?.itemId ? heardOfSent(state, each, unfinished.sentMs) : each.text.trim();
    return text === '' ? [] : [{ kind: 'assistant', text }];
  });
}

/** `before` is the state in which the session was lost, `state` the one to go on from. */
function goOn(
  facts: CallFacts,
  before: CallState,
  state: CallState,
  history: readonly HistoryItem[],
  missed: boolean,
  now: number,
): CallTransition {
  const { due, unfinished, reheard } = before.link;
  if (state.mode !== 'talking') return keep(state);
  const callerHadTheFloor = before.callerSpeaksSince !== null || reheard.length > 0;
  const nobodyHadIt = !due && !unfinished && state.tools.length === 0;
  if (missed && (callerHadTheFloor || nobodyHadIt)) return askAgain(facts, state);
  if (reheard.length > 0) return keep(withDeadline(state, 'reheard', now + REHEARD_MS));
  if (callerHadTheFloor || nobodyHadIt || state.tools.length > 0) return keep(state);
  return { state, effects: goOnSaying(history, unfinished) };
}

function goOnSaying(history: readonly HistoryItem[], unfinished: UnfinishedItem | null): readonly CallEffect[] {
  const last = history.at(-1);
  const heard = last?.kind === 'assistant' ? last.text : '';
  if (unfinished?.sentence != null) return sayRest(unfinished.sentence, heard);
  // A question that was put whole has given the floor to the caller.
  if (!unfinished && heard.endsWith('?')) return [];
  const respond: CallEffect = { kind: 'tell_model', order: { type: 'respond' } };
  if (heard === '') return [respond];
  return [{ kind: 'tell_model', order: { type: 'note', text: goOnAfter(heard) } }, respond];
}

function sayRest(sentence: string, heard: string): readonly CallEffect[] {
  const count = heard === '' ? 0 : heard.split(/\s+/).length;
  const rest = sentence.trim().split(/\s+/).slice(count).join(' ');
  return rest === '' ? [] : [{ kind: 'tell_model', order: { type: 'say', sentence: rest } }];
}

function goOnAfter(heard: string): string {
  return `The line to you broke while you were speaking. The caller heard you up to these words: "${heard}" Go on exactly after them; do not repeat any of them.`;
}

/** What the caller said is lost: they are told so, and their turns stand in the record without words. */
function askAgain(facts: CallFacts, state: CallState): CallTransition {
  return {
    state: { ...state, link: { ...state.link, reheard: [] } },
    effects: [
      ...state.link.reheard.map((turn) => unheardTurn(state, turn)),
      { kind: 'tell_model', order: { type: 'say', sentence: facts.phrases.lostYou } },
    ],
  };
}

/** A turn that a lost session had heard is the same turn when the next one hears it. */
export function turnAgain(state: CallState, itemId: string, now: number): CallTransition | null {
  const [turn, ...reheard] = state.link.reheard;
  if (!turn) return null;
  return {
    state: {
      ...state,
      callerSpeaksSince: null,
      answerDueSince: state.answerDueSince ?? now,
      answered: false,
      awaited: [...state.awaited, { ...turn, itemId }],
      link: { ...state.link, reheard },
    },
    effects: [{ kind: 'tell_model', order: { type: 'respond' } }],
  };
}

/** What was to be heard again was not. */
export function notReheard(facts: CallFacts, state: CallState): CallTransition {
  if (state.link.reheard.length === 0) return keep(state);
  if (state.callerSpeaksSince === null && !state.responding) return askAgain(facts, state);
  return {
    state: { ...state, link: { ...state.link, reheard: [] } },
    effects: state.link.reheard.map((turn) => unheardTurn(state, turn)),
  };
}

/** Adds the change to the session that stands by, once nobody speaks and nothing is under way. */
export function changingOver({ state, effects }: CallTransition): CallTransition {
  if (!state.link.standsBy || !isQuiet(state)) return { state, effects };
  return {
    state: { ...state, link: { ...state.link, standsBy: false } },
    effects: [...effects, { kind: 'tell_model', order: { type: 'take_over', history: state.history } }],
  };
}

function isQuiet({ mode, responding, callerSpeaksSince, awaited, saying, tools, link }: CallState): boolean {
  const nobodySpeaks = !responding && callerSpeaksSince === null && !saying.some(({ n }) => n > 0);
  const nothingOpen = awaited.length === 0 && tools.length === 0 && link.reheard.length === 0;
  return mode === 'talking' && nobodySpeaks && nothingOpen;
}
