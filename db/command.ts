/**
 * What `npm run db -- …` does: migrations and the demo clinics. Which database: DATABASE_URL, from the environment or
 * `.env`, else the one that `npm start` left running. Never tells a password.
 */
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { MIGRATIONS_DIR, migrate, migrationNames, migrationStatus, stampMigrations } from './migrate.ts';
import { seed } from './seed.ts';

export interface CommandSetting {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where `.env` and `.data/` are looked for. */
  readonly folder: string;
}

export interface CommandResult {
  /** 0: done; 1: it failed; 64: it was asked wrongly. */
  readonly exitCode: number;
  readonly output: string;
  /** Why it was not done; empty where it was. */
  readonly complaint: string;
}

const USAGE = `Usage: npm run db -- COMMAND

  up [COUNT]     apply pending migrations: all of them, or the next COUNT
  down [COUNT]   take back the last COUNT migrations (default 1)
  status         what has been applied and what has not
  new NAME       add an empty migration, NAME in words joined by hyphens
  stamp          record pending migrations as applied, without running them
  seed           add the demo clinics where they are missing

The database is DATABASE_URL, from the environment or .env, else the one of a running \`npm start\`.`;

const EXIT_FAILED = 1;
const EXIT_USAGE = 64;
const DEV_STAND = join('.data', 'dev.json');

class UsageError extends Error {}

type Command = (setting: CommandSetting, argument: string | undefined) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  up: async (setting, count) =>
    listed('applied', await migrate({ ...target(setting), direction: 'up', ...counted(count) })),
  down: async (setting, count) =>
    listed('taken back', await migrate({ ...target(setting), direction: 'down', ...counted(count) })),
  stamp: async (setting) => listed('recorded as applied', await stampMigrations(target(setting).databaseUrl)),
  status: async (setting) => describeStatus(await migrationStatus(target(setting).databaseUrl)),
  new: (_setting, name) => newMigration(name),
  async seed(setting) {
    const { added } = await seed(target(setting).databaseUrl);
    return added.length === 0 ? 'the demo clinics are there already' : added.map((name) => `added ${name}`).join('\n');
  },
};

/** Runs one command to its end. Never throws. */
export async function runDbCommand(args: readonly string[], setting: CommandSetting): Promise<CommandResult> {
  const [name = '', argument, ...rest] = args;
  if (['help', '--help', '-h'].includes(name)) return { exitCode: 0, output: USAGE, complaint: '' };
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined || rest.length > 0) return { exitCode: EXIT_USAGE, output: '', complaint: USAGE };
  try {
    return { exitCode: 0, output: await command(setting, argument), complaint: '' };
  } catch (error) {
    const exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
    return { exitCode, output: '', complaint: `db ${name}: ${explain(error)}` };
  }
}

function target({ environment, folder }: CommandSetting): { databaseUrl: string } {
  const databaseUrl = environment['DATABASE_URL'] || fromEnvFile(folder) || fromDevStand(folder);
  if (!databaseUrl) throw new UsageError('which database? Set DATABASE_URL, or run `npm start` in another terminal');
  if (!URL.canParse(databaseUrl)) {
    throw new UsageError('DATABASE_URL is no URL; it looks like postgres://user@host:5432/name');
  }
  return { databaseUrl };
}

function fromEnvFile(folder: string): string | undefined {
  const file = join(folder, '.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8'))['DATABASE_URL'] : undefined;
}

function fromDevStand(folder: string): string | undefined {
  const file = join(folder, DEV_STAND);
  if (!existsSync(file)) return undefined;
  return z.object({ databaseUrl: z.string() }).safeParse(JSON.parse(readFileSync(file, 'utf8'))).data?.databaseUrl;
}

function counted(argument: string | undefined): { count?: number } {
  if (argument === undefined) return {};
  const count = z.coerce.number().int().positive().safeParse(argument);
  if (!count.success) throw new UsageError(`COUNT is a whole number above 0, not "${argument}"`);
  return { count: count.data };
}

async function newMigration(name: string | undefined): Promise<string> {
  if (name === undefined || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw new UsageError('new needs a NAME such as add-waitlist');
  }
  const last = (await migrationNames()).at(-1) ?? '0000';
  const index = String(Number.parseInt(last, 10) + 1).padStart(4, '0');
  const files = ['up', 'down'].map((direction) => join(MIGRATIONS_DIR, `${index}_${name}.${direction}.sql`));
  for (const file of files) await writeFile(file, '-- What it changes, and why.\n', { flag: 'wx' });
  return files.map((file) => `made ${file}`).join('\n');
}

function listed(done: string, { applied }: { applied: readonly string[] }): string {
  return applied.length === 0 ? 'nothing to do' : applied.map((name) => `${done}: ${name}`).join('\n');
}

function describeStatus({ applied, pending, unknown }: Awaited<ReturnType<typeof migrationStatus>>): string {
  return [
    ...applied.filter((name) => !unknown.includes(name)).map((name) => `applied  ${name}`),
    ...unknown.map((name) => `unknown  ${name}  (applied by a newer version of the program)`),
    ...pending.map((name) => `pending  ${name}`),
  ].join('\n');
}

/** The reason, and what is behind it; refused at several addresses, a connection's error has no message of its own. */
function explain(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(explain).join('; ');
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}
