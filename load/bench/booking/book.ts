/**
 * The book that is measured: a Postgres of its own with a history in it, kept in a folder for each size and made anew
 * where the schema or what fills it has changed. What a run books is taken out again before the next.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MIGRATIONS_DIR, migrate } from '../../../db/migrate.ts';
import { type Database, openPostgres } from '../../../db/postgres.ts';
import { type Lock, takeLock } from '../../../ops/embedded/lock.ts';
import { type EmbeddedPostgres, startPostgres } from '../../../ops/embedded/postgres.ts';
import { writeCalendars } from './calendars.ts';
import { type HistorySize, writeHistory } from './history.ts';

export interface Book {
  readonly server: EmbeddedPostgres;
  /** As the owner, for what no caller does; its statements have time. */
  readonly owner: Database;
  /** How long it took to make; undefined where it was kept. */
  readonly loadedS: number | undefined;
  close(): Promise<void>;
}

const FOLDER = fileURLToPath(new URL('../../../.data/bench/', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const MAKERS = ['history.ts', 'clinics.ts', 'clock.ts', 'table-keys.ts'].map((file) => join(HERE, file));
const LOAD_LIMIT_MS = 3_600_000;

/** As an installation for so many clinics would have: a server of 4 GB or more, on fast disks; all else is Postgres' own. */
export const INSTALLED: Readonly<Record<string, string>> = {
  shared_buffers: '1GB',
  effective_cache_size: '3GB',
  random_page_cost: '1.1',
  max_wal_size: '4GB',
  max_connections: '200',
};

const LOADING: Readonly<Record<string, string>> = {
  ...INSTALLED,
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  maintenance_work_mem: '512MB',
  work_mem: '64MB',
  jit: 'off',
};

async function recipe(size: HistorySize): Promise<string> {
  const migrations = (await readdir(MIGRATIONS_DIR)).sort().map((file) => join(MIGRATIONS_DIR, file));
  const hash = createHash('sha256').update(JSON.stringify(size));
  for (const file of [...migrations, ...MAKERS]) hash.update(await readFile(file));
  return hash.digest('hex');
}

function openOwner(server: EmbeddedPostgres): Database {
  const limits = { statementTimeoutMs: LOAD_LIMIT_MS, deadlineMs: LOAD_LIMIT_MS };
  return openPostgres({ url: server.url, poolSize: 2, applicationName: 'bench-owner', ...limits });
}

/** What the folder holds was made by; undefined where nothing whole is in it. */
async function madeBy(owner: Database): Promise<string | undefined> {
  return owner.unbound('made_by', async (sql) => {
    const [found] = await sql`select to_regclass('bench_recipe') is not null as found`;
    if (found?.['found'] !== true) return undefined;
    const [row] = await sql`select hash from bench_recipe`;
    return String(row?.['hash']);
  });
}

async function load(dir: string, size: HistorySize, hash: string, report: (line: string) => void): Promise<void> {
  const server = await startPostgres({ dir, fresh: true, durable: false, settings: LOADING, report });
  const owner = openOwner(server);
  try {
    await migrate({ databaseUrl: server.url, direction: 'up' });
    await writeHistory(owner, size, report);
    await owner.transaction('recipe', async (sql) => {
      await sql`create table bench_recipe (hash text not null)`;
      await sql`insert into bench_recipe values (${hash})`;
    });
  } finally {
    await owner.close();
    await server.stop();
  }
}

/** What earlier runs left, and calendars anew: history has no conversations, and its customers were made before there were callers. */
async function sweep(owner: Database): Promise<void> {
  await owner.transaction('sweep', async (sql) => {
    await sql`delete from holds`;
    await sql`truncate outbox`;
    await sql`delete from appointments where conversation_id is not null`;
    await sql`delete from customers where phone like '+1212%'`;
    await writeCalendars(sql);
  });
  for (const table of ['holds', 'occupied', 'appointments', 'customers', 'calendar_mirrors', 'calendar_busy']) {
    await owner.unbound('vacuum', (sql) => sql.unsafe(`vacuum (analyze) ${table}`));
  }
}

/** Throws where another run has the folder. */
export async function openBook(size: HistorySize, report: (line: string) => void): Promise<Book> {
  const name = `booking-${size.clinics}x${size.providers}x${size.years}`;
  const lock = takeLock(join(FOLDER, `${name}.lock`));
  if (typeof lock === 'number') throw new Error(`process ${lock} is measuring with ${name} already`);
  try {
    return await openLocked(join(FOLDER, name), size, lock, report);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openLocked(dir: string, size: HistorySize, lock: Lock, report: (line: string) => void): Promise<Book> {
  const hash = await recipe(size);
  let server = await startPostgres({ dir, settings: INSTALLED, report });
  let owner = openOwner(server);
  const close = async (): Promise<void> => {
    await owner.close();
    await server.stop();
  };
  let loadedS: number | undefined;
  if ((await madeBy(owner)) !== hash) {
    await close();
    const begunAt = performance.now();
    await load(dir, size, hash, report);
    loadedS = (performance.now() - begunAt) / 1000;
    server = await startPostgres({ dir, settings: INSTALLED, report });
    owner = openOwner(server);
  }
  await sweep(owner);
  return {
    server,
    owner,
    loadedS,
    async close() {
      await close();
      lock.release();
    },
  };
}
