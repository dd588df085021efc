/**
 * What the person at a phone hears: words read out of the audio that was really played, grouped into utterances.
 *
 * An utterance ends with a pause of `UTTERANCE_PAUSE_MS`, a shorter one after which the person speaks, or where the audio
 * was cut. When the far end has nothing to play
 * for a moment inside a word, a person still understands it: such a stutter is noted as a gap; a longer one spoils the word.
 */
import { isVoice, Listener, SAMPLES_PER_MS } from '../speech.ts';
import { TICK_MS } from './ticker.ts';

export const UTTERANCE_PAUSE_MS = 400;
const LONGEST_STUTTER_MS = 120;
const TURN_PAUSE_MS = 60;

export interface HeardWord {
  /** Empty when the word was cut off or garbled, so that nobody could understand it. */
  readonly word: string;
  /** Since the call was answered. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly playedFully: boolean;
}

export interface HeardUtterance {
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** True when it ended because the audio was cut, not by a pause. */
  readonly cut: boolean;
}

/** Speech stopped for `gapMs` and went on: the far end had nothing to play in time. */
export interface MediaGap {
  readonly atMs: number;
  readonly gapMs: number;
}

export interface EarListener {
  onWord(word: HeardWord): void;
  onUtterance(utterance: HeardUtterance): void;
  onGap(gap: MediaGap): void;
}

export class Ear {
  private readonly listener: EarListener;
  private readonly words = new Listener();
  private samples = 0;
  private utterance: HeardWord[] = [];
  private voiceEndedAtMs: number | undefined;
  private idleMs = 0;

  constructor(listener: EarListener) {
    this.listener = listener;
  }

  /** How long nobody has been heard, at the given time; infinite before the first sound. */
  quietMs(nowMs: number): number {
    return this.voiceEndedAtMs === undefined ? Number.POSITIVE_INFINITY : nowMs - this.voiceEndedAtMs;
  }

  /** What the phone plays from `nowMs` on for 20 ms; undefined when it has nothing to play. */
  hear(samples: Uint8Array | undefined, nowMs: number): void {
    if (samples === undefined || samples.length === 0) this.idle(nowMs);
    else this.play(samples, nowMs);
    if (this.utterance.length > 0 && this.quietMs(nowMs + TICK_MS) >= UTTERANCE_PAUSE_MS) this.endUtterance(false);
  }

  /** The person at the phone begins to speak: what they heard before, if it had paused, was an utterance. */
  turnTaken(nowMs: number): void {
    if (this.utterance.length > 0 && this.quietMs(nowMs) >= TURN_PAUSE_MS) this.endUtterance(false);
  }

  /** What was being played was dropped: the word under way is lost. */
  cut(nowMs: number): void {
    this.spoilWordUnderWay(nowMs);
    this.idleMs = 0;
    if (this.utterance.length > 0) this.endUtterance(true);
  }

  private play(samples: Uint8Array, nowMs: number): void {
    if (this.idleMs > 0 && this.utterance.length > 0 && this.quietMs(nowMs) < UTTERANCE_PAUSE_MS) {
      this.listener.onGap({ atMs: nowMs - this.idleMs, gapMs: this.idleMs });
    }
    this.idleMs = 0;
    this.samples += samples.length;
    const endMs = nowMs + samples.length / SAMPLES_PER_MS;
    if (isVoice(samples)) this.voiceEndedAtMs = endMs;
    for (const heard of this.words.push(samples)) {
      const toMs = endMs - (this.samples - heard.toSample) / SAMPLES_PER_MS;
      const fromMs = toMs - (heard.toSample - heard.fromSample) / SAMPLES_PER_MS;
      this.take({ word: heard.text, fromMs, toMs, playedFully: !heard.damaged });
    }
  }

  private idle(nowMs: number): void {
    this.idleMs += TICK_MS;
    const stutterIsOver = this.idleMs > LONGEST_STUTTER_MS && this.idleMs - TICK_MS <= LONGEST_STUTTER_MS;
    if (stutterIsOver) this.spoilWordUnderWay(nowMs);
  }

  private spoilWordUnderWay(nowMs: number): void {
    for (const heard of this.words.cut()) {
      const fromMs = nowMs - (heard.toSample - heard.fromSample) / SAMPLES_PER_MS;
      this.take({ word: '', fromMs, toMs: nowMs, playedFully: false });
    }
  }

  private take(word: HeardWord): void {
    this.utterance.push(word);
    this.listener.onWord(word);
  }

  private endUtterance(cut: boolean): void {
    const words = this.utterance;
    this.utterance = [];
    const text = wordsAsText(words);
    const [first, last] = [words[0], words.at(-1)];
    if (text === '' || first === undefined || last === undefined) return;
    this.listener.onUtterance({ text, fromMs: first.fromMs, toMs: last.toMs, cut });
  }
}

/** The words that were understood, as one line. */
export function wordsAsText(words: readonly HeardWord[]): string {
  return words
    .filter((word) => word.word !== '')
    .map((word) => word.word)
    .join(' ');
}
