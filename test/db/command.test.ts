import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runDbCommand } from '../../db/command.ts';
import { migrationNames } from '../../db/migrate.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const PROGRAM = fileURLToPath(new URL('../../src/bin/db.ts', import.meta.url));
const PROGRAM_TIMEOUT_MS = 60_000;

describe('npm run db', () => {
  let fresh: FreshService;
  /** Without `.env` and without a stand, at first. */
  let folder: string;

  beforeAll(async () => {
    fresh = await freshDatabase({ migrated: false });
  });
  afterAll(() => fresh.drop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ava-db-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const db = (args: readonly string[], environment: Record<string, string> = {}) =>
    runDbCommand(args, { environment, folder });

  it('explains itself when asked to', async () => {
    const usage = expect.stringContaining('Usage: npm run db');
    expect(await db(['--help'])).toEqual({ exitCode: 0, output: usage, complaint: '' });
  });

  it.each([
    [['sideways'], 'Usage: npm run db'],
    [[], 'Usage: npm run db'],
    [['up', '1', '2'], 'Usage: npm run db'],
    [['new', 'Not A Name'], 'add-waitlist'],
    [['status'], 'which database?'],
  ])('exits 64 when asked wrongly: %j', async (args, complaint) => {
    expect(await db(args)).toEqual({ exitCode: 64, output: '', complaint: expect.stringContaining(complaint) });
  });

  it('migrates, seeds, tells its state and takes back', async () => {
    const environment = { DATABASE_URL: fresh.url };
    const names = await migrationNames();
    const up = await db(['up'], environment);
    expect(up).toEqual({ exitCode: 0, output: names.map((name) => `applied: ${name}`).join('\n'), complaint: '' });
    expect(await db(['up'], environment)).toMatchObject({ exitCode: 0, output: 'nothing to do' });
    expect((await db(['seed'], environment)).output).toBe('added Radiance Med Spa\nadded Lumen Dermatology');
    expect((await db(['seed'], environment)).output).toBe('the demo clinics are there already');
    expect(await db(['down', 'two'], environment)).toMatchObject({ exitCode: 64 });
    expect((await db(['down'], environment)).output).toBe(`taken back: ${names.at(-1)}`);
    const applied = names.slice(0, -1).map((name) => `applied  ${name}`);
    expect((await db(['status'], environment)).output).toBe([...applied, `pending  ${names.at(-1)}`].join('\n'));
    expect((await db(['stamp'], environment)).output).toBe(`recorded as applied: ${names.at(-1)}`);
  });

  it('finds the database in the environment, else in .env, else in what npm start left running', async () => {
    await mkdir(join(folder, '.data'));
    await writeFile(join(folder, '.data', 'dev.json'), JSON.stringify({ databaseUrl: fresh.url, pids: [1] }));
    expect(await db(['status'])).toMatchObject({ exitCode: 0 });
    await writeFile(join(folder, '.env'), 'DATABASE_URL=postgres://nobody@127.0.0.1:1/none\n');
    expect(await db(['status'])).toMatchObject({ exitCode: 1, complaint: expect.stringContaining('ECONNREFUSED') });
    expect(await db(['status'], { DATABASE_URL: fresh.url })).toMatchObject({ exitCode: 0 });
  });

  it.each(['up', 'status', 'seed', 'stamp'])('fails at %s with a reason and without the password', async (command) => {
    const failed = await db([command], { DATABASE_URL: 'postgres://ava:hunter2@127.0.0.1:1/ava' });
    expect(failed).toMatchObject({ exitCode: 1, output: '' });
    expect(failed.complaint).toContain('ECONNREFUSED');
    expect(failed.complaint).not.toContain('hunter2');
  });

  it(
    'is a program that ends by itself',
    async () => {
      const own = await freshDatabase();
      onTestFinished(() => own.drop());
      const options = { env: { ...process.env, DATABASE_URL: own.url }, cwd: folder, timeout: PROGRAM_TIMEOUT_MS };
      const args = ['--import', import.meta.resolve('tsx'), PROGRAM, 'seed'];
      const { stdout } = await promisify(execFile)(process.execPath, args, options);
      expect(stdout).toBe('the demo clinics are there already\n');
    },
    PROGRAM_TIMEOUT_MS,
  );
});
