/**
 * Brings a database's schema up or down: plain SQL pairs in `migrations/` (`0001_name.up.sql`, `0001_name.down.sql`),
 * each run in a transaction of its own together with its line in the table `migrations`. Any number of processes may
 * migrate one database at once: the first does the work under an advisory lock, the others wait and find nothing left.
 * The only importer of node-pg-migrate and of the `pg` driver it brings; imports nothing else of ours.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationBuilder } from 'node-pg-migrate';
import { Client, type ClientConfig } from 'pg';

export const MIGRATIONS_DIR = fileURLToPath(new URL('./migrations', import.meta.url));

const MIGRATIONS_TABLE = 'migrations';
const CONNECT_TIMEOUT_MS = 10_000;
/** Longest wait for another process that is migrating the same database. */
const TURN_TIMEOUT_MS = 600_000;
/** Longest wait for a table that live traffic holds: better to fail and be run again than to queue every caller behind us. */
const LOCK_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 300_000;

export interface MigrateRequest {
  readonly databaseUrl: string;
  readonly direction: 'up' | 'down';
  /** How many migrations; by default all of them up, one down. */
  readonly count?: number;
}

export interface MigrationStatus {
  /** Names in the order in which they ran. */
  readonly applied: readonly string[];
  /** Names not yet run, in the order in which they will. */
  readonly pending: readonly string[];
  /** Applied, but unknown to this version of the program: the database is newer. */
  readonly unknown: readonly string[];
}

/**
 * Applies (or takes back) migrations and answers their names in the order in which they ran. Throws where the database
 * is out of reach or a migration fails; what ran before the failing one stays, the failing one leaves no trace.
 */
export async function migrate(request: MigrateRequest): Promise<{ applied: string[] }> {
  if (request.direction === 'up' && (await migrationStatus(request.databaseUrl)).pending.length === 0) {
    return { applied: [] };
  }
  return run({ ...request, fake: false });
}

/** Records every pending migration as applied without running it: for a schema that was made by other means. */
export async function stampMigrations(databaseUrl: string): Promise<{ applied: string[] }> {
  return run({ databaseUrl, direction: 'up', fake: true });
}

/** What has run and what has not. Reads only: a database never migrated has everything pending. */
export async function migrationStatus(databaseUrl: string): Promise<MigrationStatus> {
  const [known, applied] = await Promise.all([migrationNames(), appliedNames(databaseUrl)]);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/** Names of the migrations in `migrations/`, in the order in which they run. */
export async function migrationNames(): Promise<string[]> {
  const files = await readdir(MIGRATIONS_DIR);
  return files
    .filter((file) => file.endsWith('.up.sql'))
    .map((file) => file.slice(0, -'.up.sql'.length))
    .toSorted();
}

async function run(request: MigrateRequest & { readonly fake: boolean }): Promise<{ applied: string[] }> {
  // Loaded only where there is work: most starts find none, and this is most of what they would wait for.
  const { runner } = await import('node-pg-migrate');
  const applied = await connected(request.databaseUrl, (dbClient) =>
    runner({
      dbClient,
      dir: MIGRATIONS_DIR,
      migrationsTable: MIGRATIONS_TABLE,
      direction: request.direction,
      fake: request.fake,
      advisoryLockMode: 'wait',
      // What is made at the same time is not released in the order of its numbers.
      checkOrder: false,
      migrationLoaderStrategies: [{ extensions: ['.sql'], loader: loadSqlPairs }],
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      ...(request.count === undefined ? {} : { count: request.count }),
    }),
  );
  return { applied: applied.map((migration) => migration.name) };
}

/** Pairs `NAME.up.sql` with `NAME.down.sql`; a migration that cannot be taken back is refused. */
async function loadSqlPairs(filePaths: string[]) {
  const ups = filePaths.filter((path) => path.endsWith('.up.sql'));
  return Promise.all(
    ups.map(async (upPath) => {
      const downPath = upPath.replace(/\.up\.sql$/, '.down.sql');
      const [up, down] = await Promise.all([readFile(upPath, 'utf8'), readFile(downPath, 'utf8')]);
      const id = join(MIGRATIONS_DIR, `${basename(upPath, '.up.sql')}.sql`);
      return { id, filePaths: [upPath, downPath], actions: { up: bounded(up), down: bounded(down) } };
    }),
  );
}

/** The limits hold for the migration's transaction only: waiting for one's turn is bounded by the connection's own. */
function bounded(sql: string): (builder: MigrationBuilder) => void {
  return (builder) => {
    builder.sql(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    builder.sql(`set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    builder.sql(sql);
  };
}

function appliedNames(databaseUrl: string): Promise<string[]> {
  return connected(databaseUrl, async (client) => {
    const table = await client.query<{ found: boolean }>(
      `select to_regclass('public.${MIGRATIONS_TABLE}') is not null as found`,
    );
    if (table.rows[0]?.found !== true) return [];
    const rows = await client.query<{ name: string }>(
      `select name from public.${MIGRATIONS_TABLE} order by run_on, id`,
    );
    return rows.rows.map((row) => row.name);
  });
}

async function connected<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(connection(databaseUrl));
  // A connection that is cut while nothing is asked of it, on its way out too, would end the process: what is asked of it
  // next fails by itself.
  client.on('error', ignore);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function connection(databaseUrl: string): ClientConfig {
  return {
    connectionString: databaseUrl,
    application_name: 'ava-migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: TURN_TIMEOUT_MS,
  };
}

function ignore(): void {}
