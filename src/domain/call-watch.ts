/**
 * Calls that nobody looks after: their owner is silent, or their line is gone and no other one comes. What is asked of the
 * phone network then, when, and what is done about its answer. A claim is no part of it: whoever gets the call's next
 * stream claims the call.
 */
import type { CallFence } from './call-keeping.ts';

/** Without a heartbeat for so long an owner counts as silent; and a call that was claimed since is looked after. */
export const OWNER_SILENT_MS = 5_000;
/** A call of a silent owner is asked about again after so long. */
export const ASKED_AGAIN_MS = 10_000;

/**
 * How a line went. `stopped`: the network ended the stream, as it does when the caller hangs up, and seldom for reasons
 * of its own. `broke`: nobody meant it.
 */
export type LineLoss = 'stopped' | 'broke';

/** When the network is asked about a call whose line is gone, ms after that, unless it says by itself what became of it. */
const ASKED_AT_MS: Readonly<Record<LineLoss, readonly number[]>> = {
  stopped: [1_000, 10_000, 30_000],
  broke: [10_000, 30_000],
};
/** So long the network may take to ask what comes next; then it will not. */
const NEXT_IS_ASKED_MS = 5_000;

/** A call that is looked after by nobody, for so long. */
export interface WatchedCall extends CallFence {
  readonly clinicId: string;
  /** The number that was called. */
  readonly to: string;
  readonly cause: 'owner_silent' | LineLoss;
  readonly sinceMs: number;
}

/** One of the node's own, whose line is gone. */
export interface OrphanedCall extends WatchedCall {
  readonly cause: LineLoss;
}

/** How often the network should have been asked by now about a call whose line is gone. */
export function askingsDue(loss: LineLoss, sinceMs: number): number {
  return ASKED_AT_MS[loss].filter((ms) => sinceMs >= ms).length;
}

/** What the network says of a call; `unknown`: nothing, or not in time. */
export type Standing = 'live' | 'over' | 'unknown';

/**
 * - `end`: its caller is gone.
 * - `recall`: the network is to give it another line, since it does not ask for one.
 * - `leave`: nothing is done, for now.
 */
export type WatchVerdict = 'end' | 'recall' | 'leave';

export function verdictOn(
  { cause, sinceMs }: Pick<WatchedCall, 'cause' | 'sinceMs'>,
  standing: Standing,
): WatchVerdict {
  switch (standing) {
    case 'over':
      return 'end';
    case 'unknown':
      // A stream that was ended is nearly always a caller who hung up: not for want of an answer are they waited for.
      return cause === 'stopped' ? 'end' : 'leave';
    case 'live':
      return cause === 'owner_silent' || sinceMs >= NEXT_IS_ASKED_MS ? 'recall' : 'leave';
  }
}

/** What others noted of a call that lives on this node: it is somebody else's, or over; or its caller is gone. */
export interface CallNews extends CallFence {
  readonly kind: 'lost' | 'left';
}

/** What nodes know of each other's calls. Each rejects where the register of calls is out of reach. */
export interface CallWatch {
  /**
   * Up to `limit` telephone calls whose owner has been silent for `OWNER_SILENT_MS` and less than `forMs`, which nobody
   * claimed or asked about lately: each is given to whoever asks first. None while nobody can tell a silent node from a
   * register that was out of reach.
   */
  takeSilent(limit: number, forMs: number): Promise<readonly WatchedCall[]>;
  /** Whether the call is still that owner's, and the owner silent. */
  isSilent(call: CallFence): Promise<boolean>;
  /** Of these calls, by the epochs in which this node owns them. */
  newsOf(calls: readonly CallFence[]): Promise<readonly CallNews[]>;
  /** The network says that this call's caller is gone; its owner will hear of it. Unknown calls are nobody's. */
  noteLeft(callSid: string): Promise<void>;
}
