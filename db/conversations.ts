/**
 * The record of conversations, written behind: a call only ever appends to a buffer in memory, and one flush at a time
 * takes the oldest entries to Postgres, a transaction a clinic. Entries stay in order until they are stored. With
 * Postgres away they wait, within a limit; what Postgres refuses for good is dropped entry by entry and reported, so
 * that one bad row never holds up the rest.
 */
import type { ConversationEntry, ConversationLog } from '../src/domain/ports.ts';
import { storeEntries } from './conversation-statements.ts';
import { EntryBuffer, type Pending } from './entry-buffer.ts';
import type { Database } from './postgres.ts';
import { isRefusal } from './postgres-errors.ts';

export interface ConversationLogSettings {
  /** Told of entries that are lost: the buffer was full, Postgres refused them, the log was closed. Must not throw. */
  readonly onDropped?: (count: number, cause: 'overflow' | 'refused' | 'closed', error?: unknown) => void;
  /** Told of each flush that failed and will be tried again. Must not throw. */
  readonly onFailure?: (error: unknown) => void;
  readonly flushMs?: number;
  readonly maxBuffered?: number;
}

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
const RETRY_BASE_MS = 200;
const RETRY_LIMIT_MS = 5_000;

export function postgresConversationLog(
  database: Database,
  {
    onDropped = () => {},
    onFailure = () => {},
    flushMs = FLUSH_MS,
    maxBuffered = MAX_BUFFERED,
  }: ConversationLogSettings = {},
): PostgresConversationLog {
  const buffer = new EntryBuffer(maxBuffered);
  let timer: NodeJS.Timeout | undefined;
  let flushing = false;
  let failures = 0;
  let closed = false;

  function write(entry: ConversationEntry): void {
    if (closed) return onDropped(1, 'closed');
    const dropped = buffer.append(entry);
    if (dropped > 0) onDropped(dropped, 'overflow');
    // After a failure the back-off decides, however much waits.
    schedule(failures === 0 ? pauseMs() : flushMs);
  }

  function pauseMs(): number {
    return buffer.size >= MAX_BATCH || buffer.awaited ? 0 : flushMs;
  }

  function schedule(delayMs: number): void {
    if (flushing || closed) return;
    if (delayMs === 0) clearTimer();
    timer ??= setTimeout(() => void flush(), delayMs);
  }

  function clearTimer(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  async function flush(): Promise<void> {
    clearTimer();
    flushing = true;
    try {
      for (const [clinicId, batch] of byClinic(buffer.oldest(MAX_BATCH))) await storeBatch(clinicId, batch);
      failures = 0;
    } catch (error) {
      failures += 1;
      onFailure(error);
    }
    flushing = false;
    if (buffer.size > 0) schedule(failures === 0 ? pauseMs() : backOffMs(failures));
  }

  async function storeBatch(clinicId: string, batch: readonly Pending[]): Promise<void> {
    try {
      await store(clinicId, batch);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const item of batch) await storeAlone(clinicId, item);
    }
  }

  async function storeAlone(clinicId: string, item: Pending): Promise<void> {
    try {
      await store(clinicId, [item]);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      buffer.remove([item]);
      onDropped(1, 'refused', error);
    }
  }

  async function store(clinicId: string, batch: readonly Pending[]): Promise<void> {
    const entries = batch.map(({ entry }) => entry);
    await database.withClinic(clinicId, 'store_conversations', (sql) => storeEntries(sql, clinicId, entries));
    buffer.remove(batch);
  }

  async function settled(deadlineMs: number): Promise<void> {
    const emptied = buffer.emptied(deadlineMs);
    if (buffer.size > 0) schedule(0);
    await emptied;
  }

  async function close(deadlineMs: number): Promise<void> {
    try {
      await settled(deadlineMs);
    } finally {
      closed = true;
      clearTimer();
    }
  }

  return { write, settled, pending: () => buffer.size, close };
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
