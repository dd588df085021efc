import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startPostgres } from '../../ops/embedded/postgres.ts';
import { isRunning } from '../../ops/embedded/process.ts';

let dir: string;
const started: EmbeddedPostgres[] = [];
const said: string[] = [];

/** Only root may enter the folder that `mkdtemp` makes, so that as root the cluster is somewhere else. */
const start = async (): Promise<EmbeddedPostgres> => {
  const server = await startPostgres({ dir: join(dir, 'postgres'), durable: false, report: (line) => said.push(line) });
  started.push(server);
  return server;
};

async function query<T>(url: string, ask: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await ask(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

beforeEach(async () => {
  said.length = 0;
  dir = await mkdtemp(join(tmpdir(), 'ava-postgres-'));
});

afterEach(async () => {
  await Promise.all(started.map((server) => server.stop()));
  await Promise.all(
    [dir, ...started.map((server) => server.dir)].map((path) => rm(path, { recursive: true, force: true })),
  );
  started.length = 0;
});

describe('the embedded Postgres', () => {
  it('keeps its data from start to start, and lets nobody in without the password', async () => {
    const first = await start();
    await query(first.url, (sql) => sql`create table kept as select 42 as answer`);
    const stranger = new URL(first.url);
    stranger.password = 'guess';
    await expect(query(stranger.href, (sql) => sql`select 1`)).rejects.toThrow(/password authentication failed/);
    await first.stop();
    expect(isRunning(first.pid)).toBe(false);
    const second = await start();
    const rows = await query(second.url, (sql) => sql`select answer from kept`);
    expect(rows).toEqual([{ answer: 42 }]);
  });

  it('stops a server that an earlier run left behind before it starts its own', async () => {
    const leftover = await start();
    const server = await start();
    expect(isRunning(leftover.pid)).toBe(false);
    expect(said.join()).toContain(`process ${leftover.pid}`);
    await expect(query(server.url, (sql) => sql`select 1 as one`)).resolves.toEqual([{ one: 1 }]);
  });

  it('leaves a stranger alone whose process id a crash has left in the pid file', async () => {
    const first = await start();
    await first.stop();
    const stranger = spawn('sleep', ['60']);
    try {
      await writeFile(join(first.dir, 'data', 'postmaster.pid'), `${stranger.pid}\n${first.dir}/data\n`);
      const server = await start();
      await expect(query(server.url, (sql) => sql`select 1 as one`)).resolves.toEqual([{ one: 1 }]);
      expect(stranger.exitCode).toBeNull();
    } finally {
      const gone = once(stranger, 'exit');
      stranger.kill('SIGKILL');
      await gone;
    }
  });

  it('shows the end of its log where it does not start', async () => {
    const first = await start();
    await first.stop();
    await appendFile(join(first.dir, 'data', 'postgresql.conf'), '\nno_such_setting = 1\n');
    await expect(start()).rejects.toThrow(/no_such_setting/);
  });

  it('moves to where Postgres can go when only root may enter the folder', async (context) => {
    context.skip(process.getuid?.() !== 0, 'only root has this trouble');
    const server = await start();
    expect(server.dir).toMatch(/^\/var\/tmp\/ava-/);
    expect(said.join()).toContain(server.dir);
  });
});
