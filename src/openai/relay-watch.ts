/**
 * How long audio stays on this node, from when a session is to have it, or made it, to being handed to the other socket:
 * of one caller's frame in so many (a wait for its pair included), and of the first piece of each of Ava's sentences, for
 * which somebody waits. One object for all sessions of a node, since five thousand frames a second pass by it.
 */
import type { AvaEvents } from '../domain/events.ts';

export type RelayTold = (direction: AvaEvents['media.relayed']['direction'], ms: number) => void;

/** One frame in so many is timed, twenty a second of a node with a hundred calls: a prime, so that all calls come by. */
export const FRAMES_A_SAMPLE = 257;

export class RelayWatch {
  private readonly told: RelayTold;
  private frames = 0;
  /** Whose frame is being timed; undefined while none is. */
  private timed: object | undefined;
  private readAt = 0;

  constructor(told: RelayTold) {
    this.told = told;
  }

  /** A caller's frame was read for this session. */
  frameRead(session: object): void {
    if (++this.frames < FRAMES_A_SAMPLE) return;
    this.frames = 0;
    this.timed = session;
    this.readAt = performance.now();
  }

  /** What this session was given was handed to its socket. */
  frameSent(session: object): void {
    if (this.timed !== session) return;
    this.timed = undefined;
    this.told('to_model', performance.now() - this.readAt);
  }

  /** What this session was given goes nowhere. */
  frameLost(session: object): void {
    if (this.timed === session) this.timed = undefined;
  }

  /** The first piece of a sentence, read at `readAt` by `performance.now()`, was passed on: it leaves as this tick ends. */
  sentencePassed(readAt: number): void {
    queueMicrotask(() => this.told('to_caller', performance.now() - readAt));
  }
}
