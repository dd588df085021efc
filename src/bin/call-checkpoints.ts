/**
 * Keeps what a call remembers outside its node, at each change that another node would need to know: with the node's next
 * round of saves, in order, without waiting. What could not be kept is kept whole as soon as it can be. Whoever finds that
 * the call has a newer owner says so once, and keeps nothing more.
 */
import type { Remembered } from '../../actors/call/history.ts';
import type { CallState } from '../../actors/call/state.ts';
import { withinPatience } from '../../db/within-patience.ts';
import type { CallKeeper, CallKey, HeadParts, Kept } from '../domain/call-keeping.ts';
import { itemOf } from './call-snapshot.ts';
import type { KeptInRounds, SaveRounds } from './save-rounds.ts';

export const CHECKPOINT_LIMITS = {
  /** After a failure, before everything is written again. */
  againMs: 1_000,
  /** How long an effect waits for what led to it to be kept. */
  patienceMs: 250,
  /** What changes all the time is kept so often. */
  soonMs: 500,
} as const;

export interface CheckpointOptions {
  readonly keeper: CallKeeper;
  readonly rounds: SaveRounds;
  /** Changes are kept in their own tick, not with a round: what leaves with the tick tells somebody that they are. */
  readonly inTick: boolean;
  readonly key: CallKey;
  readonly epoch: number;
  /** The last save of the owner before; 0 where there was none. */
  readonly seq: number;
  /** What there is to keep but what the call remembers in items; of what was kept `before`, what is another. */
  readonly headOf: (state: CallState, before: CallState | undefined) => HeadParts;
  /** The call has a newer owner. Called once. */
  readonly onStale: () => void;
  /** How long a save took, ms; `failed` where it was not kept. */
  readonly onSaved: (result: Kept | 'failed', ms: number) => void;
  readonly now: () => number;
}

export class CallCheckpoints implements KeptInRounds {
  private readonly options: CheckpointOptions;
  private seq: number;
  private state: CallState | undefined;
  /** As of the last save; undefined where all is to be kept, whatever was. */
  private kept: CallState | undefined;
  private over = false;
  /** Of the first change that this round is to keep; null where there is none. */
  private dueSince: number | null = null;
  /** The same of what was asked to be kept, and is not known to be. */
  private askedSince: number | null = null;
  private again: NodeJS.Timeout | undefined;
  private soonest: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(options: CheckpointOptions) {
    this.options = options;
    this.seq = options.seq;
  }

  /** To be told of each step. */
  changed(before: CallState, after: CallState): void {
    this.state = after;
    if (after.mode !== 'ended' && isWorthKeeping(before, after)) this.inThisRound();
  }

  /** What is no part of the state changed, and may go on doing so: it is kept before long. */
  soon(): void {
    if (this.over) return;
    this.soonest ??= setTimeout(() => void this.save(), CHECKPOINT_LIMITS.soonMs).unref();
  }

  /** Everything, now: at the beginning, and by a new owner. */
  begin(state: CallState): void {
    if (this.over) return;
    this.state = state;
    this.kept = undefined;
    this.options.rounds.enter(this);
    void this.save();
  }

  /** Resolves once what the call remembers now is kept, or after a moment: no effect waits longer for it. */
  settled(): Promise<void> {
    this.saveDue();
    return withinPatience(this.last, CHECKPOINT_LIMITS.patienceMs, undefined);
  }

  /** The call is over: nothing is kept of it but what comes next for its caller. */
  end(ending: string): void {
    if (this.over) return;
    this.close();
    const { keeper, key, epoch } = this.options;
    // Where it does not work, what was kept lapses by itself.
    void this.asked(keeper.end(key, epoch, ending));
  }

  /** Keeps nothing more. */
  close(): void {
    this.over = true;
    this.options.rounds.leave(this);
    clearTimeout(this.again);
    clearTimeout(this.soonest);
  }

  get behindSince(): number | null {
    return this.askedSince ?? this.dueSince;
  }

  saveDue(): void {
    if (this.dueSince !== null) void this.save();
  }

  /** What is to be kept with this round, or before long: now. */
  flush(): void {
    if (this.dueSince !== null || this.soonest !== undefined) void this.save();
  }

  private inThisRound(): void {
    if (this.dueSince !== null || this.over) return;
    this.dueSince = this.options.now();
    if (this.options.inTick) void Promise.resolve().then(() => this.saveDue());
    else this.options.rounds.join(this);
  }

  /** Resolves once it is kept, with whatever has to be said twice for it, or is known not to be. */
  private save(): Promise<void> {
    const { state } = this;
    if (!state || this.over) return Promise.resolve();
    clearTimeout(this.soonest);
    this.soonest = undefined;
    const { keeper, key, epoch, headOf, now } = this.options;
    this.askedSince ??= this.dueSince ?? now();
    this.dueSince = null;
    const before = this.kept;
    const items = newItems(state.history, before?.history).map(itemOf);
    const save = { key, epoch, seq: ++this.seq, head: headOf(state, before), items, whole: before === undefined };
    this.kept = state;
    this.last = this.asked(keeper.save(save), save.seq);
    return this.last;
  }

  private asked(asking: Promise<Kept>, seq?: number): Promise<void> {
    const { now, onSaved } = this.options;
    const askedAt = now();
    return asking.then(
      (kept) => {
        onSaved(kept, now() - askedAt);
        if (kept === 'ok' && seq === this.seq) this.askedSince = null;
        return this.answered(kept);
      },
      () => {
        onSaved('failed', now() - askedAt);
        this.later();
      },
    );
  }

  private answered(kept: Kept): Promise<void> | undefined {
    if (this.over || kept === 'ok') return undefined;
    if (kept === 'stale' || kept === 'ended') {
      this.close();
      this.options.onStale();
      return undefined;
    }
    this.kept = undefined;
    return this.save();
  }

  private later(): void {
    this.kept = undefined;
    if (this.over) return;
    this.again ??= setTimeout(() => {
      this.again = undefined;
      void this.save();
    }, CHECKPOINT_LIMITS.againMs).unref();
  }
}

/** What stayed stands in the same order: the oldest are forgotten, and a caller's late words come before the answer to them. */
function newItems(history: CallState['history'], before: CallState['history'] = []): CallState['history'] {
  // As in most saves.
  if (history === before) return [];
  const added: Remembered[] = [];
  let known = before.length - 1;
  for (const item of history.toReversed()) {
    if (item === before[known]) known--;
    else added.push(item);
  }
  return added.toReversed();
}

/**
 * Sounds, timers and the words of a sentence that is still being made are not: they are over before anybody could take the
 * call up. That an answer begins to be made is not either: it is kept that it was due. That it begins to be heard is: its
 * words run ahead of it, and whoever takes the call up then goes on with it, where it would else be said anew.
 */
function isWorthKeeping(before: CallState, after: CallState): boolean {
  return (
    before.mode !== after.mode ||
    before.dealings !== after.dealings ||
    before.tools !== after.tools ||
    before.history !== after.history ||
    before.language !== after.language ||
    before.leaving !== after.leaving ||
    before.staffTold !== after.staffTold ||
    before.missed !== after.missed ||
    before.resumes !== after.resumes ||
    (before.responding && !after.responding) ||
    (isFloorChanged(before, after) && !isWordless(before, after))
  );
}

/** Who speaks, or whose words are awaited. */
function isFloorChanged(before: CallState, after: CallState): boolean {
  return (
    before.turns !== after.turns ||
    before.awaited !== after.awaited ||
    (before.callerSpeaksSince === null) !== (after.callerSpeaksSince === null)
  );
}

/**
 * The caller stopped speaking, and nobody has their words yet. Whoever takes the call up now asks for them, as if they were
 * speaking still, which is kept already.
 */
function isWordless(before: CallState, after: CallState): boolean {
  const isOver = before.callerSpeaksSince !== null && after.callerSpeaksSince === null;
  return isOver && (after.awaited.length > 0 || after.doubt !== null);
}
