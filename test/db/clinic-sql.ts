/** What staff, or anybody with `psql`, does to a database behind Ava's back. */
import { openPostgres, type Sql } from '../../db/postgres.ts';

/** Runs plain SQL on a connection of its own. */
export async function directly(databaseUrl: string, statement: (sql: Sql) => Promise<unknown>): Promise<void> {
  const database = openPostgres({ url: databaseUrl, poolSize: 1 });
  try {
    await database.unbound('plain SQL', async (sql) => {
      await statement(sql);
    });
  } finally {
    await database.close();
  }
}
