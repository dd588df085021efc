/**
 * When a node's calls are kept: once a frame of audio, all that changed meanwhile. What a node cannot keep any more when it
 * dies is what it would not have known had it died a frame sooner, and nobody hears or says anything in less. In that time
 * a call changes more than once (the model tells of a turn in several messages), and several calls change: of a hundred
 * calls, two in three saves have company. Whoever must not wait, as a tool does, saves at once.
 */
import { FRAME_MS } from '../domain/audio-format.ts';

export interface Kept {
  /** Keeps what changed; nothing where it was kept meanwhile. */
  saveDue(): void;
  /** Since when something is not kept that should be, ms; null where all is. */
  readonly behindSince: number | null;
}

export class SaveRounds {
  private readonly together: (save: () => void) => void;
  private readonly calls = new Set<Kept>();
  private due: Kept[] = [];

  /** `together`: what is asked for in it goes to the keeper in one piece. */
  constructor(together: (save: () => void) => void = (save) => save()) {
    this.together = together;
  }

  enter(call: Kept): void {
    this.calls.add(call);
  }

  leave(call: Kept): void {
    this.calls.delete(call);
  }

  /** Has the call kept in the round under way. */
  join(call: Kept): void {
    if (this.due.push(call) === 1) setTimeout(() => this.end(), FRAME_MS);
  }

  /** For how long the oldest change that is not kept yet has waited, ms. */
  lagMs(now: number): number {
    let lag = 0;
    for (const { behindSince } of this.calls) if (behindSince !== null) lag = Math.max(lag, now - behindSince);
    return lag;
  }

  private end(): void {
    const { due } = this;
    this.due = [];
    this.together(() => {
      for (const call of due) call.saveDue();
    });
  }
}
