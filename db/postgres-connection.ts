/**
 * One connection to Postgres, used by one caller at a time and never again once it has failed. The only importer of the
 * driver. It is kept to a pool of one and its own transactions are not used, because in 3.4.9 a connection that dies
 * inside one takes the process with it (porsager/postgres#1208), may run later statements outside the transaction or in
 * another's (#1216), and may never come back: here a dead connection is replaced whole, and nothing is written to it.
 */
import type { Socket } from 'node:net';
import postgres from 'postgres';
import { DatabaseUnavailable } from './postgres-errors.ts';
import { openSocket, type SocketTarget } from './postgres-socket.ts';

/** Instants, epoch milliseconds, are what code passes and gets where the database has `timestamptz`. */
interface StoredTypes extends Record<string, postgres.PostgresType> {
  readonly instant: postgres.PostgresType<number>;
}

/** Runs tagged SQL. Every query must be awaited, and its error must not be swallowed. */
export type Sql = postgres.ISql<{ instant: number }>;

/** A statement that is sent when it is awaited, not before. */
export type Statement = postgres.PendingQuery<postgres.Row[]>;

export interface ConnectionSettings {
  readonly url: string;
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** How long the server keeps a transaction whose client says nothing. */
  readonly idleTransactionMs: number;
}

export interface Connection {
  /** Connects at its first use. Throws `DatabaseUnavailable` once the connection is gone. */
  readonly sql: Sql;
  /** False once the connection is gone; it is then good for nothing. */
  alive(): boolean;
  /** Rejects when the connection goes. */
  readonly lost: Promise<never>;
  /** Cuts the connection: what runs on it fails, and the server rolls it back. */
  destroy(): void;
  /** Says goodbye to the server; for a connection not in use. */
  end(): Promise<void>;
}

const TIMESTAMPTZ_OID = 1184;

const STORED_TYPES: StoredTypes = {
  instant: {
    to: TIMESTAMPTZ_OID,
    from: [TIMESTAMPTZ_OID],
    serialize: (at: number) => new Date(at).toISOString(),
    parse: (text: string) => Date.parse(text),
  },
};

export function openConnection(settings: ConnectionSettings): Connection {
  let socket: Socket | undefined;
  let alive = true;
  let rejectLost: ((error: DatabaseUnavailable) => void) | undefined;
  const lost = new Promise<never>((_, reject) => {
    rejectLost = reject;
  });
  // Nobody has to listen: an unused connection may go unnoticed.
  lost.catch(() => {});

  function onLost(error = new DatabaseUnavailable('the connection to Postgres was lost')): void {
    alive = false;
    rejectLost?.(error);
  }

  /** Once only: the driver would try again without end, and without a pause, where a server accepts and hangs up. */
  async function connect(target: SocketTarget): Promise<Socket> {
    if (socket !== undefined) throw new DatabaseUnavailable('the connection to Postgres was lost');
    try {
      socket = await openSocket(target, settings.connectTimeoutMs);
    } catch (error) {
      const unreachable = new DatabaseUnavailable('Postgres could not be reached', { cause: error });
      onLost(unreachable);
      throw unreachable;
    }
    socket.once('close', () => onLost());
    if (!alive) socket.destroy();
    return socket;
  }

  const driver = postgres(settings.url, driverOptions(settings, connect, onLost));

  function destroy(): void {
    onLost();
    socket?.destroy();
    driver.end({ timeout: 0 }).catch(() => {});
  }

  async function end(): Promise<void> {
    onLost();
    await driver.end({ timeout: settings.connectTimeoutMs / 1000 });
    socket?.destroy();
  }

  return { sql: onlyWhile(() => alive, driver), alive: () => alive, lost, destroy, end };
}

function driverOptions(
  settings: ConnectionSettings,
  connect: (target: SocketTarget) => Promise<Socket>,
  onLost: () => void,
): postgres.Options<StoredTypes> {
  const options = {
    max: 1,
    max_lifetime: null,
    connect_timeout: settings.connectTimeoutMs / 1000,
    idle_timeout: settings.idleTimeoutMs / 1000,
    connection: {
      application_name: settings.applicationName,
      statement_timeout: settings.statementTimeoutMs,
      lock_timeout: settings.statementTimeoutMs,
      idle_in_transaction_session_timeout: settings.idleTransactionMs,
    },
    fetch_types: false,
    types: STORED_TYPES,
    onnotice: () => {},
    onclose: () => onLost(),
    // Not in the driver's types, and documented: https://github.com/porsager/postgres#connection-details
    socket: connect,
  };
  return options;
}

/** The driver connects anew by itself when asked something after a loss: never, inside somebody's transaction. */
function onlyWhile(alive: () => boolean, driver: Sql): Sql {
  return new Proxy(driver, {
    apply(target, self, args): unknown {
      if (!alive()) throw new DatabaseUnavailable('the connection to Postgres is gone');
      return Reflect.apply(target, self, args);
    },
  });
}
