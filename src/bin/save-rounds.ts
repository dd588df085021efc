/**
 * When a node's calls are kept: once every three frames of audio, all that changed meanwhile. What is lost with a node is then
 * what it would not have known had it died three frames sooner, where nothing left it in those that somebody relies on: whoever
 * waits for a save, or tells somebody that there is one, has it made at once. In a round a call changes more than once
 * (the model tells of a turn in several messages), and so do other calls.
 */
import { FRAME_MS } from '../domain/audio-format.ts';

/** How long what changed waits for other changes, ms: nobody says or hears a word in less. */
export const ROUND_MS = 3 * FRAME_MS;

export interface KeptInRounds {
  /** Keeps what changed; nothing where it was kept meanwhile. */
  saveDue(): void;
  /** Since when not all that should be is known to be kept, ms; null where it is. */
  readonly behindSince: number | null;
}

export interface RoundsOptions {
  /** What is asked for in it goes to the keeper in one piece. */
  readonly together: (save: () => void) => void;
  /** A call could not be asked to be kept, which is a bug. The others are. */
  readonly onBroken: (error: unknown) => void;
}

export class SaveRounds {
  private readonly options: RoundsOptions;
  private readonly calls = new Set<KeptInRounds>();
  private joined: KeptInRounds[] = [];

  constructor(options: RoundsOptions) {
    this.options = options;
  }

  enter(call: KeptInRounds): void {
    this.calls.add(call);
  }

  leave(call: KeptInRounds): void {
    this.calls.delete(call);
  }

  /** Has the call kept in the round under way. */
  join(call: KeptInRounds): void {
    if (this.joined.push(call) === 1) setTimeout(() => this.end(), ROUND_MS);
  }

  /** For how long the call that is behind longest has been, ms. */
  lagMs(now: number): number {
    let lag = 0;
    for (const { behindSince } of this.calls) if (behindSince !== null) lag = Math.max(lag, now - behindSince);
    return lag;
  }

  private end(): void {
    const { joined } = this;
    this.joined = [];
    this.options.together(() => {
      for (const call of joined) this.save(call);
    });
  }

  private save(call: KeptInRounds): void {
    try {
      call.saveDue();
    } catch (error) {
      this.options.onBroken(error);
    }
  }
}
