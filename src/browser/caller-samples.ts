/** The caller's audio as it comes from a browser: checked, and cut where a sample ends. */
import { type AudioFormat, BYTES_PER_MS } from '../domain/audio-format.ts';

const BYTES_PER_SAMPLE: Readonly<Record<AudioFormat, number>> = { 'audio/pcmu': 1, 'audio/pcm': 2 };
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

export class CallerSamples {
  private readonly format: AudioFormat;
  /** The first half of a sample whose second half comes with the next message. */
  private rest: Buffer = Buffer.alloc(0);

  constructor(format: AudioFormat) {
    this.format = format;
  }

  /** Whole samples, base64, with their length in ms; empty where there are none yet. Null where this is no base64. */
  take(data: string): { readonly payload: string; readonly ms: number } | null {
    if (!BASE64.test(data)) return null;
    const bytes = Buffer.concat([this.rest, Buffer.from(data, 'base64')]);
    const whole = bytes.length - (bytes.length % BYTES_PER_SAMPLE[this.format]);
    this.rest = Buffer.from(bytes.subarray(whole));
    const samples = bytes.subarray(0, whole);
    return { payload: samples.toString('base64'), ms: samples.length / BYTES_PER_MS[this.format] };
  }
}
