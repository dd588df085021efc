/**
 * Ava's speech on its way to the caller, in few large pieces. The service sends it in small ones, several times as fast
 * as it is spoken, and a piece costs the same to pass on however long it is. The first piece of an item goes on at once;
 * what follows waits for more while the caller still has enough to hear, and its words wait with it.
 */
import { type AudioFormat, BYTES_PER_MS } from '../domain/audio-format.ts';

export const GATHERING_LIMITS = {
  /** So much is a piece: as long as a stretch with one mark. */
  pieceMs: 600,
  /** What the caller has still to hear when waiting ends: for the way to their ear, and for a node that is busy. */
  aheadMs: 120,
  /** How often it is looked whose waiting ends. */
  beatMs: 20,
} as const;

/** What is passed on; `payload` is base64. */
export interface SpeechOutlet {
  audio(itemId: string, ms: number, payload: string): void;
  words(itemId: string, text: string): void;
}

/** Sees to it that nothing waits too long, for all sessions of a node; its timer runs while anything waits. */
export class SpeechGathering {
  private readonly waiting = new Set<GatheredSpeech>();
  private beating: NodeJS.Timeout | undefined;

  add(speech: GatheredSpeech): void {
    this.waiting.add(speech);
    this.beating ??= setInterval(() => this.beat(), GATHERING_LIMITS.beatMs).unref();
  }

  remove(speech: GatheredSpeech): void {
    this.waiting.delete(speech);
  }

  private beat(): void {
    const nextBeatAt = performance.now() + GATHERING_LIMITS.beatMs;
    for (const speech of this.waiting) if (speech.dueAt < nextBeatAt) speech.flush();
    if (this.waiting.size > 0) return;
    clearInterval(this.beating);
    this.beating = undefined;
  }
}

/** The speech of one session. */
export class GatheredSpeech {
  private readonly gathering: SpeechGathering;
  private readonly outlet: SpeechOutlet;
  private readonly bytesPerMs: number;
  /** Made when anything is to wait. */
  private store: Buffer | undefined;
  private stored = 0;
  private text = '';
  private isWaiting = false;
  private itemId = '';
  /** When the caller will have heard what was passed on, at the earliest, by `performance.now()`. */
  private heardAt = 0;

  constructor(gathering: SpeechGathering, format: AudioFormat, outlet: SpeechOutlet) {
    this.gathering = gathering;
    this.outlet = outlet;
    this.bytesPerMs = BYTES_PER_MS[format];
  }

  /** When what waits has to go on, by `performance.now()`. */
  get dueAt(): number {
    return this.heardAt - GATHERING_LIMITS.aheadMs;
  }

  audio(itemId: string, ms: number, payload: string): void {
    this.begin(itemId);
    if (performance.now() >= this.dueAt || !this.fits(ms)) {
      this.flush();
      this.pass(ms, payload);
      return;
    }
    this.store ??= Buffer.allocUnsafeSlow(GATHERING_LIMITS.pieceMs * this.bytesPerMs);
    this.stored += this.store.write(payload, this.stored, 'base64');
    this.wait();
    if (this.stored === this.store.length) this.flush();
  }

  words(itemId: string, text: string): void {
    this.begin(itemId);
    if (performance.now() >= this.dueAt) {
      this.flush();
      this.outlet.words(itemId, text);
      return;
    }
    this.text += text;
    this.wait();
  }

  /** Passes on what waits: before anything else that is told of the session. */
  flush(): void {
    if (!this.isWaiting) return;
    const { store, stored, text } = this;
    this.close();
    if (text !== '') this.outlet.words(this.itemId, text);
    if (store && stored > 0) this.pass(stored / this.bytesPerMs, store.toString('base64', 0, stored));
  }

  /** What waits goes nowhere any more. */
  close(): void {
    if (this.isWaiting) this.gathering.remove(this);
    this.isWaiting = false;
    this.stored = 0;
    this.text = '';
  }

  private begin(itemId: string): void {
    if (itemId === this.itemId) return;
    this.flush();
    this.itemId = itemId;
    this.heardAt = 0;
  }

  private fits(ms: number): boolean {
    return this.stored / this.bytesPerMs + ms <= GATHERING_LIMITS.pieceMs;
  }

  private wait(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.gathering.add(this);
  }

  private pass(ms: number, payload: string): void {
    this.heardAt = Math.max(this.heardAt, performance.now()) + ms;
    this.outlet.audio(this.itemId, ms, payload);
  }
}
