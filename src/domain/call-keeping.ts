/**
 * Live calls as they are kept outside the node that has them, so that another one can go on with them. Two ports: the
 * keeper has what a call remembers (Redis), the register says whose it is (Postgres). The epoch is the fencing token: it
 * grows with each owner, and whoever holds an older one may write nothing more.
 *
 * The keeper knows nothing of what it keeps: the parts of a *head*, each replaced where a save has it anew, and *items*
 * that are only ever added (finished turns, answers of tools). All are texts.
 */
import type { Instant } from './clinic.ts';

/** What a call is found by: the CallSid of a telephone call, clinic and session of a browser's. */
export type CallKey = string;

/** Texts by the names of their parts. */
export type HeadParts = Readonly<Record<string, string>>;

/** The part that stands for all of them, where they are one text: what releases before kept, what a call is replayed from. */
export const ONE_TEXT = 'all';

export interface CallSave {
  readonly key: CallKey;
  readonly epoch: number;
  /** Numbers the saves of a call from 1, each the last one's successor; who takes it over goes on from what was kept. */
  readonly seq: number;
  /** Those that changed since the last save, an empty one where a part is gone; all there are where `whole`. */
  readonly head: HeadParts;
  /** New since the last save, oldest first; all of them where `whole`. */
  readonly items: readonly string[];
  /** Replaces all that is kept, whatever it is, unless it is a newer owner's, or a later save of the same one. */
  readonly whole: boolean;
}

/**
 * - `ok`: it is kept.
 * - `stale`: the call has a newer owner: stop at once, write nothing more.
 * - `gone`: nothing is kept of this call: save it whole.
 * - `behind`: what is kept is not what this save follows: save it whole.
 * - `ended`: the call is over, and stays so; only a newer owner than the one that ended it may save it whole: that one was
 *   stale, and where nothing was kept nobody could tell.
 */
export type Kept = 'ok' | 'stale' | 'gone' | 'behind' | 'ended';

export type KeptCall =
  | {
      readonly kind: 'live';
      readonly epoch: number;
      readonly seq: number;
      readonly head: HeadParts;
      readonly items: readonly string[];
    }
  | { readonly kind: 'ended'; readonly ending: string };

/** Rejects where the store does not answer within its time: what was asked may have been done, or not. */
export interface CallKeeper {
  save(save: CallSave): Promise<Kept>;
  /** What is kept, and whose it was; null: nothing. */
  read(key: CallKey): Promise<KeptCall | null>;
  /**
   * Makes `epoch` the newest and answers with what is kept; `stale` where it is not newer than what stands there. Null
   * where nothing is kept (an owner may begin with a whole save), which nobody older may change from then on.
   */
  take(key: CallKey, epoch: number): Promise<KeptCall | 'stale' | null>;
  /**
   * As `take`, with the epoch after the one that stands there: for when the register is out of reach. Null changes nothing.
   */
  takeNext(key: CallKey): Promise<KeptCall | null>;
  /** The call is over: in place of all that is kept `ending` is, for as long as somebody may ask. Not by a stale owner. */
  end(key: CallKey, epoch: number, ending: string): Promise<Kept>;
}

export interface CallClaim {
  readonly callSid: string;
  readonly clinicId: string;
  readonly conversationId: string;
  readonly node: string;
  readonly from: string | null;
  readonly to: string;
  readonly startedAt: Instant;
  /** The newest epoch that is known, where the keeper gave one while the register was out of reach. */
  readonly after?: number;
}

/** Of a call that nobody else has had. */
export const FIRST_EPOCH = 1;

/** `epoch`: the claimer's, newer than any before; `ended`: the call is over, and nobody's. */
export type Claimed = { readonly kind: 'claimed'; readonly epoch: number } | { readonly kind: 'ended' };

/** In whose name something is written: it is refused where the call has a newer owner. */
export interface CallFence {
  readonly callSid: string;
  readonly epoch: number;
}

/** What may be written in the name of a call's owner; without a fence, in nobody's. */
export interface Fenced {
  readonly fence?: CallFence | null;
}

/** Thrown by whatever a fence kept from being written. */
export class StaleOwner extends Error {
  override readonly name = 'StaleOwner';

  constructor() {
    super('the call has a newer owner');
  }
}

/** Whose a call is, in Postgres. A call begins at epoch 1 without asking: its row is written behind. */
export interface CallRegister {
  /**
   * Makes this node the call's owner, at a newer epoch than the row has, than `after`, and than 1 where there is no row
   * yet. `ended` where the call is over, which is for ever. What the last owner had begun to write under a fence is
   * written, or never will be. Rejects where that is not known in time, or the register is out of reach: the call may
   * then be claimed, or not.
   */
  claim(claim: CallClaim): Promise<Claimed>;
  /** Whether nobody has claimed the call since this epoch; true as well where its row is not written yet. */
  holds(fence: CallFence & { readonly clinicId: string }): Promise<boolean>;
  /** Whether the call has a row: one that has begun gets one within a second. */
  knows(call: Pick<CallClaim, 'callSid' | 'clinicId'>): Promise<boolean>;
}
