/**
 * The pool of Postgres connections: the only importer of the driver. Everything that belongs to a clinic goes through
 * `withClinic`, a transaction under row-level security; every wait is bounded, here on the client as well as on the
 * server. Opening connects lazily; `close` waits for running transactions within a limit.
 */
import postgres from 'postgres';
import { DatabaseUnavailable } from './postgres-errors.ts';
import { openSocket, type SocketTarget } from './postgres-socket.ts';

/** Instants, epoch milliseconds, are what code passes and gets where the database has `timestamptz`. */
interface StoredTypes extends Record<string, postgres.PostgresType> {
  readonly instant: postgres.PostgresType<number>;
}

/** Runs tagged SQL outside of any clinic: the directory, health checks, sweeps. */
export type Sql = postgres.ISql<{ instant: number }>;

export interface PostgresSettings {
  readonly url: string;
  /** Connections at most. */
  readonly poolSize: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  readonly connectTimeoutMs?: number;
  /** One statement, waits for locks included. */
  readonly statementTimeoutMs?: number;
  /** One call of `withClinic` or `unbound`, the wait for a connection included. */
  readonly deadlineMs?: number;
  /** How long an unused connection is kept. */
  readonly idleTimeoutMs?: number;
  /** Told of every call of `withClinic` and `unbound` once it has ended; must not throw. */
  readonly onQuery?: (report: QueryReport) => void;
}

export interface QueryReport {
  /** The name given by the caller: one of a closed set, fit for a label. */
  readonly query: string;
  readonly tookMs: number;
  readonly result: 'ok' | 'failed';
}

export interface Database {
  /**
   * Runs `work` in a transaction that can see and write this clinic's rows only, and commits what it did unless it
   * throws. Every query must be awaited inside. Throws what the database or `work` threw; `DatabaseUnavailable` past
   * the deadline, when the transaction is rolled back unless its commit was already on the way.
   */
  withClinic<T>(clinicId: string, query: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Runs `work` bound to no clinic and without a transaction. */
  unbound<T>(query: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Asks the server for an answer; milliseconds it took. */
  ping(): Promise<number>;
  /** The server's `max_connections`. */
  maxConnections(): Promise<number>;
  /** Ends the pool: running transactions get a few seconds, later calls are refused. */
  close(): Promise<void>;
}

/** Owns nothing, so row-level security holds for it; made by the first migration. */
const APP_ROLE = 'ava_app';
const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 5_000;
const DEADLINE_MS = 8_000;
const IDLE_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 5_000;
/** Calls that may run or wait for a connection at once. */
const MAX_PENDING = 2_000;
const TIMESTAMPTZ_OID = 1184;

const STORED_TYPES: StoredTypes = {
  instant: {
    to: TIMESTAMPTZ_OID,
    from: [TIMESTAMPTZ_OID],
    serialize: (at: number) => new Date(at).toISOString(),
    parse: (text: string) => Date.parse(text),
  },
};

export function openPostgres(settings: PostgresSettings): Database {
  const sql = postgres(settings.url, driverOptions(settings));
  const bounded = boundedCalls(settings);

  function withClinic<T>(clinicId: string, query: string, work: (sql: Sql) => Promise<T>): Promise<T> {
    return bounded(query, async (expired) => {
      const committed = await sql.begin(async (transaction) => {
        await transaction`
          select set_config('role', ${APP_ROLE}, true), set_config('ava.clinic_id', ${clinicId}, true)`;
        const value = await work(transaction);
        if (expired()) throw new DatabaseUnavailable(`${query}: rolled back, nobody waits for it any more`);
        return { value };
      });
      return committed.value;
    });
  }

  async function ping(): Promise<number> {
    const startedAt = performance.now();
    await bounded('ping', () => sql`select 1`);
    return performance.now() - startedAt;
  }

  async function maxConnections(): Promise<number> {
    const [row] = await bounded('max_connections', () => sql`select current_setting('max_connections')::int as n`);
    return Number(row?.['n']);
  }

  return {
    withClinic,
    unbound: (query, work) => bounded(query, () => work(sql)),
    ping,
    maxConnections,
    close: () => sql.end({ timeout: CLOSE_TIMEOUT_MS / 1000 }),
  };
}

function driverOptions(settings: PostgresSettings): postgres.Options<StoredTypes> {
  const statementTimeoutMs = settings.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const connectTimeoutMs = settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const idleTimeoutMs = settings.idleTimeoutMs ?? IDLE_TIMEOUT_MS;
  const silenceMs = Math.max(statementTimeoutMs, idleTimeoutMs) + connectTimeoutMs;
  const options = {
    max: settings.poolSize,
    connect_timeout: connectTimeoutMs / 1000,
    idle_timeout: idleTimeoutMs / 1000,
    // The driver's own back-off reaches 20 s: far longer than a caller waits once the server is back.
    backoff: (retries: number) => (0.5 + Math.random() / 2) * Math.min(0.05 * 2 ** retries, 0.5),
    connection: {
      application_name: settings.applicationName ?? 'ava',
      statement_timeout: statementTimeoutMs,
      lock_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: settings.deadlineMs ?? DEADLINE_MS,
    },
    fetch_types: false,
    types: STORED_TYPES,
    onnotice: () => {},
    socket: (target: SocketTarget) => openSocket(target, { connectTimeoutMs, silenceMs }),
  };
  return options;
}

/** Wraps every call: counted, timed, reported, and given up at the deadline. */
function boundedCalls(settings: PostgresSettings) {
  const deadlineMs = settings.deadlineMs ?? DEADLINE_MS;
  let pending = 0;

  return async function bounded<T>(query: string, call: (expired: () => boolean) => Promise<T>): Promise<T> {
    if (pending >= MAX_PENDING) throw new DatabaseUnavailable(`${query}: ${MAX_PENDING} calls wait for Postgres already`);
    const startedAt = performance.now();
    let result: QueryReport['result'] = 'failed';
    let expired = false;
    let timer: NodeJS.Timeout | undefined;
    pending += 1;
    const running = call(() => expired).finally(() => {
      pending -= 1;
    });
    try {
      const deadline = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          expired = true;
          reject(new DatabaseUnavailable(`${query}: no answer from Postgres within ${deadlineMs} ms`));
        }, deadlineMs);
      });
      const value = await Promise.race([running, deadline]);
      result = 'ok';
      return value;
    } finally {
      clearTimeout(timer);
      settings.onQuery?.({ query, tookMs: performance.now() - startedAt, result });
    }
  };
}
