/** A database of a test file's own, of which each test has what it needs and no more. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Database, openPostgres, type Sql } from '../../db/postgres.ts';
import { freshDatabase } from './services.ts';

const CONNECTIONS = 6;

/** Opened before the file's tests, given to `use`, emptied by `clear` before each of them where it is given, and dropped after the last. */
export function ownDatabase(use: (database: Database) => void, clear?: (sql: Sql) => Promise<unknown>): void {
  let opened: Database;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const fresh = await freshDatabase();
    drop = () => fresh.drop();
    opened = openPostgres({ url: fresh.url, poolSize: CONNECTIONS });
    use(opened);
  });
  afterAll(async () => {
    await opened.close();
    await drop();
  });
  if (clear) beforeEach(() => opened.unbound('clear', clear));
}

/** Empties these tables, in this order. */
export async function emptied(sql: Sql, ...tables: readonly string[]): Promise<void> {
  for (const table of tables) await sql`delete from ${sql(table)}`;
}
