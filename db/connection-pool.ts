/**
 * Lends connections, one caller each, up to a number. Callers beyond it wait in line, within limits of length and time.
 * A connection that died is replaced when its place is next needed; nothing here waits for the network.
 */
import type { Connection } from './postgres-connection.ts';
import { DatabaseUnavailable } from './postgres-errors.ts';

interface Waiter {
  readonly take: (connection: Connection) => void;
  readonly refuse: (error: DatabaseUnavailable) => void;
}

interface ConnectionPoolOptions {
  readonly open: () => Connection;
  /** Connections at once. */
  readonly size: number;
  readonly maxWaiting: number;
  /**
   * A connection that was not used for so long is not lent again: shorter than what its driver, or a proxy, takes for
   * idle and ends, since one that is being ended still looks alive.
   */
  readonly longestRestMs: number;
  /** ms; any origin. */
  readonly now?: () => number;
}

export class ConnectionPool {
  readonly #open: () => Connection;
  readonly #size: number;
  readonly #maxWaiting: number;
  readonly #longestRestMs: number;
  readonly #now: () => number;
  readonly #lent = new Set<Connection>();
  readonly #idle: { readonly connection: Connection; readonly since: number }[] = [];
  /** First come, first served, as a Set keeps the order of insertion. */
  readonly #waiting = new Set<Waiter>();
  #closed = false;
  #whenReturned: (() => void) | undefined;

  constructor({ open, size, maxWaiting, longestRestMs, now = () => performance.now() }: ConnectionPoolOptions) {
    this.#open = open;
    this.#size = size;
    this.#maxWaiting = maxWaiting;
    this.#longestRestMs = longestRestMs;
    this.#now = now;
  }

  /** Lends a connection that was alive when last seen. Rejects past the timeout, with too long a line, or once closed. */
  async borrow(timeoutMs: number): Promise<Connection> {
    if (this.#closed) throw new DatabaseUnavailable('the pool of connections to Postgres is closed');
    const connection = this.#free();
    if (connection !== undefined) return this.#lend(connection);
    if (this.#waiting.size >= this.#maxWaiting) {
      throw new DatabaseUnavailable(`${this.#maxWaiting} callers wait for a connection to Postgres already`);
    }
    return this.#standInLine(timeoutMs);
  }

  /** Takes a connection back, dead or alive. */
  giveBack(connection: Connection): void {
    this.#lent.delete(connection);
    const [waiter] = this.#waiting;
    if (waiter !== undefined) waiter.take(this.#lend(connection.alive() ? connection : this.#open()));
    else if (connection.alive()) this.#idle.push({ connection, since: this.#now() });
    if (this.#lent.size === 0) this.#whenReturned?.();
  }

  /** Refuses newcomers, lets what is lent come back within the timeout, then cuts it. */
  async close(timeoutMs: number): Promise<void> {
    this.#closed = true;
    for (const { refuse } of this.#waiting)
      refuse(new DatabaseUnavailable('the pool of connections to Postgres is closing'));
    if (this.#lent.size > 0) await this.#returned(timeoutMs);
    for (const connection of this.#lent) connection.destroy();
    await Promise.all(this.#idle.splice(0).map(({ connection }) => connection.end()));
  }

  #free(): Connection | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      const { connection, since } = idle;
      if (connection.alive() && this.#now() - since < this.#longestRestMs) return connection;
      // Used up; it goes by itself, and nobody waits for it.
      connection.end().catch(() => undefined);
    }
    return this.#lent.size < this.#size ? this.#open() : undefined;
  }

  #lend(connection: Connection): Connection {
    this.#lent.add(connection);
    return connection;
  }

  #standInLine(timeoutMs: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
      };
      const waiter: Waiter = {
        take: (connection) => {
          leave();
          resolve(connection);
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      const timer = setTimeout(
        () => waiter.refuse(new DatabaseUnavailable(`no connection to Postgres came free within ${timeoutMs} ms`)),
        timeoutMs,
      );
      this.#waiting.add(waiter);
    });
  }

  #returned(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#whenReturned = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
