/**
 * How much a peer may send, in messages or in ms of audio: a bucket that fills with time, so that a burst after a stall is
 * fine and a flood is not.
 */
export class Allowance {
  private left: number;
  private filledAt: number;
  private readonly burst: number;
  private readonly perSecond: number;
  private readonly now: () => number;

  /** `now` in ms; it is asked only when the bucket is empty. */
  constructor(burst: number, perSecond: number, now: () => number) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.now = now;
    this.left = burst;
    this.filledAt = now();
  }

  /** False where this message is one too many. */
  take(): boolean {
    if (this.left < 1) this.fill();
    if (this.left < 1) return false;
    this.left--;
    return true;
  }

  /** As many of `wanted` as there are. */
  takeUpTo(wanted: number): number {
    if (this.left < wanted) this.fill();
    const taken = Math.min(wanted, Math.floor(this.left));
    this.left -= taken;
    return taken;
  }

  private fill(): void {
    const now = this.now();
    this.left = Math.min(this.burst, this.left + ((now - this.filledAt) / 1000) * this.perSecond);
    this.filledAt = now;
  }
}
