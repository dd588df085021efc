/** What was written and is not stored yet, oldest first, within a limit; and who waits for it to be stored. */
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

export class EntryBuffer {
  /** In order of `seq`, as a Map keeps the order of insertion. */
  readonly #pending = new Map<number, Pending>();
  readonly #waiters = new Set<Waiter>();
  readonly #limit: number;
  #written = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Whether somebody waits for entries to be stored. */
  get awaited(): boolean {
    return this.#waiters.size > 0;
  }

  /** Takes an entry; answers how many old ones had to go for it. */
  append(entry: ConversationEntry): number {
    this.#written += 1;
    this.#pending.set(this.#written, { seq: this.#written, entry });
    if (this.#pending.size <= this.#limit) return 0;
    this.#dropOldest();
    return 1;
  }

  oldest(count: number): Pending[] {
    const items: Pending[] = [];
    for (const item of this.#pending.values()) {
      if (items.length === count) break;
      items.push(item);
    }
    return items;
  }

  /** Forgets what was stored, or what never will be. */
  remove(items: readonly Pending[]): void {
    for (const { seq } of items) this.#pending.delete(seq);
    const first = this.#first()?.seq ?? Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiters) if (first > waiter.through) waiter.done();
  }

  /** Resolves when all that has been appended so far is gone; rejects after `deadlineMs`. */
  emptied(deadlineMs: number): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        end();
      };
      const waiter: Waiter = { through: this.#written, done: () => settle(resolve) };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`${this.#pending.size} entries were not stored within ${deadlineMs} ms`))),
        deadlineMs,
      );
      this.#waiters.add(waiter);
    });
  }

  /** The oldest words go before anything else: without its start and end, nothing of a conversation could be stored or found. */
  #dropOldest(): void {
    for (const item of this.#pending.values()) {
      if (item.entry.kind === 'turn' || item.entry.kind === 'tool_call') return this.remove([item]);
    }
    const first = this.#first();
    if (first !== undefined) this.remove([first]);
  }

  #first(): Pending | undefined {
    const [first] = this.#pending.values();
    return first;
  }
}
