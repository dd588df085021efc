/**
 * What a browser was sent and has played, in the words a phone line has for it: marks that come back. A client that
 * tells what it played (`played`) proves it; for one that never does, the clock estimates.
 */
import type { BrowserMemory } from './memory.ts';

interface Piece {
  readonly itemId: string;
  /** Where in the item it ends, ms. */
  readonly endMs: number;
  /** When it should have been played by the clock, ms of the same origin as `now`. */
  readonly playedAt: number;
  mark: string | null;
}

/** How much of an item a client says it has played, ms. */
export interface Played {
  readonly itemId: string;
  readonly ms: number;
}

/** A client counts in frames of its own: that much more or less than a piece still is all of it. */
const TOLERANCE_MS = 20;
/** Items that a client may still tell of. */
const ITEMS = 64;

export class Playback {
  private readonly now: () => number;
  private readonly onMark: (name: string) => void;
  private pieces: Piece[] = [];
  /** How much of each item was sent, ms; the newest last. */
  private readonly items = new Map<string, number>();
  /** Another node sent audio before, of which not all is known here. */
  private readonly isContinued: boolean;
  private lastTold: Played | null = null;
  private timer: NodeJS.Timeout | undefined;

  /** `kept`: what another node knew. */
  constructor(
    now: () => number,
    onMark: (name: string) => void,
    kept: Pick<BrowserMemory, 'played' | 'sent'> | null = null,
  ) {
    this.now = now;
    this.onMark = onMark;
    this.lastTold = kept?.played ?? null;
    this.isContinued = kept !== null;
    for (const { itemId } of kept?.sent ?? []) this.items.set(itemId, Number.POSITIVE_INFINITY);
  }

  /** What the client told last; null for one that never tells. */
  get told(): Played | null {
    return this.lastTold;
  }

  sent(itemId: string, fromMs: number, ms: number): void {
    const after = Math.max(this.now(), this.pieces.at(-1)?.playedAt ?? 0);
    const endMs = fromMs + ms;
    this.pieces.push({ itemId, endMs, playedAt: after + ms, mark: null });
    const sentMs = Math.max(endMs, this.items.get(itemId) ?? 0);
    this.items.delete(itemId);
    this.items.set(itemId, sentMs);
    for (const oldest of this.items.keys()) if (this.items.size > ITEMS) this.items.delete(oldest);
  }

  marked(name: string): void {
    const last = this.pieces.at(-1);
    if (last) last.mark = name;
    else this.onMark(name);
    this.watch();
  }

  /** The client has played this item up to `ms`, and all that was sent before it; false where it was not sent so much. */
  played(itemId: string, ms: number): boolean {
    const sentMs = this.items.get(itemId) ?? (this.isContinued ? Infinity : -Infinity);
    if (ms > sentMs + TOLERANCE_MS) return false;
    this.lastTold = { itemId, ms };
    this.stop();
    const last = this.pieces.findLastIndex((piece) => piece.itemId === itemId && piece.endMs <= ms + TOLERANCE_MS);
    this.giveBack(last + 1);
    return true;
  }

  /** What was not played never will be. */
  clear(): void {
    this.stop();
    this.pieces = [];
  }

  private giveBack(count: number): void {
    for (const { mark } of this.pieces.splice(0, count)) if (mark !== null) this.onMark(mark);
  }

  private watch(): void {
    const [first] = this.pieces;
    if (this.lastTold || this.timer !== undefined || !first) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        const now = this.now();
        this.giveBack(this.pieces.findLastIndex((piece) => piece.playedAt <= now) + 1);
        this.watch();
      },
      Math.max(0, first.playedAt - this.now()),
    );
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
