/**
 * Pairs of caller frames: two of 20 ms make one message of 40 ms while the node is busy. One object decides for all
 * sessions of a node, and sees to it that no frame waits too long for its pair; its timers run only while there are
 * sessions, the fast one only while frames are paired.
 */
import { performance } from 'node:perf_hooks';
import { PAIRING_LIMITS, type PairFrames, pairs } from './pairing-policy.ts';

/** The base64 of a frame of 20 ms; longer pieces need no pair. */
const FRAME_CHARACTERS = 216;
const PAIR_BYTES = 320;

const joined = Buffer.alloc(PAIR_BYTES);

/** Two frames as one piece: their bytes do not meet at a group of base64. */
function join(first: string, second: string): string {
  const middle = joined.write(first, 0, 'base64');
  return joined.toString('base64', 0, middle + joined.write(second, middle, 'base64'));
}

/** One session's audio; `send` gets it in order. */
export class PairedAudio {
  private readonly pairing: FramePairing;
  private readonly send: (payload: string) => void;
  private lone = '';
  /** The beat in which `lone` began to wait. */
  private loneSince = 0;

  constructor(pairing: FramePairing, send: (payload: string) => void) {
    this.pairing = pairing;
    this.send = send;
    pairing.add(this);
  }

  take(payload: string): void {
    if (this.lone !== '') this.second(payload);
    else if (this.pairing.isOn && payload.length <= FRAME_CHARACTERS) this.wait(payload);
    else this.send(payload);
  }

  /** Sends what waits for its pair: before anything else that is sent, and at the end. */
  flush(): void {
    if (this.lone === '') return;
    const { lone } = this;
    this.letGo();
    this.send(lone);
  }

  /** The time of what began to wait in that beat is over. */
  expired(beat: number): void {
    if (this.loneSince === beat) this.flush();
  }

  /** What waits goes nowhere any more. */
  close(): void {
    this.letGo();
    this.pairing.remove(this);
  }

  private wait(payload: string): void {
    this.lone = payload;
    this.loneSince = this.pairing.expect(this);
  }

  private second(payload: string): void {
    if (payload.length > FRAME_CHARACTERS) {
      this.flush();
      this.send(payload);
      return;
    }
    const { lone } = this;
    this.letGo();
    this.send(join(lone, payload));
  }

  private letGo(): void {
    this.lone = '';
  }
}

export class FramePairing {
  private readonly mode: PairFrames;
  private readonly sessions = new Set<PairedAudio>();
  private on: boolean;
  private looking: NodeJS.Timeout | undefined;
  private beating: NodeJS.Timeout | undefined;
  private seen = performance.eventLoopUtilization();
  /** Whose frames began to wait in which of the last beats; most have found their pair since. */
  private readonly waiting = Array.from({ length: PAIRING_LIMITS.beats }, (): PairedAudio[] => []);
  private beatNow = 0;

  constructor(mode: PairFrames) {
    this.mode = mode;
    this.on = pairs(mode, false, 0);
  }

  get isOn(): boolean {
    return this.on;
  }

  add(session: PairedAudio): void {
    this.sessions.add(session);
    if (this.sessions.size > 1) return;
    if (this.mode === 'when_busy') {
      this.seen = performance.eventLoopUtilization();
      this.looking = setInterval(() => this.look(), PAIRING_LIMITS.everyMs).unref();
    }
    this.setBeat();
  }

  remove(session: PairedAudio): void {
    this.sessions.delete(session);
    if (this.sessions.size > 0) return;
    clearInterval(this.looking);
    this.setBeat();
  }

  /** A frame of this session begins to wait. Answers the present beat. */
  expect(session: PairedAudio): number {
    this.waiting[this.beatNow]?.push(session);
    return this.beatNow;
  }

  private look(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.seen);
    this.seen = now;
    this.on = pairs(this.mode, this.on, utilization);
    if (!this.on) for (const session of this.sessions) session.flush();
    this.setBeat();
  }

  private setBeat(): void {
    const wanted = this.on && this.sessions.size > 0;
    if (wanted) this.beating ??= setInterval(() => this.beat(), PAIRING_LIMITS.beatMs).unref();
    else {
      clearInterval(this.beating);
      this.beating = undefined;
    }
  }

  /** Beats are numbered in a round: who comes by again has waited for as long as may be. */
  private beat(): void {
    this.beatNow = (this.beatNow + 1) % PAIRING_LIMITS.beats;
    for (const session of this.waiting[this.beatNow]?.splice(0) ?? []) session.expired(this.beatNow);
  }
}
