/**
 * A phone on the simulated clock: plays what it is sent in real time, returns marks when what was before them has
 * played (late, or never), empties its buffer on a clear with all marks back at once, and remembers what really came
 * out of it. What a real network would not take is kept as a fault.
 */
import type { Clock } from '../../actors/kernel/clock.ts';
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import { textIn } from './scripted-speech.ts';
import type { Random } from './seed.ts';

const BYTES_PER_MS = 8;
const FRAME_BYTES = 160;

interface PendingMark {
  readonly name: string;
  readonly callOff: () => void;
}

export class ScriptedPhone implements PhoneLine {
  readonly faults: string[] = [];
  private readonly clock: Clock;
  private readonly random: Random;
  private inlet: PhoneInlet | undefined;
  private readonly played: Buffer[] = [];
  private queue: { readonly startsAt: number; readonly bytes: Buffer }[] = [];
  private marks: PendingMark[] = [];
  private lastMarkAt = 0;
  private over = false;
  private afterwards = (): void => {};

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
  }

  connect(inlet: PhoneInlet): void {
    this.inlet = inlet;
  }

  /** Has `run` called when the line ends, from whichever side. */
  onEnd(run: () => void): void {
    this.afterwards = run;
  }

  /** All that came out of the receiver. */
  get heard(): string {
    return textIn(Buffer.concat(this.played));
  }

  play(payload: string): void {
    const bytes = Buffer.from(payload, 'base64');
    if (this.over) this.faults.push('audio after the end of the line');
    if (bytes.length === 0 || bytes.length % FRAME_BYTES !== 0) this.faults.push(`${bytes.length} bytes are no frames`);
    this.queue.push({ startsAt: this.silentFrom(), bytes });
  }

  mark(name: string): void {
    const isLost = this.random() < 0.05;
    if (this.over || isLost) return;
    const delayMs = this.random() < 0.1 ? this.random() * 2_000 : this.random() * 60;
    this.lastMarkAt = Math.max(this.lastMarkAt, this.silentFrom() + delayMs);
    const callOff = this.clock.wakeAt(this.lastMarkAt, () => {
      this.marks = this.marks.filter((each) => each.name !== name);
      this.inlet?.mark(name);
    });
    this.marks.push({ name, callOff });
  }

  clear(): void {
    this.cutPlayback();
    const returned = this.marks.splice(0);
    for (const { callOff } of returned) callOff();
    this.lastMarkAt = this.clock.now() + 10;
    this.clock.wakeAt(this.lastMarkAt, () => {
      for (const { name } of returned) if (!this.over) this.inlet?.mark(name);
    });
  }

  close(): void {
    if (this.over) return;
    this.end();
    this.clock.wakeAt(this.clock.now() + 5, () => this.inlet?.closed('stop'));
  }

  /** The caller puts the receiver down, or the line breaks. */
  hangUp(reason: 'stop' | 'broken'): void {
    if (this.over) return;
    this.end();
    this.inlet?.closed(reason);
  }

  private end(): void {
    this.over = true;
    this.cutPlayback();
    for (const { callOff } of this.marks.splice(0)) callOff();
    this.afterwards();
  }

  /** When everything sent so far has played. */
  private silentFrom(): number {
    const last = this.queue.at(-1);
    return Math.max(this.clock.now(), last ? last.startsAt + last.bytes.length / BYTES_PER_MS : 0);
  }

  private cutPlayback(): void {
    for (const { startsAt, bytes } of this.queue.splice(0)) {
      const playedBytes = Math.max(0, Math.floor((this.clock.now() - startsAt) * BYTES_PER_MS));
      this.played.push(bytes.subarray(0, playedBytes));
    }
  }
}
