/**
 * The test run's Postgres: one server without fsync, one template database migrated and seeded once, and a copy of it
 * for each test that asks. One connection makes and drops them, one after another.
 */
import postgres from 'postgres';
import { type EmbeddedPostgres, startPostgres } from '../../ops/embedded/postgres.ts';

export interface Databases {
  create(migrated: boolean): Promise<{ name: string; url: string }>;
  /** Drops a database and cuts its connections. */
  drop(name: string): Promise<void>;
  close(): Promise<void>;
}

const TEMPLATE = 'test_template';

const urlOf = (server: EmbeddedPostgres, database: string): string => {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  return url.href;
};

async function makeTemplate(sql: postgres.Sql, url: string): Promise<void> {
  await sql`create database ${sql(TEMPLATE)}`;
  const [{ migrate }, { seed }] = await Promise.all([import('../../db/migrate.ts'), import('../../db/seed.ts')]);
  await migrate({ databaseUrl: url, direction: 'up' });
  await seed(url);
}

/** Databases that an earlier run of this slot left behind. */
async function dropLeftovers(sql: postgres.Sql): Promise<void> {
  const rows = await sql<{ datname: string }[]>`select datname from pg_database where starts_with(datname, 'test_')`;
  for (const { datname } of rows) await sql`drop database ${sql(datname)} with (force)`;
}

/** Starts the server in `dir`; `fresh` throws away what the folder holds. */
export async function openDatabases({ dir, fresh }: { dir: string; fresh: boolean }): Promise<Databases> {
  const server = await startPostgres({ dir, fresh, durable: false });
  const sql = postgres(urlOf(server, 'postgres'), { max: 1, onnotice: () => undefined });
  await dropLeftovers(sql);
  let template: Promise<void> | undefined;
  let made = 0;
  return {
    create: async (migrated) => {
      made += 1;
      const name = `test_${made}`;
      if (migrated) {
        template ??= makeTemplate(sql, urlOf(server, TEMPLATE));
        await template;
      }
      await sql`create database ${sql(name)} template ${sql(migrated ? TEMPLATE : 'template0')}`;
      return { name, url: urlOf(server, name) };
    },
    drop: async (name) => {
      await sql`drop database if exists ${sql(name)} with (force)`;
    },
    close: async () => {
      await sql.end({ timeout: 2 });
      await server.stop();
    },
  };
}
