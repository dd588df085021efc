/**
 * The database as the stores use it. Everything that belongs to a clinic goes through `withClinic`, a transaction under
 * row-level security; every call has a deadline, at which its connection is cut, so that nothing it did can be
 * committed later. Connects lazily; a database that comes back is found by the next call.
 */
import { NO_TRACING, type Tracing, traced } from '../src/domain/tracing.ts';
import { ConnectionPool } from './connection-pool.ts';
import { type Connection, openConnection, type Sql, type Statement } from './postgres-connection.ts';
import { DatabaseUnavailable, isOutage } from './postgres-errors.ts';

export type { Sql } from './postgres-connection.ts';

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
  /** Told of every call once it has ended; must not throw. */
  readonly onQuery?: (report: QueryReport) => void;
  /** Each call is a span; nothing is traced where absent. */
  readonly tracing?: Tracing;
}

export interface QueryReport {
  /** The name given by the caller: one of a closed set, fit for a label. */
  readonly query: string;
  readonly tookMs: number;
  readonly result: 'ok' | 'failed';
}

/** A connection lent for one clinic. */
export interface ClinicConnection {
  /** As `readClinic`. */
  read<const Asked extends readonly Statement[]>(ask: (sql: Sql) => Asked): Promise<RowsOf<Asked>>;
  /** As `withClinic`. */
  change<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

export interface Database {
  /**
   * Runs `work` in a transaction that sees and writes this clinic's rows only, and commits what it did unless it
   * throws. Throws what the database or `work` threw. Where the connection was lost or the deadline passed
   * (`isOutage`), the transaction is rolled back, unless its commit was on the way already: then nobody knows.
   */
  withClinic<T>(clinicId: string, query: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * Reads of a clinic what these statements ask, in their order and each of its own snapshot, in a read-only transaction
   * under row-level security that costs one round trip: they are sent together with what begins and ends it. Throws
   * what the first of them to fail threw.
   */
  readClinic<const Asked extends readonly Statement[]>(
    clinicId: string,
    query: string,
    ask: (sql: Sql) => Asked,
  ): Promise<RowsOf<Asked>>;
  /**
   * As `withClinic`, of statements that are known from the start and name their clinic themselves: all of it is on the
   * way at once, and costs one round trip.
   */
  writeClinic<const Asked extends readonly Statement[]>(
    clinicId: string,
    query: string,
    ask: (sql: Sql) => Asked,
  ): Promise<RowsOf<Asked>>;
  /** Several transactions of one clinic on one connection, so that nobody stands in line between them. */
  onConnection<T>(clinicId: string, query: string, work: (clinic: ClinicConnection) => Promise<T>): Promise<T>;
  /** As `withClinic`, bound to no clinic and with the rights of whoever connected: for the work of who runs Ava. */
  transaction<T>(query: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Runs `work` bound to no clinic and without a transaction. */
  unbound<T>(query: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Asks the server for an answer; milliseconds it took. */
  ping(): Promise<number>;
  /** The server's `max_connections`. */
  maxConnections(): Promise<number>;
  /** Lets running calls end within a few seconds, then cuts them; later ones are refused. */
  close(): Promise<void>;
}

/** What each statement found. */
export type RowsOf<Asked extends readonly Statement[]> = { -readonly [K in keyof Asked]: Awaited<Asked[K]> };

/** Owns nothing, so row-level security holds for it; made by the first migration. */
const APP_ROLE = 'ava_app';
const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 5_000;
const DEADLINE_MS = 8_000;
const IDLE_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 5_000;
/** Callers in line for a connection. */
const MAX_WAITING = 2_000;

export function openPostgres(settings: PostgresSettings): Database {
  const { tracing = NO_TRACING, deadlineMs = DEADLINE_MS } = settings;
  const connection = {
    url: settings.url,
    applicationName: settings.applicationName ?? 'ava',
    connectTimeoutMs: settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    statementTimeoutMs: settings.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    idleTimeoutMs: settings.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    idleTransactionMs: deadlineMs,
  };
  const pool = new ConnectionPool({
    open: () => openConnection(connection),
    size: settings.poolSize,
    maxWaiting: MAX_WAITING,
    longestRestMs: connection.idleTimeoutMs / 2,
  });

  async function reported<T>(query: string, call: (startedAt: number) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    let result: QueryReport['result'] = 'failed';
    try {
      const value = await call(startedAt);
      result = 'ok';
      return value;
    } finally {
      settings.onQuery?.({ query, tookMs: performance.now() - startedAt, result });
    }
  }

  function run<T>(query: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    const span = { name: `postgres ${query}`, role: 'asking', facts: { 'db.system.name': 'postgresql' } } as const;
    return traced(tracing, span, () => borrowed(query, work));
  }

  function borrowed<T>(query: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    return reported(query, async (startedAt) => {
      const connection = await pool.borrow(deadlineMs);
      try {
        return await beforeDeadline(connection, startedAt + deadlineMs - performance.now(), work);
      } catch (error) {
        // Whatever state such a connection is in, the next caller shall not find out.
        if (isOutage(error)) connection.destroy();
        throw error;
      } finally {
        pool.giveBack(connection);
      }
    });
  }

  const scopeOf = (clinicId: string): ClinicScope => ({ clinicId, carried: tracing.carried() });
  const unbound: Database['unbound'] = (query, work) => run(query, ({ sql }) => work(sql));

  return {
    withClinic: (clinicId, query, work) => run(query, (lent) => lentTo(scopeOf(clinicId), lent).change(work)),
    readClinic: (clinicId, query, ask) => run(query, (lent) => lentTo(scopeOf(clinicId), lent).read(ask)),
    writeClinic: (clinicId, query, ask) =>
      run(query, ({ sql }) => sendTogether(sql, sql`begin`, scopeOf(clinicId), ask)),
    onConnection: (clinicId, query, work) => run(query, (lent) => work(lentTo(scopeOf(clinicId), lent))),
    transaction: (query, work) => run(query, (lent) => transact(lent, (sql) => sql`begin`, work)),
    unbound,
    async ping() {
      const startedAt = performance.now();
      await unbound('ping', (sql) => sql`select 1`);
      return performance.now() - startedAt;
    },
    async maxConnections() {
      const [row] = await unbound('max_connections', (sql) => sql`select current_setting('max_connections')::int as n`);
      return Number(row?.['n']);
    },
    close: () => pool.close(CLOSE_TIMEOUT_MS),
  };
}

/** Cuts the connection when the time is over; `work`, should it still wait for something else, is left behind. */
async function beforeDeadline<T>(
  connection: Connection,
  timeLeftMs: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    connection.destroy();
  }, timeLeftMs);
  try {
    return await Promise.race([work(connection), connection.lost]);
  } catch (error) {
    throw expired ? new DatabaseUnavailable('no answer from Postgres in time', { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}

interface ClinicScope {
  /** Whose rows the transaction sees. */
  readonly clinicId: string;
  /** The trace that rows of its outbox carry on: the column's default reads the setting. */
  readonly carried: string | null;
}

function lentTo(scope: ClinicScope, connection: Connection): ClinicConnection {
  return {
    read: (ask) => sendTogether(connection.sql, connection.sql`begin read only`, scope, ask),
    // Both on the way at once: one round trip.
    change: (work) => transact(connection, (sql) => Promise.all([sql`begin`, enterScope(sql, scope)]), work),
  };
}

async function transact<T>(
  connection: Connection,
  begin: (sql: Sql) => Promise<unknown>,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const { sql } = connection;
  try {
    await begin(sql);
    const value = await work(sql);
    refuseRollback(await sql`commit`);
    return value;
  } catch (error) {
    if (!isOutage(error)) await rollBack(connection);
    throw error;
  }
}

/** What Postgres answers to COMMIT where a statement had failed and its error went unnoticed. */
function refuseRollback({ command }: { readonly command: string }): void {
  if (command !== 'COMMIT') throw new Error('the transaction was rolled back: a statement in it had failed');
}

/**
 * All on the way at once. Were the transaction not begun or not bound, the statements would run all the same: what a read
 * found is then thrown away, and what writes must name its clinic itself. Where one fails, the commit rolls back, and that
 * before anything else that is sent on this connection.
 */
async function sendTogether<const Asked extends readonly Statement[]>(
  sql: Sql,
  begin: Statement,
  scope: ClinicScope,
  ask: (sql: Sql) => Asked,
): Promise<RowsOf<Asked>> {
  const begun = Promise.all([begin, enterScope(sql, scope)]);
  const found: Promise<RowsOf<Asked>> = Promise.all(ask(sql));
  const [, , committed] = await Promise.all([begun, found, sql`commit`]);
  refuseRollback(committed);
  return found;
}

/** From here on the transaction is the app's, and sees this clinic. */
function enterScope(sql: Sql, { clinicId, carried }: ClinicScope) {
  return sql`
    select set_config('role', ${APP_ROLE}, true), set_config('ava.clinic_id', ${clinicId}, true),
           set_config('ava.trace_context', ${carried ?? ''}, true)`;
}

/** Where even that fails the connection goes, and the server rolls back by itself. */
async function rollBack(connection: Connection): Promise<void> {
  try {
    await connection.sql`rollback`;
  } catch {
    connection.destroy();
  }
}
