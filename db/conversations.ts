/**
 * The record of conversations, written behind: a call only ever appends to a buffer in memory, and one flush at a time
 * takes the oldest entries to Postgres, a transaction a clinic. Entries stay in order until they are stored. With
 * Postgres away they wait, within a limit; what Postgres refuses for good is dropped entry by entry and reported, so
 * that one bad row never holds up the rest.
 */
import type { CallFence } from '../src/domain/call-keeping.ts';
import type { ConversationEntry, ConversationLog } from '../src/domain/ports.ts';
import { storeEntries } from './conversation-statements.ts';
import { EntryBuffer, type Pending } from './entry-buffer.ts';
import type { Database } from './postgres.ts';
import { isRefusal } from './postgres-errors.ts';

export interface ConversationLogSettings {
  /** Told of entries that are lost: the buffer was full, Postgres refused them, the log was closed. Must not throw. */
  readonly onDropped?: (count: number, cause: DropCause, error?: unknown) => void;
  /** The same of what calls folded, without which the record of what was said and done is still whole. Must not throw. */
  readonly onFoldsDropped?: (count: number, cause: DropCause, error?: unknown) => void;
  /**
   * Told, perhaps more than once, of an owner whose call has a newer one: by that alone what it wrote is lost. Must not
   * throw.
   */
  readonly onStale?: (owner: CallFence) => void;
  /** Told of each flush that failed and will be tried again. Must not throw. */
  readonly onFailure?: (error: unknown) => void;
  readonly flushMs?: number;
  readonly maxBuffered?: number;
  readonly maxFolds?: number;
}

export type DropCause = 'overflow' | 'refused' | 'closed';

export interface PostgresConversationLog extends ConversationLog {
  /** Entries not stored yet. */
  pending(): number;
  /** Stores what is left within the deadline, then stops; rejects where some of it could not be stored. */
  close(deadlineMs: number): Promise<void>;
}

const FLUSH_MS = 500;
const MAX_BATCH = 200;
/** About 10 MB of text: an hour of a busy node. */
const MAX_BUFFERED = 20_000;
/** About as much again: some minutes of a busy node. */
const MAX_FOLDS = 20_000;
const RETRY_BASE_MS = 200;
const RETRY_LIMIT_MS = 5_000;

export function postgresConversationLog(
  database: Database,
  settings: ConversationLogSettings = {},
): PostgresConversationLog {
  return new WriteBehind(database, settings);
}

class WriteBehind implements PostgresConversationLog {
  readonly #database: Database;
  readonly #settings: ConversationLogSettings;
  readonly #flushMs: number;
  readonly #buffer: EntryBuffer;
  #timer: NodeJS.Timeout | undefined;
  #flushing = false;
  /** Flushes that failed in a row. */
  #failures = 0;
  #closed = false;

  constructor(database: Database, settings: ConversationLogSettings) {
    this.#database = database;
    this.#settings = settings;
    this.#flushMs = settings.flushMs ?? FLUSH_MS;
    this.#buffer = new EntryBuffer({
      words: settings.maxBuffered ?? MAX_BUFFERED,
      folds: settings.maxFolds ?? MAX_FOLDS,
    });
  }

  write(entry: ConversationEntry): void {
    if (this.#closed) return this.#dropped(entry, 1, 'closed');
    const dropped = this.#buffer.append(entry);
    if (dropped > 0) this.#dropped(entry, dropped, 'overflow');
    // After a failure the back-off decides, however much waits.
    this.#schedule(this.#failures === 0 ? this.#pauseMs() : this.#flushMs);
  }

  pending(): number {
    return this.#buffer.size;
  }

  async settled(deadlineMs: number): Promise<void> {
    const emptied = this.#buffer.emptied(deadlineMs);
    if (this.#buffer.size > 0) this.#schedule(0);
    await emptied;
  }

  async close(deadlineMs: number): Promise<void> {
    try {
      await this.settled(deadlineMs);
    } finally {
      this.#closed = true;
      this.#clearTimer();
    }
  }

  #pauseMs(): number {
    return this.#buffer.size >= MAX_BATCH || this.#buffer.awaited ? 0 : this.#flushMs;
  }

  #schedule(delayMs: number): void {
    if (this.#flushing || this.#closed) return;
    if (delayMs === 0) this.#clearTimer();
    this.#timer ??= setTimeout(() => void this.#flush(), delayMs);
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #flush(): Promise<void> {
    this.#clearTimer();
    this.#flushing = true;
    try {
      for (const [clinicId, batch] of byClinic(this.#buffer.next(MAX_BATCH))) await this.#storeBatch(clinicId, batch);
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#settings.onFailure?.(error);
    }
    this.#flushing = false;
    if (this.#buffer.size > 0) this.#schedule(this.#failures === 0 ? this.#pauseMs() : backOffMs(this.#failures));
  }

  async #storeBatch(clinicId: string, batch: readonly Pending[]): Promise<void> {
    try {
      await this.#store(clinicId, batch);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const item of batch) await this.#storeAlone(clinicId, item);
    }
  }

  async #storeAlone(clinicId: string, item: Pending): Promise<void> {
    try {
      await this.#store(clinicId, [item]);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#buffer.remove([item]);
      this.#dropped(item.entry, 1, 'refused', error);
    }
  }

  #dropped({ kind }: ConversationEntry, count: number, cause: DropCause, error?: unknown): void {
    const { onDropped, onFoldsDropped } = this.#settings;
    (kind === 'folded' ? onFoldsDropped : onDropped)?.(count, cause, error);
  }

  async #store(clinicId: string, batch: readonly Pending[]): Promise<void> {
    const entries = batch.map(({ entry }) => entry);
    const stale = await this.#database.withClinic(clinicId, 'store_conversations', (sql) =>
      storeEntries(sql, clinicId, entries),
    );
    this.#buffer.remove(batch);
    for (const owner of stale) this.#settings.onStale?.(owner);
  }
}

function backOffMs(failures: number): number {
  return (0.5 + Math.random() / 2) * Math.min(RETRY_BASE_MS * 2 ** failures, RETRY_LIMIT_MS);
}

function byClinic(batch: readonly Pending[]): Map<string, Pending[]> {
  const groups = new Map<string, Pending[]>();
  for (const item of batch) {
    const group = groups.get(item.entry.clinicId);
    if (group === undefined) groups.set(item.entry.clinicId, [item]);
    else group.push(item);
  }
  return groups;
}
