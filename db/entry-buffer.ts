/**
 * What was written and is not stored yet, within limits; and who waits for it to be stored. What was said and done comes
 * first; what calls folded is stored when there is room for it, and is the first to go.
 */
import type { ConversationEntry } from '../src/domain/ports.ts';

export interface Pending {
  /** Rises by one with each entry. */
  readonly seq: number;
  readonly entry: ConversationEntry;
}

interface Waiter {
  /** Waits until nothing up to here is pending. */
  readonly through: number;
  readonly done: () => void;
}

/** How many entries of either kind wait at most. */
export interface BufferLimits {
  readonly words: number;
  readonly folds: number;
}

/** Folds go so many at once: one that is missing is as bad as a hundred. */
const FOLDS_DROPPED = 100;

export class EntryBuffer {
  /** Both in order of `seq`, as a Map keeps the order of insertion. */
  readonly #words = new Map<number, Pending>();
  readonly #folds = new Map<number, Pending>();
  readonly #waiters = new Set<Waiter>();
  readonly #limits: BufferLimits;
  #written = 0;

  constructor(limits: BufferLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#words.size + this.#folds.size;
  }

  /** Whether somebody waits for entries to be stored. */
  get awaited(): boolean {
    return this.#waiters.size > 0;
  }

  /** Takes an entry; answers how many old ones of its kind had to go for it. */
  append(entry: ConversationEntry): number {
    this.#written += 1;
    const item = { seq: this.#written, entry };
    if (entry.kind === 'folded') {
      this.#folds.set(item.seq, item);
      return this.#folds.size <= this.#limits.folds ? 0 : this.#drop(first(this.#folds, FOLDS_DROPPED));
    }
    this.#words.set(item.seq, item);
    return this.#words.size <= this.#limits.words ? 0 : this.#drop(this.#mostExpendable());
  }

  /** What is to be stored next: what a conversation began with before what it folded. */
  next(count: number): Pending[] {
    const words = first(this.#words, count);
    return [...words, ...first(this.#folds, count - words.length)];
  }

  /** Forgets what was stored, or what never will be. */
  remove(items: readonly Pending[]): void {
    for (const { seq } of items) {
      this.#words.delete(seq);
      this.#folds.delete(seq);
    }
    const oldest = Math.min(...[this.#words, this.#folds].flatMap((of) => first(of, 1).map(({ seq }) => seq)));
    for (const waiter of this.#waiters) if (oldest > waiter.through) waiter.done();
  }

  /** Resolves when all that has been appended so far is gone; rejects after `deadlineMs`. */
  emptied(deadlineMs: number): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        end();
      };
      const waiter: Waiter = { through: this.#written, done: () => settle(resolve) };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`${this.size} entries were not stored within ${deadlineMs} ms`))),
        deadlineMs,
      );
      this.#waiters.add(waiter);
    });
  }

  #drop(items: readonly Pending[]): number {
    this.remove(items);
    return items.length;
  }

  /** The oldest words: without its start and end, nothing of a conversation could be stored or found. */
  #mostExpendable(): readonly Pending[] {
    for (const item of this.#words.values()) {
      if (item.entry.kind === 'turn' || item.entry.kind === 'tool_call') return [item];
    }
    return first(this.#words, 1);
  }
}

function first(items: ReadonlyMap<number, Pending>, count: number): Pending[] {
  const found: Pending[] = [];
  for (const item of items.values()) {
    if (found.length >= count) break;
    found.push(item);
  }
  return found;
}
