/**
 * The caller's audio as it comes from a browser, in pieces of any length: checked, cut anew into frames as long as a
 * telephone's (so that what is counted in frames elsewhere is as long as it should be), and measured for speech by its
 * loudness. What fills no frame waits for the next piece, or for the end of the turn (`flush`).
 */
import { type AudioFormat, BYTES_PER_MS, FRAME_MS } from '../domain/audio-format.ts';

const BYTES_PER_SAMPLE: Readonly<Record<AudioFormat, number>> = { 'audio/pcmu': 1, 'audio/pcm': 2 };
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
/** Amplitude of 16 bits below which nobody speaks: some -48 dB. */
const HISS = 130;
/** The same in µ-law: samples with exponent 0 are under 124. */
const LOUD_EXPONENT = 1;
/** Looked at: every so many samples. */
const STRIDE = 4;

export interface Taken {
  /** Base64, 20 ms each; the last one of a turn may be shorter. */
  readonly frames: readonly string[];
  /** How much of them is loud enough for speech, ms. */
  readonly speechMs: number;
}

export class CallerSamples {
  private readonly format: AudioFormat;
  private readonly frameBytes: number;
  private rest: Buffer = Buffer.alloc(0);

  constructor(format: AudioFormat) {
    this.format = format;
    this.frameBytes = FRAME_MS * BYTES_PER_MS[format];
  }

  /** Null where this is no base64. */
  take(data: string): Taken | null {
    if (!BASE64.test(data)) return null;
    const bytes = Buffer.concat([this.rest, Buffer.from(data, 'base64')]);
    return this.cut(bytes, this.frameBytes);
  }

  /** What waits for more, where nothing more is to be waited for; half a sample still waits for its other half. */
  flush(): Taken {
    return this.cut(this.rest, BYTES_PER_SAMPLE[this.format]);
  }

  /** What comes next begins with a whole sample, whatever came before: no half of one is waited for. */
  restart(): void {
    this.rest = this.rest.subarray(0, this.rest.length - (this.rest.length % BYTES_PER_SAMPLE[this.format]));
  }

  /** Frames of the bytes there are, as far as these are a multiple of `unit`; the others wait. */
  private cut(bytes: Buffer, unit: number): Taken {
    const end = bytes.length - (bytes.length % unit);
    this.rest = Buffer.from(bytes.subarray(end));
    const frames: string[] = [];
    let speechMs = 0;
    for (let at = 0; at < end; at += this.frameBytes) {
      const frame = bytes.subarray(at, Math.min(at + this.frameBytes, end));
      frames.push(frame.toString('base64'));
      if (this.isLoud(frame)) speechMs += frame.length / BYTES_PER_MS[this.format];
    }
    return { frames, speechMs };
  }

  private isLoud(samples: Buffer): boolean {
    const isUlaw = this.format === 'audio/pcmu';
    for (let at = 0; at < samples.length; at += STRIDE * BYTES_PER_SAMPLE[this.format]) {
      const isLoud = isUlaw
        ? ((~samples.readUInt8(at) >> 4) & 7) >= LOUD_EXPONENT
        : Math.abs(samples.readInt16LE(at)) > HISS;
      if (isLoud) return true;
    }
    return false;
  }
}
