/**
 * The audio that a stream has been sent and the phone has not yet played: played 20 ms a tick, with marks that come
 * back when everything before them has played. Bounded: more than `MAX_BUFFERED_MS` is refused.
 */
import { FRAME_SAMPLES, SAMPLES_PER_MS } from '../speech.ts';

export const MAX_BUFFERED_MS = 10 * 60 * 1000;

interface Mark {
  readonly name: string;
  /** Samples of the stream before it. */
  readonly position: number;
}

export interface PlayedFrame {
  /** Up to 160 samples; undefined when there was nothing to play. */
  readonly samples: Buffer | undefined;
  /** Marks whose audio has now been played. */
  readonly marks: readonly string[];
}

const NO_MARKS: readonly string[] = [];

export class Playout {
  private chunks: Buffer[] = [];
  private offset = 0;
  private marks: Mark[] = [];
  /** Samples taken in, begun to play, and played to their end. */
  private received = 0;
  private taken = 0;
  private played = 0;
  /** Where what is played without a pause began. */
  private runFrom = 0;

  get bufferedMs(): number {
    return (this.received - this.taken) / SAMPLES_PER_MS;
  }

  /** False when the buffer is full: the audio is dropped. */
  append(samples: Buffer): boolean {
    if (this.bufferedMs + samples.length / SAMPLES_PER_MS > MAX_BUFFERED_MS) return false;
    if (this.taken >= this.received) this.runFrom = this.received;
    if (samples.length > 0) this.chunks.push(samples);
    this.received += samples.length;
    return true;
  }

  /** True when nothing before the mark is left to play, so that it comes back at once. */
  mark(name: string): boolean {
    if (this.played >= this.received) return true;
    this.marks.push({ name, position: this.received });
    return false;
  }

  /**
   * Drops what was not played. All pending marks come back, though their audio was never heard. `playedMs`: how much was
   * played since there was last nothing to play.
   */
  clear(): { readonly marks: readonly string[]; readonly droppedMs: number; readonly playedMs: number } {
    const droppedMs = this.bufferedMs;
    const playedMs = (this.taken - this.runFrom) / SAMPLES_PER_MS;
    const marks = this.marks.map((mark) => mark.name);
    this.chunks = [];
    this.offset = 0;
    this.marks = [];
    this.taken = this.received;
    this.played = this.received;
    return { marks, droppedMs, playedMs };
  }

  /** The next 20 ms. The frame given out before has then been played. */
  next(): PlayedFrame {
    this.played = this.taken;
    const marks = this.marks.length === 0 ? NO_MARKS : this.reachedMarks();
    const samples = this.takeFrame();
    if (samples !== undefined) this.taken += samples.length;
    return { samples, marks };
  }

  private reachedMarks(): readonly string[] {
    const waiting = this.marks.findIndex((mark) => mark.position > this.played);
    return this.marks.splice(0, waiting < 0 ? this.marks.length : waiting).map((mark) => mark.name);
  }

  private takeFrame(): Buffer | undefined {
    const head = this.chunks[0];
    if (head === undefined) return undefined;
    const end = this.offset + FRAME_SAMPLES;
    if (end <= head.length) {
      const frame = head.subarray(this.offset, end);
      this.offset = end;
      if (end === head.length) this.dropHead();
      return frame;
    }
    const pieces: Buffer[] = [];
    for (let missing = FRAME_SAMPLES; missing > 0 && this.chunks[0] !== undefined; ) {
      const piece = this.chunks[0].subarray(this.offset, this.offset + missing);
      pieces.push(piece);
      missing -= piece.length;
      this.offset += piece.length;
      if (this.offset === this.chunks[0].length) this.dropHead();
    }
    return Buffer.concat(pieces);
  }

  private dropHead(): void {
    this.chunks.shift();
    this.offset = 0;
  }
}
