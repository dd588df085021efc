/**
 * The caller's leg as a pure step: what was sent to be played, what is known to have been heard, when the line may end.
 *
 *   waiting ──line_opened──▶ open ──hang_up──▶ farewell ──all played──▶ closed
 *      └──────────────── line_closed / hang_up at once ──────────────────┘
 *
 * Playback is paused while nobody knows whether a noise of the caller's is an interruption: the line is cleared, and
 * what was not heard is kept. It is played on from the sample where it stopped (`resume`), or it is cut (`interrupt`).
 * How much was heard is told by the ledger; where marks are lost, the clock closes it after a grace time.
 */

import type { FromPhone, HeardItem } from '../call/messages.ts';
import { type DeadlineMessage, type Deadlines, type Transition, withoutDeadline } from '../kernel/actor.ts';
import {
  endOf,
  hasRoom,
  heardMsOf,
  heardOf,
  isHeard,
  isMarkDue,
  type Ledger,
  type Piece,
  provenMsOf,
  type Speech,
  unheardStretches,
  withPiece,
} from './ledger.ts';
import type { AudioPayload, PhoneMessage, Stretch } from './messages.ts';

export type PhoneMode = 'waiting' | 'open' | 'farewell' | 'closed';

export interface PhoneState extends Ledger {
  readonly mode: PhoneMode;
  readonly deadlines: Deadlines;
  readonly lostMarkGraceMs: number;
  readonly marksMade: number;
  /** Items that were cut: what still comes of them is dropped. */
  readonly muted: readonly string[];
}

export type PhoneEffect =
  /** Play this, and keep it until it is heard. */
  | ({ readonly kind: 'play'; readonly payload: AudioPayload } & Stretch)
  /** Keep this; it may be played later. */
  | ({ readonly kind: 'keep'; readonly payload: AudioPayload } & Stretch)
  /** Play again what was kept. */
  | ({ readonly kind: 'replay' } & Stretch)
  | { readonly kind: 'mark'; readonly name: string }
  | { readonly kind: 'clear' }
  | { readonly kind: 'close' }
  | { readonly kind: 'tell_call'; readonly message: FromPhone };

type PhoneTransition = Transition<PhoneState, PhoneEffect>;

export const PHONE_LIMITS = {
  /** How long after its time a piece counts as played though no mark came back, where the line says nothing else. */
  lostMarkGraceMs: 3_000,
  /** Cut items remembered: late audio of older ones cannot come any more. */
  muted: 8,
} as const;

export const NEW_PHONE: PhoneState = {
  mode: 'waiting',
  deadlines: {},
  lostMarkGraceMs: PHONE_LIMITS.lostMarkGraceMs,
  marksMade: 0,
  pieces: [],
  speeches: [],
  paused: false,
  muted: [],
};

export function phoneStep(state: PhoneState, message: PhoneMessage | DeadlineMessage, now: number): PhoneTransition {
  if (state.mode === 'closed') return keep(state);
  switch (message.type) {
    case 'line_opened':
      return enterOpen(state);
    case 'speech':
      return take(state, message, now);
    case 'speech_complete':
      return complete(state, message.itemId, now);
    case 'mark':
      return proven(state, message.name, now);
    case 'pause':
      return pause(state, message.played, now);
    case 'resume':
      return resume(state, now);
    case 'interrupt':
      return interrupt(state, now);
    case 'digit':
      return { state, effects: [tell({ type: 'digit', digit: message.digit })] };
    case 'hang_up':
      return hangUp(state, message.afterPlayback, now);
    case 'stay':
      return keep(state.mode === 'farewell' ? { ...state, mode: 'open' } : state);
    case 'line_closed':
      return enterClosed(state, message.reason, [], now);
    case 'deadline':
      return finishSpeeches(withPieces(state, []), now);
  }
}

function enterOpen(state: PhoneState): PhoneTransition {
  if (state.mode !== 'waiting') return keep(state);
  return { state: { ...state, mode: 'open' }, effects: [tell({ type: 'phone_opened' })] };
}

function take(state: PhoneState, audio: Extract<PhoneMessage, { type: 'speech' }>, now: number): PhoneTransition {
  const { itemId, ms, payload } = audio;
  if (state.mode === 'waiting' || state.muted.includes(itemId)) return keep(state);
  if (!hasRoom(state, itemId, ms)) return keep({ ...state, muted: mute(state, [itemId]) });
  const speech = speechOf(state, itemId);
  const stretch: Stretch = { itemId, fromMs: speech.sentMs, ms };
  const grown = { ...speech, sentMs: speech.sentMs + ms, complete: false };
  if (state.paused) return { state: withSpeech(state, grown), effects: [{ kind: 'keep', payload, ...stretch }] };
  const marked = !speech.begun || isMarkDue(state.pieces, ms);
  return send(state, grown, stretch, { kind: 'play', payload, ...stretch }, marked, now);
}

/** Sends a stretch of a speech, with a mark behind it or not, to be played after all that was sent before. */
function send(
  state: PhoneState,
  speech: Speech,
  stretch: Stretch,
  playing: PhoneEffect,
  marked: boolean,
  now: number,
): PhoneTransition {
  const last = state.pieces.at(-1);
  const mark = marked ? `m${state.marksMade + 1}` : null;
  const piece: Piece = { ...stretch, mark, startsAt: Math.max(now, last ? endOf(last) : now) };
  const effects: PhoneEffect[] = mark === null ? [playing] : [playing, { kind: 'mark', name: mark }];
  if (!speech.begun) effects.push(tell({ type: 'playback_started', itemId: speech.itemId }));
  return {
    state: {
      ...state,
      speeches: speechesWith(state, speech.begun ? speech : { ...speech, begun: true }),
      marksMade: marked ? state.marksMade + 1 : state.marksMade,
      pieces: withPiece(state.pieces, piece),
      deadlines: { ...state.deadlines, lost_marks: endOf(piece) + state.lostMarkGraceMs },
    },
    effects,
  };
}

function speechOf({ speeches }: Ledger, itemId: string): Speech {
  const known = speeches.find((each) => each.itemId === itemId);
  return known ?? { itemId, sentMs: 0, heardMs: 0, begun: false, confirmed: false, complete: false };
}

function withSpeech(state: PhoneState, speech: Speech): PhoneState {
  return { ...state, speeches: speechesWith(state, speech) };
}

function speechesWith({ speeches }: Ledger, speech: Speech): readonly Speech[] {
  const isKnown = speeches.some((each) => each.itemId === speech.itemId);
  if (!isKnown) return [...speeches, speech];
  return speeches.map((each) => (each.itemId === speech.itemId ? speech : each));
}

/** The model has no more of an item: what of it was sent without a mark gets one. */
function complete(state: PhoneState, itemId: string, now: number): PhoneTransition {
  const speeches = state.speeches.map((each) => (each.itemId === itemId ? { ...each, complete: true } : each));
  const last = state.pieces.at(-1);
  if (last?.itemId !== itemId || last.mark !== null) return finishSpeeches({ ...state, speeches }, now);
  const mark = `m${state.marksMade + 1}`;
  const pieces = [...state.pieces.slice(0, -1), { ...last, mark }];
  return {
    state: { ...state, speeches, pieces, marksMade: state.marksMade + 1 },
    effects: [{ kind: 'mark', name: mark }],
  };
}

/** A mark came back: what it proves is told once an item, before what follows from it. */
function proven(state: PhoneState, mark: string, now: number): PhoneTransition {
  const index = state.pieces.findIndex((piece) => piece.mark === mark);
  const items = state.pieces.slice(0, index + 1).map((piece) => piece.itemId);
  const news = state.speeches.filter((each) => !each.confirmed && items.includes(each.itemId));
  const speeches = state.speeches.map((each) => (news.includes(each) ? { ...each, confirmed: true } : each));
  const heard = heardUpTo({ ...state, speeches }, mark, now);
  const confirmed = news.map(({ itemId }) => tell({ type: 'playback_confirmed', itemId }));
  return { state: heard.state, effects: [...confirmed, ...heard.effects] };
}

function heardUpTo(state: PhoneState, mark: string, now: number): PhoneTransition {
  const index = state.pieces.findIndex((piece) => piece.mark === mark);
  if (index < 0) return keep(state);
  return finishSpeeches(withPieces(state, state.pieces.slice(index + 1)), now);
}

/** Tells of the items that were heard to their end, and ends the line where that was all it waited for. */
function finishSpeeches(state: PhoneState, now: number): PhoneTransition {
  const done = state.speeches.filter((each) => isHeard(state, each));
  const left = { ...state, speeches: state.speeches.filter((each) => !done.includes(each)) };
  const effects = done.map(({ itemId, sentMs }) =>
    tell({ type: 'playback_finished', itemId, heardMs: sentMs, sentMs, complete: true }),
  );
  if (left.mode === 'farewell' && left.speeches.length === 0) return enterClosed(left, 'hung_up', effects, now);
  return { state: left, effects };
}

type Played = Extract<PhoneMessage, { type: 'pause' }>['played'];

/** Silence at once; where it stopped is known to the sample, by what marks proved and the far end's word or the clock. */
function pause(state: PhoneState, played: Played, now: number): PhoneTransition {
  if (state.paused) return keep(state);
  const speeches = state.speeches.map((each) => ({
    ...each,
    heardMs: played ? provenMsOf(state, each, played) : heardMsOf(state, each, now),
  }));
  const stopped = finishSpeeches({ ...withPieces(state, []), speeches, paused: true }, now);
  if (state.pieces.length === 0 || stopped.state.mode === 'closed') return stopped;
  const items = stopped.state.speeches.map((each) => heardOf(stopped.state, each, now));
  return {
    state: stopped.state,
    effects: [{ kind: 'clear' }, ...stopped.effects, tell({ type: 'playback_paused', items })],
  };
}

/** It was no interruption: Ava goes on where she stopped, and says what came meanwhile. */
function resume(state: PhoneState, now: number): PhoneTransition {
  if (!state.paused) return keep(state);
  let next: PhoneState = { ...state, paused: false };
  const effects: PhoneEffect[] = [];
  for (const speech of state.speeches) {
    for (const { fromMs, ms } of unheardStretches(speech)) {
      const stretch: Stretch = { itemId: speech.itemId, fromMs, ms };
      const sent = send(next, speechOf(next, speech.itemId), stretch, { kind: 'replay', ...stretch }, true, now);
      next = sent.state;
      effects.push(...sent.effects);
    }
  }
  const finished = finishSpeeches(next, now);
  return { state: finished.state, effects: [...effects, ...finished.effects] };
}

/** The caller has the floor: what they did not hear is gone. */
function interrupt(state: PhoneState, now: number): PhoneTransition {
  const playing = { ...withPieces(state, []), paused: false };
  if (state.speeches.length === 0) return keep(playing);
  const items = state.speeches.map((speech) => heardOf(state, speech, now));
  const ids = items.map((item) => item.itemId);
  return {
    state: { ...playing, speeches: [], muted: mute(state, ids) },
    // A paused line is clear already.
    effects: [...(state.paused ? [] : [{ kind: 'clear' } as const]), tell({ type: 'playback_cut', items })],
  };
}

function mute(state: PhoneState, itemIds: readonly string[]): readonly string[] {
  return [...state.muted, ...itemIds].slice(-PHONE_LIMITS.muted);
}

function hangUp(state: PhoneState, afterPlayback: boolean, now: number): PhoneTransition {
  if (!afterPlayback || state.speeches.length === 0) return enterClosed(state, 'hung_up', [], now);
  return keep({ ...state, mode: 'farewell' });
}

function enterClosed(
  state: PhoneState,
  reason: 'stop' | 'broken' | 'hung_up',
  effects: readonly PhoneEffect[],
  now: number,
): PhoneTransition {
  return {
    state: { ...withPieces(state, []), mode: 'closed', speeches: [], deadlines: {} },
    effects: [
      ...effects,
      ...(reason === 'hung_up' ? [{ kind: 'close' } as const] : []),
      ...cutShort(state, now),
      tell({ type: 'phone_closed', reason }),
    ],
  };
}

/** What was still to be played when the line went was not heard. */
function cutShort(state: PhoneState, now: number): PhoneEffect[] {
  if (state.speeches.length === 0) return [];
  const items: HeardItem[] = state.speeches.map((speech) => heardOf(state, speech, now));
  return [tell({ type: 'playback_cut', items })];
}

function withPieces(state: PhoneState, pieces: readonly Piece[]): PhoneState {
  if (pieces.length > 0) return { ...state, pieces };
  return withoutDeadline({ ...state, pieces }, 'lost_marks');
}

function tell(message: FromPhone): PhoneEffect {
  return { kind: 'tell_call', message };
}

function keep(state: PhoneState): PhoneTransition {
  return { state, effects: [] };
}
