/** What all sessions of one simulator share; each part is owned by the server and outlives every session. */
import type { Brain } from './brain/brain.ts';
import type { EventLog } from './event-log.ts';
import type { FaultDesk } from './faults.ts';
import type { Pacer } from './pacer.ts';
import type { Timing } from './response-run.ts';

export interface World {
  /** The brain may be exchanged while sessions live. */
  readonly brain: () => Brain;
  readonly faults: FaultDesk;
  readonly log: EventLog;
  readonly pacer: Pacer;
  readonly timing: Timing;
  /** How long a session may last, in ms. */
  readonly sessionLimitMs: number;
}

/** The socket of one session, as its session uses it. */
export interface Line {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Drops the connection with no word. */
  terminate(): void;
}
