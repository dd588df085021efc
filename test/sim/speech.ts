/**
 * Simulated speech: words carried in the samples of telephone audio.
 *
 * A packet is a run of 8 kHz µ-law samples that starts with a header holding its length, a checksum and its text, and
 * goes on with a filler tone for as long as a person would take to say it. A packet is understood only when every
 * sample arrived once and in order, so "was it heard?" is answered by the audio itself. A caller says a sentence as one
 * packet (all or nothing); a voice that may be interrupted says one packet a word, so what was heard ends at a word.
 *
 * Header, all of it printable so that a trip through 16-bit PCM and back keeps it (µ-law 0x7F and 0xFF are both zero):
 *   magic (4) · samples in all (6 hex) · bytes of text (4 hex) · CRC-32 of the rest (8 hex) · text (UTF-8)
 */
import { crc32 } from 'node:zlib';

export const SAMPLES_PER_MS = 8;
export const FRAME_SAMPLES = 160;
export const SILENT_SAMPLE = 0xff;

const MAGIC = Buffer.from([0x5a, 0xc3, 0x1e, 0x96]);
const MAGIC_FIRST = 0x5a;
const HEADER_BYTES = MAGIC.length + 6 + 4 + 8;
/** A store bigger than this (two sentences of eight seconds) is let go once it is empty. */
const KEPT_STORE_BYTES = 128 * 1024;

/** What a listener made of a stretch of audio; positions count samples from the start of the stream. */
export interface Heard {
  readonly text: string;
  /** True when samples were missing, repeated or out of order; `text` is empty then. */
  readonly damaged: boolean;
  readonly fromSample: number;
  readonly toSample: number;
}

/** How long a person takes over a word, in ms, in whole 20 ms frames. `pace` 2 talks twice as fast. */
export function wordMs(word: string, pace = 1): number {
  const ms = (140 + 45 * Array.from(word).length) / pace;
  const atLeast = (HEADER_BYTES + Buffer.byteLength(word)) / SAMPLES_PER_MS;
  return Math.max(20, Math.ceil(Math.max(ms, atLeast) / 20) * 20);
}

/** One packet for the whole sentence: understood all or not at all. */
export function speakSentence(text: string, pace = 1): Buffer {
  const ms = words(text).reduce((sum, word) => sum + wordMs(word, pace), 0);
  return packet(text, ms);
}

/** One packet a word: what was heard ends where the audio was cut. */
export function speakWords(text: string, pace = 1): Buffer {
  return Buffer.concat(words(text).map((word) => packet(word, wordMs(word, pace))));
}

export function silence(ms: number): Buffer {
  return Buffer.alloc(Math.round(ms * SAMPLES_PER_MS), SILENT_SAMPLE);
}

/** Whether a stretch of audio holds a voice: at least a quarter of its samples are no silence. */
export function isVoice(samples: Uint8Array): boolean {
  let loud = 0;
  for (const sample of samples) if (sample !== SILENT_SAMPLE && sample !== 0x7f) loud++;
  return loud * 4 >= samples.length && samples.length > 0;
}

/** Noise with no words in it: what a voice detector hears as speech and a listener cannot understand. */
export function noise(ms: number): Buffer {
  return filler(Math.round(ms * SAMPLES_PER_MS), 7);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word.length > 0);
}

function packet(text: string, ms: number): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const samples = Math.max(Math.round(ms * SAMPLES_PER_MS), roundUpToFrame(HEADER_BYTES + bytes.length));
  const body = Buffer.concat([bytes, filler(samples - HEADER_BYTES - bytes.length, bytes.length)]);
  return Buffer.concat([
    MAGIC,
    Buffer.from(hex(samples, 6) + hex(bytes.length, 4) + hex(crc32(body), 8), 'latin1'),
    body,
  ]);
}

/** Never silent, never the magic, and of a period (251) that no frame size shares, so a shifted frame shows. */
function filler(samples: number, seed: number): Buffer {
  const bytes = Buffer.alloc(samples);
  for (let i = 0; i < samples; i++) bytes[i] = 0x20 + (((i + seed) % 251) % 0x39);
  return bytes;
}

function roundUpToFrame(samples: number): number {
  return Math.ceil(samples / FRAME_SAMPLES) * FRAME_SAMPLES;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/**
 * Reads words out of a stream of µ-law samples, in pieces of any size. Silence costs one byte search: nothing is copied
 * or kept before the magic sets in, and a packet under way is copied once and looked at again only when it is complete.
 */
export class Listener {
  private store: Buffer = Buffer.alloc(0);
  /** What is kept is `store` from here … */
  private start = 0;
  /** … to here. */
  private end = 0;
  /** Samples of the stream before `start`. */
  private passed = 0;
  /** How many samples must be kept before looking again can tell anything new. */
  private needed = 1;

  /** What became complete with this piece. Memory is bounded by the longest packet. */
  push(samples: Uint8Array): Heard[] {
    if (this.kept === 0 && samples.indexOf(MAGIC_FIRST) < 0) {
      this.passed += samples.length;
      return [];
    }
    this.keep(samples);
    const heard: Heard[] = [];
    for (let next = this.takeOne(); next !== undefined; next = this.takeOne()) heard.push(next);
    return heard;
  }

  /** The stream ended or was cut: a packet under way is damaged, and what follows starts afresh. */
  cut(): Heard[] {
    const started = this.indexOfMagic() >= 0;
    const at = this.passed;
    this.drop(this.kept);
    return started ? [{ text: '', damaged: true, fromSample: at, toSample: this.passed }] : [];
  }

  private get kept(): number {
    return this.end - this.start;
  }

  private takeOne(): Heard | undefined {
    if (this.kept < this.needed) return undefined;
    const magic = this.indexOfMagic();
    this.drop(magic < 0 ? this.kept - this.magicBegunAtEnd() : magic);
    if (magic < 0) return undefined;
    if (this.kept < HEADER_BYTES) return this.waitFor(HEADER_BYTES);
    const header = this.store.toString('latin1', this.start + MAGIC.length, this.start + HEADER_BYTES);
    if (!/^[0-9a-f]{18}$/.test(header)) return this.damaged(MAGIC.length);
    const samples = Number.parseInt(header.slice(0, 6), 16);
    const textBytes = Number.parseInt(header.slice(6, 10), 16);
    if (samples < HEADER_BYTES + textBytes) return this.damaged(MAGIC.length);
    if (this.kept < samples) return this.waitFor(samples);
    const body = this.store.subarray(this.start + HEADER_BYTES, this.start + samples);
    if (crc32(body) !== Number.parseInt(header.slice(10), 16)) return this.damaged(MAGIC.length);
    const text = body.toString('utf8', 0, textBytes);
    const fromSample = this.passed;
    this.drop(samples);
    return { text, damaged: false, fromSample, toSample: this.passed };
  }

  private waitFor(samples: number): undefined {
    this.needed = samples;
    return undefined;
  }

  private damaged(skip: number): Heard {
    const fromSample = this.passed;
    this.drop(skip);
    return { text: '', damaged: true, fromSample, toSample: this.passed };
  }

  private indexOfMagic(): number {
    return this.store.subarray(this.start, this.end).indexOf(MAGIC);
  }

  /** How many samples at the end may be the beginning of the magic. */
  private magicBegunAtEnd(): number {
    for (let length = Math.min(MAGIC.length - 1, this.kept); length > 0; length--) {
      const tail = this.store.subarray(this.end - length, this.end);
      if (tail.equals(MAGIC.subarray(0, length))) return length;
    }
    return 0;
  }

  private keep(samples: Uint8Array): void {
    if (this.end + samples.length > this.store.length) this.makeRoom(samples.length);
    this.store.set(samples, this.end);
    this.end += samples.length;
  }

  /** Moves what is kept to the front, of a bigger store where it would not fit twice. */
  private makeRoom(samples: number): void {
    const wanted = Math.max(this.needed, this.kept + samples);
    const store = wanted * 2 > this.store.length ? Buffer.allocUnsafe(wanted * 2) : this.store;
    this.store.copy(store, 0, this.start, this.end);
    this.store = store;
    this.end = this.kept;
    this.start = 0;
  }

  private drop(samples: number): void {
    this.start += samples;
    this.passed += samples;
    this.needed = 1;
    if (this.start < this.end) return;
    this.start = 0;
    this.end = 0;
    if (this.store.length > KEPT_STORE_BYTES) this.store = Buffer.alloc(0);
  }
}
