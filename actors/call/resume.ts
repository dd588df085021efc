/**
 * The conversation goes on over another line, on this node or on another one: its stream broke, and neither the session
 * nor what was on its way to the caller's ear is left. What Ava was saying counts as heard as far as the far end says, or
 * its time went; what the caller was saying is heard again where the far end has kept it, else it is lost, and asked for;
 * a tool that ran runs again, which has no second effect.
 */
import { withDeadline } from '../kernel/actor.ts';
import { andThen, type CallEffect, type CallTransition, keep } from './effects.ts';
import { enterEnded, enterParting, isTransferDue, transfer } from './ending.ts';
import type { CallFacts, CallMessage, FarEnd, HeardItem } from './messages.ts';
import { isWholeByNow, speechHeard, spokenMs } from './speech.ts';
import type { AwaitedWords, CallState, Saying } from './state.ts';
import { rerunTools } from './tools.ts';
import { unheardTurn } from './turns.ts';

/** From when a sentence is sent until its first sample sounds, and from when a stream breaks until anybody asks. */
const UNHEARD_MS = 400;
/** How much slower than a voice has been so far it may be in one sentence. */
const SLOWEST = 1.5;
/** Nobody leaves so long a silence to a line on which nobody speaks: whoever is still there has said something. */
const SPOKEN_INTO_MS = 3_000;
/** A call that breaks so often with nothing said in between is not worth another stream. */
export const FRUITLESS_RESUMES = 6;

export function takenUp(
  facts: CallFacts,
  state: CallState,
  message: Extract<CallMessage, { type: 'taken_up' }>,
  now: number,
): CallTransition {
  const { brokeAt, node, farEnd } = message;
  if (state.mode === 'settling') return enterEnded(state, state.endedBy ?? 'lost', now);
  const soundedFrom = turnsToSound(state);
  const heard = (each: Saying): HeardItem => {
    const byTimeMs = heardByTimeMs(state, soundedFrom.get(each.itemId) ?? brokeAt, brokeAt);
    return heardOf(each, byTimeMs, farEnd);
  };
  const here = { ...state, identity: { ...state.identity, node }, lineLost: false };
  if (state.mode === 'parting') {
    const saysRest = state.leaving === null && !isCallerCutOff(state) && unfinishedOf(state, heard) !== null;
    // Where the last sentence was heard, what is left to do is what follows it.
    if (!saysRest) return { state: here, effects: [HANG_UP] };
    const rest = takenUp(facts, unparted(state), message, now);
    return { ...rest, state: withDeadline(rest.state, 'farewell', now + facts.limits.farewellMs) };
  }
  const cut = cutOff(facts, here, brokeAt, heard);
  const resends = farEnd?.resends ?? false;
  const left = bereft(cut.state, state, resends, unfinishedOf(state, heard));
  const isSpokenInto = farEnd === undefined && listens(left) && now - brokeAt >= SPOKEN_INTO_MS;
  const open = {
    state: isSpokenInto ? { ...left, link: { ...left.link, missed: true } } : left,
    effects: [...cut.effects, ...(resends ? [] : unheardTurns(state))],
  };
  return andThen(
    andThen(open, (next) => rerunTools(facts, next, now)),
    (next) => conclude(facts, next, now),
  );
}

/** Before her last sentence was said: the line closes behind the rest of it. */
function unparted(state: CallState): CallState {
  return { ...state, mode: 'talking', answered: false, dealings: { ...state.dealings, ending: true } };
}

const HANG_UP: CallEffect = { kind: 'tell_phone', message: { type: 'hang_up', afterPlayback: false } };

/** What was being said is over for the caller, and recorded as far as they can have heard it. */
function cutOff(
  facts: CallFacts,
  state: CallState,
  brokeAt: number,
  heard: (each: Saying) => HeardItem,
): CallTransition {
  return state.saying
    .filter(({ n }) => n > 0)
    .reduce<CallTransition>(
      (before, each) =>
        andThen(before, (next) => speechHeard(facts, next, heard(each), !isWhole(next, each, heard(each)), brokeAt)),
      keep(state),
    );
}

function isWhole(state: CallState, each: Saying, { heardMs, sentMs, complete }: HeardItem): boolean {
  return complete ? heardMs >= sentMs : isWholeByNow(state, each, heardMs);
}

/** When each of what was sent began to sound: one after the other, however early it was sent. By item. */
function turnsToSound(state: CallState): ReadonlyMap<string, number> {
  const sent = state.saying.filter(({ n }) => n > 0).toSorted((a, b) => a.n - b.n);
  let silentFrom = 0;
  return new Map(
    sent.map(({ itemId, startedAt, text }) => {
      const from = Math.max(startedAt, silentFrom);
      silentFrom = from + spokenMs(state, text);
      return [itemId, from];
    }),
  );
}

/**
 * How much of what began to sound then was heard by its time. Whoever knew that her last words were heard has closed the
 * line behind them, and a line that broke all the same broke within them: they need the time of a slow voice.
 */
function heardByTimeMs({ mode, dealings }: CallState, soundedFrom: number, brokeAt: number): number {
  const ms = Math.max(0, brokeAt - soundedFrom - UNHEARD_MS);
  return mode === 'parting' || dealings.ending ? ms / SLOWEST : ms;
}

/** How much of an item was heard when the line broke: by the far end's word, else by its time. */
function heardOf({ itemId }: Saying, byTimeMs: number, farEnd: FarEnd | undefined): HeardItem {
  const sent = farEnd?.sent.find((each) => each.itemId === itemId);
  if (!farEnd || (!sent && !farEnd.played)) return { itemId, heardMs: byTimeMs, sentMs: byTimeMs, complete: false };
  const { sentMs, complete } = sent ?? { sentMs: 0, complete: false };
  const heardMs = farEnd.played ? playedMsOf(farEnd, itemId, sentMs) : Math.min(byTimeMs, sentMs);
  return { itemId, heardMs, sentMs: Math.max(sentMs, heardMs), complete };
}

/** Items are played in the order in which they were sent: all before the one that the far end names. */
function playedMsOf({ sent, played }: FarEnd, itemId: string, sentMs: number): number {
  if (played?.itemId === itemId) return played.ms;
  const place = sent.findIndex((each) => each.itemId === itemId);
  return place < sent.findIndex((each) => each.itemId === played?.itemId) ? sentMs : 0;
}

function unheardTurns(state: CallState): readonly CallEffect[] {
  return openTurns(state).map((turn) => unheardTurn(state, turn));
}

function openTurns({ link, awaited }: CallState): readonly AwaitedWords[] {
  return [...link.reheard, ...awaited];
}

/** The state without a line and a session; `before`: as it was when both broke. */
function bereft(state: CallState, before: CallState, resends: boolean, unfinished: Unfinished): CallState {
  const { longest_call, time_is_short } = state.deadlines;
  const missed = !resends && isCallerCutOff(before);
  // Who was speaking is answered when they have spoken.
  const isCallersTurn = missed || before.callerSpeaksSince !== null;
  return {
    ...state,
    deadlines: { ...(longest_call && { longest_call }), ...(time_is_short && { time_is_short }) },
    callerSpeaksSince: null,
    doubt: null,
    awaited: [],
    saying: [],
    responding: false,
    empty: true,
    resumes: state.resumes + 1,
    link: {
      due: !isCallersTurn && isAnswerDue(before),
      unfinished: missed ? null : unfinished,
      reheard: resends ? openTurns(before) : [],
      toldUntil: null,
      standsBy: false,
      missed,
    },
  };
}

/** It is the caller's turn, and nothing else is to be done. */
function listens({ mode, tools, dealings, link: { due, unfinished, reheard } }: CallState): boolean {
  const isLeaving = dealings.ending || dealings.transferring !== null;
  const isAvasTurn = due || unfinished !== null || reheard.length > 0 || tools.length > 0;
  return mode === 'talking' && !isLeaving && !isAvasTurn;
}

/** Words of theirs are gone with the line: those they were saying, or had said and nobody had put in words yet. */
function isCallerCutOff({ callerSpeaksSince, doubt, awaited, link }: CallState): boolean {
  return callerSpeaksSince !== null || doubt !== null || awaited.length > 0 || link.reheard.length > 0 || link.missed;
}

function isAnswerDue({ responding, answerDueSince, answerOwed, saying, link }: CallState): boolean {
  return responding || answerDueSince !== null || answerOwed || link.due || saying.some(({ n }) => n === 0);
}

type Unfinished = CallState['link']['unfinished'];

/** The first of what she was saying that was not heard whole: it is gone on with, and what was to follow follows. */
function unfinishedOf(before: CallState, heard: (each: Saying) => HeardItem): Unfinished {
  const said = before.saying.filter(({ n, by }) => n > 0 && by !== 'filler');
  if (said.length === 0) return before.link.unfinished;
  const broken = said.find((each) => !isWhole(before, each, heard(each)));
  if (!broken) return null;
  return { itemId: broken.itemId, sentMs: 0, sentence: broken.by === 'phrase' ? broken.text : null };
}

/** What was decided before the line broke is done, unless Ava has still to say something. */
function conclude(facts: CallFacts, state: CallState, now: number): CallTransition {
  const { due, unfinished, missed } = state.link;
  if (state.mode !== 'talking' || due || unfinished || missed || state.tools.length > 0) return keep(state);
  if (state.dealings.ending) return enterParting(facts, { ...state, answered: true }, now);
  return isTransferDue(state) ? transfer(facts, state, now) : keep(state);
}
