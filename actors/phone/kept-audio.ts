/**
 * What was sent to the caller's ear and is not known to be heard, so that it can be played again after a pause. Audio is
 * no part of the phone's state: the state says which stretch, this has the samples, in order; what was heard is let go
 * at the next mark.
 */
import { type AudioFormat, BYTES_PER_MS } from '../../src/domain/audio-format.ts';
import { FrameLog } from '../kernel/frame-log.ts';
import type { AudioPayload } from './messages.ts';
import type { PhoneState } from './state.ts';

/** Room for 600 ms of telephone audio in base64, which is as long as a piece that is played mostly is. */
const BLOCK_BYTES = 6_656;

interface Chunk {
  readonly itemId: string;
  readonly fromMs: number;
  readonly ms: number;
}

export class KeptAudio {
  private readonly bytesPerMs: number;
  private chunks: Chunk[] = [];
  /** The chunks' audio, in the same order. */
  private readonly audio = new FrameLog(BLOCK_BYTES);

  constructor(format: AudioFormat = 'audio/pcmu') {
    this.bytesPerMs = BYTES_PER_MS[format];
  }

  /** How many messages of audio are kept. */
  get size(): number {
    return this.chunks.length;
  }

  add({ itemId, fromMs, ms, payload }: Chunk & { readonly payload: AudioPayload }): void {
    this.chunks.push({ itemId, fromMs, ms });
    this.audio.push(payload);
  }

  /** The samples of a stretch of an item, to the end of its last whole frame; empty where they are gone. */
  read(itemId: string, fromMs: number, ms: number): AudioPayload {
    const parts: Buffer[] = [];
    const payloads = this.audio.from(this.audio.first);
    for (const [index, chunk] of this.chunks.entries()) {
      const toMs = chunk.fromMs + chunk.ms;
      if (chunk.itemId !== itemId || toMs <= fromMs || chunk.fromMs >= fromMs + ms) continue;
      const bytes = Buffer.from(payloads[index] ?? '', 'base64');
      const begin = Math.max(0, (fromMs - chunk.fromMs) * this.bytesPerMs);
      // The last chunk of an item may be filled with silence beyond its length: that belongs to its last frame.
      const end = fromMs + ms < toMs ? (fromMs + ms - chunk.fromMs) * this.bytesPerMs : bytes.length;
      parts.push(bytes.subarray(begin, end));
    }
    return Buffer.concat(parts).toString('base64');
  }

  /** Lets go of what the state no longer has a use for. */
  trim({ pieces, speeches, paused }: PhoneState): void {
    let heard = 0;
    for (const { itemId, fromMs, ms } of this.chunks) {
      const speech = speeches.find((each) => each.itemId === itemId);
      const next = pieces.find((piece) => piece.itemId === itemId);
      const neededFromMs = paused ? speech?.heardMs : (next?.fromMs ?? speech?.sentMs);
      if (speech && neededFromMs !== undefined && fromMs + ms > neededFromMs) break;
      heard++;
    }
    if (heard === 0) return;
    this.chunks.splice(0, heard);
    this.audio.dropBefore(this.audio.first + heard);
  }

  /** The line is over: nothing is played again. */
  close(): void {
    this.chunks = [];
    this.audio.close();
  }
}
