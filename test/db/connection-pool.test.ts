import { describe, expect, it } from 'vitest';
import { ConnectionPool } from '../../db/connection-pool.ts';
import type { Connection } from '../../db/postgres-connection.ts';

function openPool() {
  let now = 0;
  const opened: Connection[] = [];
  const ended: Connection[] = [];
  const open = (): Connection => {
    const connection: Connection = {
      get sql(): never {
        throw new Error('nothing is asked here');
      },
      alive: () => true,
      lost: new Promise(() => undefined),
      destroy: () => undefined,
      end: async () => void ended.push(connection),
    };
    opened.push(connection);
    return connection;
  };
  const pool = new ConnectionPool({ open, size: 2, maxWaiting: 1, longestRestMs: 100, now: () => now });
  return { pool, opened, ended, wait: (ms: number) => (now += ms) };
}

describe('a connection that was given back', () => {
  it('is lent again', async () => {
    const { pool, opened, wait } = openPool();
    pool.giveBack(await pool.borrow(1));
    wait(99);
    pool.giveBack(await pool.borrow(1));
    wait(99);
    expect(await pool.borrow(1)).toBe(opened[0]);
  });

  it('is ended and followed by a fresh one where it rested so long that it may be on its way out', async () => {
    const { pool, opened, ended, wait } = openPool();
    pool.giveBack(await pool.borrow(1));
    wait(100);
    expect(await pool.borrow(1)).toBe(opened[1]);
    expect(ended).toEqual([opened[0]]);
  });
});
