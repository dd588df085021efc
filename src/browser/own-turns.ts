/**
 * The turns that a caller ends by hand (`commit`) beside those that voice activity ends: what was said since the last
 * one tells whether there is anything to make a turn of. What is said between a commit and the turn that the service
 * makes of it belongs to the next one.
 */

/** `taken`: voice activity made a turn of it before; `nothing`: too little was said to be a turn. */
export type Commit = 'turn' | 'taken' | 'nothing';

/** Less than this is no turn; the service refuses it too. */
const LEAST_TURN_MS = 100;

export class OwnTurns {
  /** Since the last turn. */
  private spokenMs = 0;
  /** The last turn was not ended by hand. */
  private isTaken = false;
  /** Commits of which the service has made no turn yet. */
  private committing = 0;

  spoke(ms: number): void {
    this.spokenMs += ms;
  }

  commit(): Commit {
    const isTurn = this.spokenMs >= LEAST_TURN_MS;
    const isTaken = this.isTaken && !isTurn;
    this.spokenMs = 0;
    this.isTaken = false;
    if (isTurn) this.committing++;
    return isTurn ? 'turn' : isTaken ? 'taken' : 'nothing';
  }

  /** The service made a turn of what it heard. */
  turned(): void {
    if (this.committing > 0) {
      this.committing--;
      return;
    }
    this.spokenMs = 0;
    this.isTaken = true;
  }

  /** The service had nothing to make a turn of. */
  refused(): void {
    this.committing = Math.max(0, this.committing - 1);
  }
}
