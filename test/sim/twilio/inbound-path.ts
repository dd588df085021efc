/**
 * The caller's frames on their way from the phone network to the server: with faults they are lost, doubled, swapped or
 * delayed, each keeping its own chunk number and timestamp. Without faults it hands them on as they are.
 */
import type { FaultPlan } from './faults.ts';
import type { Random } from './random.ts';

export interface InboundFrame {
  readonly chunk: number;
  readonly timestampMs: number;
  /** Undefined: silence. */
  readonly samples: Buffer | undefined;
}

type InboundFaults = NonNullable<FaultPlan['inbound']>;

interface Delayed {
  readonly frame: InboundFrame;
  readonly dueMs: number;
}

export class InboundPath {
  private readonly random: Random;
  private held: InboundFrame | undefined;
  private delayed: Delayed[] = [];
  private lastDueMs = 0;

  constructor(random: Random) {
    this.random = random;
  }

  /** The frames that reach the server at `nowMs`, when this one leaves the phone. */
  pass(frame: InboundFrame, nowMs: number, faults: InboundFaults | undefined): readonly InboundFrame[] {
    if (faults === undefined && this.held === undefined && this.delayed.length === 0) return [frame];
    const arriving = faults === undefined ? [frame] : this.distort(frame, faults);
    const held = this.held;
    if (held !== undefined && arriving.length > 0) {
      arriving.push(held);
      this.held = undefined;
    }
    return this.delay(arriving, nowMs, faults?.jitterMs ?? 0);
  }

  private distort(frame: InboundFrame, faults: InboundFaults): InboundFrame[] {
    if (this.happens(faults.lossRate)) return [];
    if (this.held === undefined && this.happens(faults.reorderRate)) {
      this.held = frame;
      return [];
    }
    return this.happens(faults.duplicateRate) ? [frame, frame] : [frame];
  }

  /** Jitter delays and bunches frames, and keeps their order. */
  private delay(arriving: readonly InboundFrame[], nowMs: number, jitterMs: number): readonly InboundFrame[] {
    if (jitterMs === 0 && this.delayed.length === 0) return arriving;
    for (const frame of arriving) {
      this.lastDueMs = Math.max(this.lastDueMs, nowMs + this.random() * jitterMs);
      this.delayed.push({ frame, dueMs: this.lastDueMs });
    }
    const waiting = this.delayed.findIndex((each) => each.dueMs > nowMs);
    return this.delayed.splice(0, waiting < 0 ? this.delayed.length : waiting).map((each) => each.frame);
  }

  private happens(rate: number | undefined): boolean {
    return rate !== undefined && rate > 0 && this.random() < rate;
  }
}
