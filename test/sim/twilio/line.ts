/**
 * A phone's audio path: each 20 ms it takes a frame from the mic, exchanges it with whatever the call is connected to at
 * the moment (a stream, a spoken sentence, another phone), and plays what came back into the ear.
 *
 * It is driven by the shared ticker from `open` to `close`. Its time, `nowMs`, counts ticks since the call was answered.
 */
import type { Ear } from './ear.ts';
import type { Mic } from './mic.ts';
import { TICK_MS, type Ticker } from './ticker.ts';

/** What is at the other end of a line. */
export interface FarEnd {
  /** 20 ms in each direction; undefined stands for silence. */
  exchange(spoken: Buffer | undefined): Buffer | undefined;
  /** A key was pressed. */
  onDigit?(digit: string): void;
}

const KEY_MS = 100;
const MAX_DIGITS = 64;

export class Line {
  readonly mic: Mic;
  readonly ear: Ear;
  private readonly ticker: Ticker;
  private readonly onTick: (nowMs: number) => void;
  private farEnd: FarEnd | undefined;
  private stopTicking: (() => void) | undefined;
  private digits: readonly string[] = [];
  private nextDigitMs = 0;
  nowMs = 0;

  constructor(mic: Mic, ear: Ear, ticker: Ticker, onTick: (nowMs: number) => void) {
    this.mic = mic;
    this.ear = ear;
    this.ticker = ticker;
    this.onTick = onTick;
  }

  open(): void {
    this.stopTicking ??= this.ticker.add(() => this.tick());
  }

  close(): void {
    this.stopTicking?.();
    this.stopTicking = undefined;
    this.farEnd = undefined;
    this.ear.cut(this.nowMs);
    this.mic.stop();
  }

  /** Connects the line to a far end; the returned function disconnects it, unless another has taken its place. */
  connect(farEnd: FarEnd): () => void {
    this.farEnd = farEnd;
    return () => {
      if (this.farEnd === farEnd) this.farEnd = undefined;
    };
  }

  /** The far end dropped what it had still to play. */
  cut(): void {
    this.ear.cut(this.nowMs);
  }

  /** Presses keys one after another, as a finger does; keys that nobody waits for are lost. */
  press(digits: string): void {
    if (this.digits.length === 0) this.nextDigitMs = this.nowMs;
    this.digits = [...this.digits, ...Array.from(digits)].slice(0, MAX_DIGITS);
  }

  private pressNext(nowMs: number): void {
    const [digit, ...rest] = this.digits;
    this.digits = rest;
    this.nextDigitMs = nowMs + KEY_MS;
    if (digit !== undefined) this.farEnd?.onDigit?.(digit);
  }

  private tick(): void {
    const nowMs = this.nowMs;
    const spoken = this.mic.next(nowMs);
    this.ear.hear(this.farEnd?.exchange(spoken), nowMs);
    if (this.digits.length > 0 && nowMs >= this.nextDigitMs) this.pressNext(nowMs);
    this.nowMs = nowMs + TICK_MS;
    this.onTick(this.nowMs);
  }
}
