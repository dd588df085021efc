/**
 * What the person at a phone says: sentences, noise and pauses in order, handed out 20 ms a tick. Between them there is
 * nothing (silence). Time is the line's own, in ms since the call was answered.
 */
import { FRAME_SAMPLES, noise, SAMPLES_PER_MS, SILENT_SAMPLE, speakSentence } from '../speech.ts';
import { TICK_MS } from './ticker.ts';

export interface Said {
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface MicListener {
  onStart(text: string): void;
  onEnd(said: Said): void;
}

interface Utterance {
  /** Empty for noise and pauses. */
  readonly text: string;
  readonly audio: Buffer | undefined;
  readonly lengthMs: number;
  readonly done: () => void;
}

const MAX_QUEUED = 200;

export class Mic {
  private readonly pace: number;
  private readonly listener: MicListener;
  private queue: Utterance[] = [];
  private spokenMs = 0;
  private startedAtMs = 0;

  constructor(pace: number, listener: MicListener) {
    this.pace = pace;
    this.listener = listener;
  }

  get busy(): boolean {
    return this.queue.length > 0;
  }

  /** Resolves when the sentence has been said to its end, or was given up because the line went dead. */
  say(text: string): Promise<void> {
    const audio = speakSentence(text, this.pace);
    return this.enqueue(text, audio, audio.length / SAMPLES_PER_MS);
  }

  /** A sound that is no word. */
  makeNoise(ms: number): Promise<void> {
    return this.enqueue('', noise(ms), ms);
  }

  /** Says nothing for a while, after what is being said. */
  keepSilent(ms: number): Promise<void> {
    return this.enqueue('', undefined, ms);
  }

  /** The next 20 ms of sound, or undefined for silence. */
  next(nowMs: number): Buffer | undefined {
    const current = this.queue[0];
    if (current === undefined) return undefined;
    if (this.spokenMs === 0) {
      this.startedAtMs = nowMs;
      if (current.text !== '') this.listener.onStart(current.text);
    }
    const from = this.spokenMs * SAMPLES_PER_MS;
    const frame = current.audio?.subarray(from, from + FRAME_SAMPLES);
    this.spokenMs += TICK_MS;
    if (this.spokenMs >= current.lengthMs) this.finish(current, nowMs + TICK_MS);
    return frame === undefined || frame.length === FRAME_SAMPLES ? frame : padded(frame);
  }

  /** Breaks off and forgets everything still to be said. */
  stop(): void {
    const unsaid = this.queue;
    this.queue = [];
    this.spokenMs = 0;
    for (const utterance of unsaid) utterance.done();
  }

  private enqueue(text: string, audio: Buffer | undefined, lengthMs: number): Promise<void> {
    if (this.queue.length >= MAX_QUEUED) throw new Error(`more than ${MAX_QUEUED} things to say`);
    return new Promise((resolve) => this.queue.push({ text, audio, lengthMs, done: resolve }));
  }

  private finish(utterance: Utterance, nowMs: number): void {
    this.queue.shift();
    this.spokenMs = 0;
    if (utterance.text !== '') this.listener.onEnd({ text: utterance.text, fromMs: this.startedAtMs, toMs: nowMs });
    utterance.done();
  }
}

function padded(frame: Buffer): Buffer {
  return Buffer.concat([frame, Buffer.alloc(FRAME_SAMPLES - frame.length, SILENT_SAMPLE)]);
}
