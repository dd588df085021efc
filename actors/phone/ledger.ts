/**
 * The playback ledger: what was sent to the caller's ear, and how much of it they heard. Pure.
 *
 * We send faster than real time, so sent is not heard. A piece has the time at which it should start; a returned mark
 * proves the piece and all before it, and between marks the clock tells. So marks need not be many: the first message of
 * an item has one, since it proves that the caller hears her, the last has one, and in between there is one now and
 * then. Marks that come back after a clear find no piece and prove nothing.
 */
import { FRAME_MS } from '../../src/domain/audio-format.ts';
import type { HeardItem } from '../call/messages.ts';

/** A stretch of audio on its way to the caller's ear, of one message or several. */
export interface Piece {
  /** What proves it once it comes back; null while more may join it. */
  readonly mark: string | null;
  readonly itemId: string;
  /** Where in the item it starts, ms. */
  readonly fromMs: number;
  readonly ms: number;
  /** When it should start to play, ms since the epoch. */
  readonly startsAt: number;
}

/** An item of speech on its way. */
export interface Speech {
  readonly itemId: string;
  /** How much of it came from the model so far. */
  readonly sentMs: number;
  /** Heard before the last pause; what was sent from there on is in pieces, or waits for the pause to end. */
  readonly heardMs: number;
  /** The first of it was sent to be played. */
  readonly begun: boolean;
  /** A mark proved that its first piece was played. */
  readonly confirmed: boolean;
  /** The model has no more of it. */
  readonly complete: boolean;
}

export interface Ledger {
  /** Sent and not known to be heard, oldest first; none during a pause. */
  readonly pieces: readonly Piece[];
  readonly speeches: readonly Speech[];
  /** Nothing is played: the caller may be saying something. */
  readonly paused: boolean;
}

export const LEDGER_LIMITS = {
  /** Pieces told apart; beyond, a piece joins the one before it. */
  pieces: 64,
  /** Items sent and not heard; a model that is further ahead is not played. */
  speeches: 8,
  /** Audio kept that was not heard yet; what a model makes beyond is not played. */
  unheardMs: 180_000,
  /** A piece of what is played again after a pause. */
  replayMs: 1_000,
  /** A piece that is so long gets its mark. */
  markEachMs: 600,
} as const;

/** When a piece should have been played: the network plays whole frames, the last one of an item filled with silence. */
export function endOf(piece: Piece): number {
  return piece.startsAt + Math.ceil(piece.ms / FRAME_MS) * FRAME_MS;
}

/** How much of an item was heard by now, ms: what marks proved, and of the piece under way what the clock says. */
export function heardMsOf({ pieces, paused }: Ledger, { itemId, sentMs, heardMs }: Speech, now: number): number {
  if (paused) return heardMs;
  const next = pieces.find((piece) => piece.itemId === itemId && piece.startsAt + piece.ms > now);
  if (!next) return sentMs;
  return Math.min(Math.max(next.fromMs + Math.max(0, now - next.startsAt), heardMs), sentMs);
}

/** The same as others are told it: in whole milliseconds, never more than was heard. */
export function heardOf(ledger: Ledger, speech: Speech, now: number): HeardItem {
  const { itemId, sentMs, complete } = speech;
  return { itemId, heardMs: Math.floor(heardMsOf(ledger, speech, now)), sentMs, complete };
}

/** How much of an item is proven to be heard, ms: by marks, and by what the far end says it played. */
export function provenMsOf(
  { pieces, paused }: Ledger,
  { itemId, sentMs, heardMs }: Speech,
  played: { readonly itemId: string; readonly ms: number },
): number {
  if (paused) return heardMs;
  const next = pieces.find((piece) => piece.itemId === itemId);
  if (!next) return sentMs;
  return Math.min(Math.max(next.fromMs, heardMs, played.itemId === itemId ? played.ms : 0), sentMs);
}

/** Whether more of this item, or of a new one, can be kept track of. */
export function hasRoom({ pieces, speeches }: Ledger, itemId: string, ms: number): boolean {
  const known = speeches.some((each) => each.itemId === itemId);
  if (!known && speeches.length >= LEDGER_LIMITS.speeches) return false;
  const unheardMs = speeches.reduce((sum, each) => sum + each.sentMs - each.heardMs, ms);
  if (unheardMs > LEDGER_LIMITS.unheardMs) return false;
  // Pieces are told apart up to a limit, and then one for each change of item: as many as items fit.
  const joins = pieces.at(-1)?.itemId === itemId;
  return joins || pieces.length < LEDGER_LIMITS.pieces + LEDGER_LIMITS.speeches;
}

/** Adds a piece: to the one before it where that has no mark yet, or the ledger is full, and its end is what proves both. */
export function withPiece(pieces: readonly Piece[], piece: Piece): readonly Piece[] {
  const last = pieces.at(-1);
  const joins = last?.itemId === piece.itemId && (last.mark === null || pieces.length >= LEDGER_LIMITS.pieces);
  if (!joins) return [...pieces, piece];
  const joined = { ...piece, fromMs: last.fromMs, ms: last.ms + piece.ms, startsAt: piece.startsAt - last.ms };
  return [...pieces.slice(0, -1), joined];
}

/** Whether a piece of an item that is under way is to have a mark: together with what has none yet it is long enough. */
export function isMarkDue(pieces: readonly Piece[], ms: number): boolean {
  const last = pieces.at(-1);
  return ms + (last?.mark === null ? last.ms : 0) >= LEDGER_LIMITS.markEachMs;
}

/** Whether the caller heard all of an item that has an end. */
export function isHeard({ pieces, paused }: Ledger, speech: Speech): boolean {
  if (!speech.complete) return false;
  return paused ? speech.heardMs >= speech.sentMs : !pieces.some((piece) => piece.itemId === speech.itemId);
}

/** The unheard stretches of an item, in pieces that can be marked one by one; from a whole frame on. */
export function unheardStretches(speech: Speech): readonly { readonly fromMs: number; readonly ms: number }[] {
  const stretches: { fromMs: number; ms: number }[] = [];
  let fromMs = Math.floor(speech.heardMs / FRAME_MS) * FRAME_MS;
  while (fromMs < speech.sentMs) {
    const ms = Math.min(LEDGER_LIMITS.replayMs, speech.sentMs - fromMs);
    stretches.push({ fromMs, ms });
    fromMs += ms;
  }
  return stretches;
}
