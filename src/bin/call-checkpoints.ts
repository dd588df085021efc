/**
 * Keeps what a call remembers outside its node, at each change that another node would need to know: at once, in order,
 * without waiting. What could not be kept is kept whole as soon as it can be. Whoever finds that the call has a newer
 * owner says so once, and keeps nothing more.
 */
import type { CallState } from '../../actors/call/state.ts';
import { withinPatience } from '../../db/within-patience.ts';
import type { CallKeeper, CallKey, HeadParts, Kept } from '../domain/call-keeping.ts';
import { itemOf } from './call-snapshot.ts';

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

export class CallCheckpoints {
  private readonly options: CheckpointOptions;
  private seq: number;
  private state: CallState | undefined;
  /** As of the last save; undefined where all is to be kept, whatever was. */
  private kept: CallState | undefined;
  private over = false;
  /** A save is to come before this tick ends. */
  private dueNow = false;
  private again: NodeJS.Timeout | undefined;
  private due: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(options: CheckpointOptions) {
    this.options = options;
    this.seq = options.seq;
  }

  /** To be told of each step. */
  changed(before: CallState, after: CallState): void {
    this.state = after;
    if (after.mode !== 'ended' && isWorthKeeping(before, after)) this.beforeTickEnds();
  }

  /** What is no part of the state changed, and may go on doing so: it is kept before long. */
  soon(): void {
    if (this.over) return;
    this.due ??= setTimeout(() => void this.save(), CHECKPOINT_LIMITS.soonMs).unref();
  }

  /** Everything, now: at the beginning, and by a new owner. */
  begin(state: CallState): void {
    this.state = state;
    this.kept = undefined;
    void this.save();
  }

  /** Resolves once what the call remembers now is kept, or after a moment: no effect waits longer for it. */
  settled(): Promise<void> {
    if (this.dueNow) void this.save();
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
    clearTimeout(this.again);
    clearTimeout(this.due);
  }

  /** What changes within one tick is one save: the model's service tells of a turn in several messages at once. */
  private beforeTickEnds(): void {
    if (this.dueNow) return;
    this.dueNow = true;
    void Promise.resolve().then(() => (this.dueNow ? this.save() : undefined));
  }

  /** Resolves once it is kept, with whatever has to be said twice for it, or is known not to be. */
  private save(): Promise<void> {
    const { state } = this;
    if (!state || this.over) return Promise.resolve();
    clearTimeout(this.due);
    this.due = undefined;
    this.dueNow = false;
    const { keeper, key, epoch, headOf } = this.options;
    const before = this.kept;
    const items = newItems(state.history, before?.history).map(itemOf);
    const save = { key, epoch, seq: ++this.seq, head: headOf(state, before), items, whole: before === undefined };
    this.kept = state;
    this.last = this.asked(keeper.save(save));
    return this.last;
  }

  private asked(asking: Promise<Kept>): Promise<void> {
    const { now, onSaved } = this.options;
    const askedAt = now();
    return asking.then(
      (kept) => {
        onSaved(kept, now() - askedAt);
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

function newItems(history: CallState['history'], before: CallState['history'] = []): CallState['history'] {
  // As in most saves.
  if (history === before) return [];
  const known = new Set(before);
  return history.filter((item) => !known.has(item));
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
