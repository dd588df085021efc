/**
 * `npm run db -- …`: migrations and the demo clinics. Which database: DATABASE_URL, from the environment or `.env`,
 * else the one that `npm start` left running. Prints what it did; exits 0 if it did it, 1 if that failed, 64 if it was
 * asked wrongly. Never prints a password.
 */
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MIGRATIONS_DIR, migrate, migrationNames, migrationStatus, stampMigrations } from '../../db/migrate.ts';
import { seed } from '../../db/seed.ts';

const USAGE = `Usage: npm run db -- COMMAND

  up [COUNT]     apply pending migrations: all of them, or the next COUNT
  down [COUNT]   take back the last COUNT migrations (default 1)
  status         what has been applied and what has not
  new NAME       add an empty migration, NAME in words joined by hyphens
  stamp          record pending migrations as applied, without running them
  seed           add the demo clinics where they are missing

The database is DATABASE_URL, from the environment or .env, else the one of a running \`npm start\`.`;

const EX_USAGE = 64;
const DEV_STAND = join('.data', 'dev.json');

class UsageError extends Error {}

type Command = (argument: string | undefined) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  up: async (argument) => listed('applied', await migrate({ ...target(), direction: 'up', ...counted(argument) })),
  down: async (argument) =>
    listed('taken back', await migrate({ ...target(), direction: 'down', ...counted(argument) })),
  stamp: async () => listed('recorded as applied', await stampMigrations(target().databaseUrl)),
  status: async () => {
    const { applied, pending, unknown } = await migrationStatus(target().databaseUrl);
    const known = applied.filter((name) => !unknown.includes(name));
    const lines = [
      ...known.map((name) => `applied  ${name}`),
      ...unknown.map((name) => `unknown  ${name}  (applied by a newer version of the program)`),
      ...pending.map((name) => `pending  ${name}`),
    ];
    return lines.join('\n');
  },
  new: async (name) => {
    if (name === undefined || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
      throw new UsageError('new needs a NAME such as add-waitlist');
    }
    const files = await newMigration(name);
    return files.map((file) => `made ${file}`).join('\n');
  },
  seed: async () => {
    const { added } = await seed(target().databaseUrl);
    return added.length === 0 ? 'the demo clinics are there already' : added.map((name) => `added ${name}`).join('\n');
  },
};

async function newMigration(name: string): Promise<string[]> {
  const last = (await migrationNames()).at(-1) ?? '0000';
  const index = String(Number.parseInt(last, 10) + 1).padStart(4, '0');
  const files = ['up', 'down'].map((direction) => join(MIGRATIONS_DIR, `${index}_${name}.${direction}.sql`));
  for (const file of files) await writeFile(file, '-- What it changes, and why.\n', { flag: 'wx' });
  return files;
}

function target(): { databaseUrl: string } {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const databaseUrl = process.env['DATABASE_URL'] || devDatabaseUrl();
  if (databaseUrl === undefined) {
    throw new UsageError('which database? Set DATABASE_URL, or run `npm start` in another terminal');
  }
  if (!URL.canParse(databaseUrl))
    throw new UsageError('DATABASE_URL is no URL; it looks like postgres://user@host:5432/name');
  return { databaseUrl };
}

function devDatabaseUrl(): string | undefined {
  if (!existsSync(DEV_STAND)) return undefined;
  const stand = z.object({ databaseUrl: z.string() }).safeParse(JSON.parse(readFileSync(DEV_STAND, 'utf8')));
  return stand.data?.databaseUrl;
}

function counted(argument: string | undefined): { count?: number } {
  if (argument === undefined) return {};
  const count = z.coerce.number().int().positive().safeParse(argument);
  if (!count.success) throw new UsageError(`COUNT is a whole number above 0, not "${argument}"`);
  return { count: count.data };
}

function listed(done: string, { applied }: { applied: string[] }): string {
  return applied.length === 0 ? 'nothing to do' : applied.map((name) => `${done}: ${name}`).join('\n');
}

/** The message, and its cause where it has one; a connection refused at several addresses has no message of its own. */
function explain(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(explain).join('; ');
  return error instanceof Error ? error.message : String(error);
}

async function main([name = '', argument, ...rest]: string[]): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined || rest.length > 0) {
    const asked = ['help', '--help', '-h'].includes(name);
    process[asked ? 'stdout' : 'stderr'].write(`${USAGE}\n`);
    return asked ? 0 : EX_USAGE;
  }
  try {
    process.stdout.write(`${await command(argument)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`db ${name}: ${explain(error)}\n`);
    return error instanceof UsageError ? EX_USAGE : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
