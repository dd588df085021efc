/**
 * The conversation goes on over another line, on this node or on another one: its stream broke, and neither the session
 * nor what was on its way to the caller's ear is left. What Ava was saying counts as heard as far as its time went; what
 * the caller was saying is lost, and asked for again; a tool that ran runs again, which has no second effect.
 */
import { andThen, type CallEffect, type CallTransition, keep } from './effects.ts';
import { enterEnded, enterParting, isTransferDue, transfer } from './ending.ts';
import type { CallFacts, CallMessage } from './messages.ts';
import { isWholeByNow, speechHeard } from './speech.ts';
import type { CallState, Saying } from './state.ts';
import { rerunTools } from './tools.ts';
import { unheardTurn } from './turns.ts';

/** From when a sentence is sent until its first sample sounds, and from when a stream breaks until anybody asks. */
const UNHEARD_MS = 400;
/** A call that breaks so often with nothing said in between is not worth another stream. */
export const FRUITLESS_RESUMES = 6;

export function takenUp(
  facts: CallFacts,
  state: CallState,
  { brokeAt, node }: Extract<CallMessage, { type: 'taken_up' }>,
  now: number,
): CallTransition {
  if (state.mode === 'settling') return enterEnded(state, state.endedBy ?? 'lost', now);
  const here = { ...state, identity: { ...state.identity, node }, lineLost: false };
  // The last sentence was on its way: what is left to do is what follows it.
  if (state.mode === 'parting') return { state: here, effects: [HANG_UP] };
  const heard = cutOff(here, brokeAt);
  const open = { state: bereft(heard.state, state, brokeAt), effects: [...heard.effects, ...unheardTurns(state)] };
  return andThen(
    andThen(open, (next) => rerunTools(facts, next, now)),
    (next) => conclude(facts, next, now),
  );
}

const HANG_UP: CallEffect = { kind: 'tell_phone', message: { type: 'hang_up', afterPlayback: false } };

/** What was being said is over for the caller, and recorded as far as they can have heard it. */
function cutOff(state: CallState, brokeAt: number): CallTransition {
  return state.saying
    .filter(({ n }) => n > 0)
    .reduce<CallTransition>(
      (before, each) =>
        andThen(before, (next) => {
          const heardMs = heardMsOf(each, brokeAt);
          const item = { itemId: each.itemId, heardMs, sentMs: heardMs, complete: false };
          return speechHeard(next, item, !isWholeByNow(next, each, heardMs), brokeAt);
        }),
      keep(state),
    );
}

function heardMsOf({ startedAt }: Saying, brokeAt: number): number {
  return Math.max(0, brokeAt - startedAt - UNHEARD_MS);
}

function unheardTurns(state: CallState): readonly CallEffect[] {
  return [...state.link.reheard, ...state.awaited].map((turn) => unheardTurn(state, turn));
}

/** The state without a line and a session; `before`: as it was when both broke. */
function bereft(state: CallState, before: CallState, brokeAt: number): CallState {
  const { longest_call, time_is_short } = state.deadlines;
  const missed = isCallerCutOff(before);
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
      due: !missed && isAnswerDue(before),
      unfinished: missed ? null : unfinishedOf(before, brokeAt),
      reheard: [],
      toldUntil: null,
      standsBy: false,
      missed,
    },
  };
}

/** Words of theirs are gone with the line: those they were saying, or had said and nobody had put in words yet. */
function isCallerCutOff({ callerSpeaksSince, doubt, awaited, link }: CallState): boolean {
  return callerSpeaksSince !== null || doubt !== null || awaited.length > 0 || link.reheard.length > 0 || link.missed;
}

function isAnswerDue({ responding, answerDueSince, answerOwed, saying, link }: CallState): boolean {
  return responding || answerDueSince !== null || answerOwed || link.due || saying.some(({ n }) => n === 0);
}

/** The last thing she was saying, where it broke off. */
function unfinishedOf(before: CallState, brokeAt: number): CallState['link']['unfinished'] {
  const last = before.saying.findLast(({ n, by }) => n > 0 && by !== 'filler');
  if (!last) return before.link.unfinished;
  if (isWholeByNow(before, last, heardMsOf(last, brokeAt))) return null;
  return { itemId: last.itemId, sentMs: 0, sentence: last.by === 'phrase' ? last.text : null };
}

/** What was decided before the line broke is done, unless Ava has still to say something. */
function conclude(facts: CallFacts, state: CallState, now: number): CallTransition {
  const { due, unfinished, missed } = state.link;
  if (state.mode !== 'talking' || due || unfinished || missed || state.tools.length > 0) return keep(state);
  if (state.dealings.ending) return enterParting(facts, { ...state, answered: true }, now);
  return isTransferDue(state) ? transfer(facts, state, now) : keep(state);
}
