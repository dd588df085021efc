/**
 * This node's heartbeat: its row in `nodes`, written each second from the moment the database is open until everything
 * else of the node is closed, so that other nodes can tell what it holds from what it left behind. One write at a time;
 * one that fails is told of and tried again at the next beat, whatever the failure.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '../src/domain/clinic.ts';
import type { Database, Sql } from './postgres.ts';

export interface NodeIdentity {
  readonly nodeId: string;
  readonly role: 'server' | 'worker' | 'all';
  /** By the clock that stamps the node's calls; tells one life of a node's name from the next. */
  readonly startedAt: Instant;
}

export interface HeartbeatSettings {
  /** Told when beats begin to fail, once until one succeeds again. Must not throw. */
  readonly onLost?: (error: unknown) => void;
  /** Told when one succeeds again, with the time since the last that did. Must not throw. */
  readonly onBack?: (silentMs: number) => void;
  readonly everyMs?: number;
}

export interface Heartbeat {
  /** Stops beating and marks the node as stopped; resolves within a few seconds, whether that could be written or not. */
  close(): Promise<void>;
}

const EVERY_MS = 1_000;
/** Beats of many nodes started by one command shall not fall on one moment. */
const JITTER = 0.1;
/** A longer pause between beats is a gap: whoever was silent so long is no witness for a while. */
export const HEARTBEAT_GAP_MS = 5_000;
const GOODBYE_LIMIT_MS = 3_000;
/** Longer than a living node needs to write a heartbeat after an outage: one deadline of the database, and a beat. */
const WITNESS_MS = 15_000;

/** The condition that some node has been able to write for a while, so that one that did not is silent by itself. */
export function hasWitness(sql: Sql) {
  return sql`
    exists (
      select from nodes witness
      where witness.heartbeat_at > now() - ${HEARTBEAT_GAP_MS}::float8 * interval '1 ms'
        and witness.beating_since < now() - ${WITNESS_MS}::float8 * interval '1 ms')`;
}

/** Begins to beat, at once; waits for nothing, since a node starts with the database away too. */
export function startHeartbeat(
  database: Database,
  identity: NodeIdentity,
  settings: HeartbeatSettings = {},
): Heartbeat {
  const heart = new Heart(database, identity, settings);
  heart.start();
  return heart;
}

class Heart implements Heartbeat {
  readonly #database: Database;
  readonly #identity: NodeIdentity;
  readonly #settings: HeartbeatSettings;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #lost = false;
  #lastBeatAt = performance.now();

  constructor(database: Database, identity: NodeIdentity, settings: HeartbeatSettings) {
    this.#database = database;
    this.#identity = identity;
    this.#settings = settings;
  }

  start(): void {
    this.#beating = this.#beat();
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#timer);
    const limit = new AbortController();
    const enough = sleep(GOODBYE_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
    await Promise.race([this.#goodbye(), enough]);
    limit.abort();
  }

  async #goodbye(): Promise<void> {
    await this.#beating;
    await this.#database.unbound('goodbye', (sql) => writeGoodbye(sql, this.#identity)).catch(this.#failed);
  }

  async #beat(): Promise<void> {
    try {
      await this.#database.unbound('heartbeat', (sql) => writeHeartbeat(sql, this.#identity));
      this.#succeeded();
    } catch (error) {
      this.#failed(error);
    }
    if (this.#closing !== undefined) return;
    const everyMs = (this.#settings.everyMs ?? EVERY_MS) * (1 + JITTER * (2 * Math.random() - 1));
    this.#timer = setTimeout(() => this.start(), everyMs);
  }

  #succeeded(): void {
    const now = performance.now();
    if (this.#lost) this.#settings.onBack?.(now - this.#lastBeatAt);
    this.#lost = false;
    this.#lastBeatAt = now;
  }

  readonly #failed = (error: unknown): void => {
    if (!this.#lost) this.#settings.onLost?.(error);
    this.#lost = true;
  };
}

async function writeHeartbeat(sql: Sql, { nodeId, role, startedAt }: NodeIdentity): Promise<void> {
  await sql`
    insert into nodes (node_id, role, started_at, heartbeat_at, beating_since)
    values (${nodeId}, ${role}, ${startedAt}, now(), now())
    on conflict (node_id) do update
    set role = excluded.role, started_at = excluded.started_at, heartbeat_at = now(), stopped_at = null,
        beating_since = case
          when nodes.stopped_at is null and nodes.started_at = excluded.started_at
               and nodes.heartbeat_at > now() - ${HEARTBEAT_GAP_MS}::float8 * interval '1 ms'
          then nodes.beating_since else now() end`;
}

/** Only of the life that ends: another may have begun under the same name. */
async function writeGoodbye(sql: Sql, { nodeId, startedAt }: NodeIdentity): Promise<void> {
  await sql`update nodes set stopped_at = now() where node_id = ${nodeId} and started_at = ${startedAt}`;
}
