/**
 * Cuts a model's audio into what a phone network takes: whole 20 ms frames. A model may send pieces of any length; what
 * is left over waits for the next piece of the same item, and the last frame of an item is filled with silence.
 */
import { type AudioFormat, BYTES_PER_MS, FRAME_MS, SILENCE } from '../../src/domain/audio-format.ts';
import type { AudioPayload } from './messages.ts';

export interface Framed {
  readonly ms: number;
  readonly payload: AudioPayload;
}

export class Framer {
  private readonly bytesPerMs: number;
  private readonly silence: number;
  private rest: Buffer = Buffer.alloc(0);
  private itemId = '';

  constructor(format: AudioFormat = 'audio/pcmu') {
    this.bytesPerMs = BYTES_PER_MS[format];
    this.silence = SILENCE[format];
  }

  /** The whole frames that this piece completes; null where it completes none. */
  push(itemId: string, payload: AudioPayload, ms: number): Framed | null {
    if (itemId !== this.itemId) this.start(itemId);
    if (this.rest.length === 0 && Number.isInteger(ms / FRAME_MS)) return { ms, payload };
    const bytes = Buffer.concat([this.rest, Buffer.from(payload, 'base64')]);
    const whole = bytes.length - (bytes.length % this.frameBytes);
    this.rest = bytes.subarray(whole);
    return whole === 0 ? null : this.framed(bytes.subarray(0, whole));
  }

  /** The item's last frame, where something is left of it; `ms` leaves the silence out, which the model did not say. */
  end(itemId: string): Framed | null {
    if (itemId !== this.itemId || this.rest.length === 0) return null;
    const last = Buffer.alloc(this.frameBytes, this.silence);
    this.rest.copy(last);
    const ms = this.rest.length / this.bytesPerMs;
    this.rest = Buffer.alloc(0);
    return { ms, payload: last.toString('base64') };
  }

  private get frameBytes(): number {
    return FRAME_MS * this.bytesPerMs;
  }

  private start(itemId: string): void {
    this.itemId = itemId;
    this.rest = Buffer.alloc(0);
  }

  private framed(bytes: Buffer): Framed {
    return { ms: bytes.length / this.bytesPerMs, payload: bytes.toString('base64') };
  }
}
