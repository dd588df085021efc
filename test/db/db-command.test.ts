import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrationNames } from '../../db/migrate.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const PROGRAM = fileURLToPath(new URL('../../src/bin/db.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

describe('npm run db', () => {
  let fresh: FreshService;
  let folder: string;

  beforeAll(async () => {
    fresh = await freshDatabase({ migrated: false });
  });
  afterAll(() => fresh.drop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ava-db-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Runs the program in an empty folder, where it finds no `.env` and no stand. */
  function db(args: readonly string[], environment: Record<string, string> = {}) {
    const { DATABASE_URL: _, ...inherited } = process.env;
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const options = { cwd: folder, env: { ...inherited, ...environment }, timeout: 15_000 };
      const child = execFile(process.execPath, ['--import', TSX, PROGRAM, ...args], options, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      });
    });
  }

  it('explains itself, and exits 64 where it was asked wrongly', async () => {
    expect(await db(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: npm run db') });
    expect(await db(['sideways'])).toMatchObject({ code: 64, stderr: expect.stringContaining('Usage: npm run db') });
    expect(await db(['new', 'Not A Name'])).toMatchObject({ code: 64, stderr: expect.stringContaining('add-waitlist') });
    expect(await db(['status'])).toMatchObject({ code: 64, stderr: expect.stringContaining('which database?') });
  });

  it('migrates, seeds, tells its state and takes back', async () => {
    const environment = { DATABASE_URL: fresh.url };
    const names = await migrationNames();
    const up = await db(['up'], environment);
    expect(up).toEqual({ code: 0, stdout: names.map((name) => `applied: ${name}\n`).join(''), stderr: '' });
    expect(await db(['up'], environment)).toMatchObject({ code: 0, stdout: 'nothing to do\n' });
    expect(await db(['seed'], environment)).toMatchObject({ code: 0, stdout: expect.stringContaining('added Radiance') });
    expect(await db(['down', 'two'], environment)).toMatchObject({ code: 64 });
    expect(await db(['down'], environment)).toMatchObject({ code: 0, stdout: `taken back: ${names.at(-1)}\n` });
    expect((await db(['status'], environment)).stdout).toBe(
      [...names.slice(0, -1).map((name) => `applied  ${name}`), `pending  ${names.at(-1)}`, ''].join('\n'),
    );
  });

  it('finds the database in .env, else in what npm start left running', async () => {
    await mkdir(join(folder, '.data'));
    await writeFile(join(folder, '.data', 'dev.json'), JSON.stringify({ databaseUrl: fresh.url, pids: [1] }));
    expect(await db(['status'])).toMatchObject({ code: 0, stderr: '' });
    await writeFile(join(folder, '.env'), 'DATABASE_URL=postgres://nobody@127.0.0.1:1/none\n');
    expect(await db(['status'])).toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') });
  });

  it('fails with a reason and without the password', async () => {
    for (const command of ['up', 'status', 'seed', 'stamp']) {
      const failed = await db([command], { DATABASE_URL: 'postgres://ava:hunter2@127.0.0.1:1/ava' });
      expect(failed).toMatchObject({ code: 1, stdout: '' });
      expect(failed.stderr).toMatch(/^db \w+: .*(ECONNREFUSED|could not be reached)/);
      expect(failed.stderr).not.toContain('hunter2');
    }
  });
});
