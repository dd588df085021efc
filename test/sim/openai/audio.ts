/**
 * The two wire formats of a session, both turned into the 8 kHz µ-law samples that simulated speech is made of.
 * `audio/pcmu` is taken as it is. `audio/pcm` (24 kHz, 16-bit, little-endian) is read by taking every third sample and
 * written by saying every sample three times, so that µ-law bytes survive the trip (0x7F and 0xFF, both zero, merge).
 */
import type { RealtimeAudioFormats } from 'openai/resources/realtime/realtime';

const PCM_PER_MULAW = 3;
const BYTES_PER_PCM = 2;
const BIAS = 0x84;
const CLIP = 32_635;

const DECODED = Int16Array.from({ length: 256 }, (_, byte) => decodeMulaw(byte));
const ENCODED = Uint8Array.from({ length: 65_536 }, (_, bits) => encodeMulaw((bits << 16) >> 16));

/** Reads the audio that a client appends; pieces may end within a sample. */
export interface AudioReader {
  read(bytes: Buffer): Uint8Array;
}

export function audioReader(format: RealtimeAudioFormats): AudioReader {
  return format.type === 'audio/pcm' ? new PcmReader() : { read: (bytes) => bytes };
}

/** µ-law samples as the bytes of the format. */
export function writeAudio(format: RealtimeAudioFormats, samples: Uint8Array): Buffer {
  if (format.type !== 'audio/pcm') return Buffer.from(samples.buffer, samples.byteOffset, samples.length);
  const pcm = Buffer.alloc(samples.length * PCM_PER_MULAW * BYTES_PER_PCM);
  let at = 0;
  for (const sample of samples) {
    const value = DECODED[sample] ?? 0;
    for (let copy = 0; copy < PCM_PER_MULAW; copy++) at = pcm.writeInt16LE(value, at);
  }
  return pcm;
}

/** How long so many bytes of the format last, in ms. */
export function audioMs(format: RealtimeAudioFormats, bytes: number): number {
  return format.type === 'audio/pcm' ? bytes / 48 : bytes / 8;
}

class PcmReader implements AudioReader {
  /** The first byte of a sample cut in two, or -1. */
  private half = -1;
  /** Samples to skip before the next one that counts. */
  private skip = 0;

  read(bytes: Buffer): Uint8Array {
    const samples = new Uint8Array(Math.ceil(bytes.length / (PCM_PER_MULAW * BYTES_PER_PCM)) + 1);
    let taken = 0;
    let at = 0;
    while (at < bytes.length) {
      const low = this.half >= 0 ? this.half : (bytes[at++] ?? 0);
      if (at >= bytes.length) {
        this.half = low;
        break;
      }
      this.half = -1;
      const bits = low | ((bytes[at++] ?? 0) << 8);
      if (this.skip === 0) samples[taken++] = ENCODED[bits] ?? 0;
      this.skip = this.skip === 0 ? PCM_PER_MULAW - 1 : this.skip - 1;
    }
    return samples.subarray(0, taken);
  }
}

/** ITU-T G.711. */
function decodeMulaw(byte: number): number {
  const inverted = ~byte & 0xff;
  const magnitude = (((inverted & 0x0f) << 3) + BIAS) << ((inverted >> 4) & 0x07);
  return (inverted & 0x80) !== 0 ? BIAS - magnitude : magnitude - BIAS;
}

function encodeMulaw(value: number): number {
  const sign = value < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(value), CLIP) + BIAS;
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}
