/**
 * The caller's leg as a pure step: what was sent to be played, what is known to have been heard, when the line may end.
 *
 *   waiting ──line_opened──▶ open ──hang_up──▶ farewell ──all played──▶ closed
 *      └──────────────── line_closed / hang_up at once ──────────────────┘
 *
 * We send faster than real time, so sent is not heard. The ledger keeps a piece for every message of audio, with the
 * time at which it should start; a returned mark proves the piece and all before it. Marks that come back after a clear
 * find no piece and prove nothing. Where marks are lost, the clock closes the ledger after a grace time.
 */

import type { FromPhone, HeardItem } from '../call/messages.ts';
import type { DeadlineMessage, Deadlines, Transition } from '../kernel/actor.ts';
import { FRAME_MS } from './framing.ts';
import type { AudioPayload, PhoneMessage } from './messages.ts';

export type PhoneMode = 'waiting' | 'open' | 'farewell' | 'closed';

/** One message of audio on its way to the caller's ear. */
interface Piece {
  readonly mark: string;
  readonly itemId: string;
  /** Where in the item it starts, ms. */
  readonly fromMs: number;
  readonly ms: number;
  /** When it should start to play, ms since the epoch. */
  readonly startsAt: number;
}

/** An item of speech being sent. */
interface Speech {
  readonly itemId: string;
  readonly sentMs: number;
  /** The model has no more of it. */
  readonly complete: boolean;
}

export interface PhoneState {
  readonly mode: PhoneMode;
  readonly deadlines: Deadlines;
  readonly marksMade: number;
  /** Sent and not known to be heard, oldest first. */
  readonly pieces: readonly Piece[];
  readonly speeches: readonly Speech[];
  /** Items that were cut: what still comes of them is dropped. */
  readonly muted: readonly string[];
}

export type PhoneEffect =
  | { readonly kind: 'play'; readonly payload: AudioPayload }
  | { readonly kind: 'mark'; readonly name: string }
  | { readonly kind: 'clear' }
  | { readonly kind: 'close' }
  | { readonly kind: 'tell_call'; readonly message: FromPhone };

type PhoneTransition = Transition<PhoneState, PhoneEffect>;

export const NEW_PHONE: PhoneState = {
  mode: 'waiting',
  deadlines: {},
  marksMade: 0,
  pieces: [],
  speeches: [],
  muted: [],
};

export const PHONE_LIMITS = {
  /** How long after its time a piece counts as played though no mark came back. */
  lostMarkGraceMs: 3_000,
  /** Pieces told apart; beyond, a piece joins the one before it. */
  pieces: 64,
  /** Items sent and not heard; a model that is further ahead is not played. */
  speeches: 8,
  /** Cut items remembered: late audio of older ones cannot come any more. */
  muted: 8,
} as const;

export function phoneStep(state: PhoneState, message: PhoneMessage | DeadlineMessage, now: number): PhoneTransition {
  if (state.mode === 'closed') return keep(state);
  switch (message.type) {
    case 'line_opened':
      return enterOpen(state);
    case 'speech':
      return send(state, message, now);
    case 'speech_complete':
      return finishSpeeches(complete(state, message.itemId), now);
    case 'mark':
      return heardUpTo(state, message.name, now);
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
      return heardUpTo(state, state.pieces.at(-1)?.mark ?? '', now);
  }
}

function enterOpen(state: PhoneState): PhoneTransition {
  if (state.mode !== 'waiting') return keep(state);
  return { state: { ...state, mode: 'open' }, effects: [tell({ type: 'phone_opened' })] };
}

function send(state: PhoneState, speech: Extract<PhoneMessage, { type: 'speech' }>, now: number): PhoneTransition {
  const { itemId, ms, payload } = speech;
  if (state.mode === 'waiting' || state.muted.includes(itemId)) return keep(state);
  const before = state.speeches.find((each) => each.itemId === itemId);
  if (!hasRoom(state, itemId, before)) return keep({ ...state, muted: mute(state, [itemId]) });
  const last = state.pieces.at(-1);
  const startsAt = Math.max(now, last ? endOf(last) : now);
  const mark = `m${state.marksMade + 1}`;
  const piece: Piece = { mark, itemId, fromMs: before?.sentMs ?? 0, ms, startsAt };
  const grown: Speech = { itemId, sentMs: piece.fromMs + ms, complete: false };
  return {
    state: {
      ...state,
      marksMade: state.marksMade + 1,
      pieces: withPiece(state.pieces, piece),
      speeches: before ? state.speeches.map((each) => (each === before ? grown : each)) : [...state.speeches, grown],
      deadlines: { ...state.deadlines, lost_marks: endOf(piece) + PHONE_LIMITS.lostMarkGraceMs },
    },
    effects: [
      { kind: 'play', payload },
      { kind: 'mark', name: mark },
      ...(before ? [] : [tell({ type: 'playback_started', itemId })]),
    ],
  };
}

/** Pieces are told apart up to a limit, and then one for each change of item: as many as items fit. */
function hasRoom(state: PhoneState, itemId: string, speech: Speech | undefined): boolean {
  if (!speech && state.speeches.length >= PHONE_LIMITS.speeches) return false;
  const joins = state.pieces.at(-1)?.itemId === itemId;
  return joins || state.pieces.length < PHONE_LIMITS.pieces + PHONE_LIMITS.speeches;
}

/** Adds a piece; a full ledger has it join the last one, whose end then is what the new mark proves. */
function withPiece(pieces: readonly Piece[], piece: Piece): readonly Piece[] {
  const last = pieces.at(-1);
  if (pieces.length < PHONE_LIMITS.pieces || last?.itemId !== piece.itemId) return [...pieces, piece];
  const joined = { ...piece, fromMs: last.fromMs, ms: last.ms + piece.ms, startsAt: piece.startsAt - last.ms };
  return [...pieces.slice(0, -1), joined];
}

/** When a piece should have been played: the network plays whole frames, the last one of an item filled with silence. */
function endOf(piece: Piece): number {
  return piece.startsAt + Math.ceil(piece.ms / FRAME_MS) * FRAME_MS;
}

function complete(state: PhoneState, itemId: string): PhoneState {
  return {
    ...state,
    speeches: state.speeches.map((each) => (each.itemId === itemId ? { ...each, complete: true } : each)),
  };
}

function heardUpTo(state: PhoneState, mark: string, now: number): PhoneTransition {
  const index = state.pieces.findIndex((piece) => piece.mark === mark);
  if (index < 0) return keep(state);
  return finishSpeeches(withPieces(state, state.pieces.slice(index + 1)), now);
}

/** Tells of the items that were heard to their end, and ends the line where that was all it waited for. */
function finishSpeeches(state: PhoneState, now: number): PhoneTransition {
  const done = state.speeches.filter(
    (each) => each.complete && !state.pieces.some((piece) => piece.itemId === each.itemId),
  );
  const left = { ...state, speeches: state.speeches.filter((each) => !done.includes(each)) };
  const effects = done.map(({ itemId, sentMs }) =>
    tell({ type: 'playback_finished', itemId, heardMs: sentMs, sentMs, complete: true }),
  );
  if (left.mode === 'farewell' && left.speeches.length === 0) return enterClosed(left, 'hung_up', effects, now);
  return { state: left, effects };
}

function interrupt(state: PhoneState, now: number): PhoneTransition {
  if (state.speeches.length === 0) return keep(state);
  const items = state.speeches.map((speech) => heardOf(speech, state.pieces, now));
  const ids = items.map((item) => item.itemId);
  const silenced = withPieces({ ...state, speeches: [], muted: mute(state, ids) }, []);
  return { state: silenced, effects: [{ kind: 'clear' }, tell({ type: 'playback_cut', items })] };
}

function mute(state: PhoneState, itemIds: readonly string[]): readonly string[] {
  return [...state.muted, ...itemIds].slice(-PHONE_LIMITS.muted);
}

/** How much of an item was heard by now: what marks proved, and of the piece under way what the clock says. */
function heardOf(speech: Speech, pieces: readonly Piece[], now: number): HeardItem {
  const { itemId, sentMs, complete: whole } = speech;
  const next = pieces.find((piece) => piece.itemId === itemId && piece.startsAt + piece.ms > now);
  const heardMs = next ? next.fromMs + Math.max(0, now - next.startsAt) : sentMs;
  return { itemId, heardMs: Math.floor(Math.min(heardMs, sentMs)), sentMs, complete: whole };
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
  return [tell({ type: 'playback_cut', items: state.speeches.map((speech) => heardOf(speech, state.pieces, now)) })];
}

function withPieces(state: PhoneState, pieces: readonly Piece[]): PhoneState {
  if (pieces.length > 0) return { ...state, pieces };
  const { lost_marks: _none, ...deadlines } = state.deadlines;
  return { ...state, pieces, deadlines };
}

function tell(message: FromPhone): PhoneEffect {
  return { kind: 'tell_call', message };
}

function keep(state: PhoneState): PhoneTransition {
  return { state, effects: [] };
}
