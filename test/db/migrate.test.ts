import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, migrationNames, migrationStatus, stampMigrations } from '../../db/migrate.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';
import { schemaText } from './schema-text.ts';

describe('migrations', () => {
  let fresh: FreshService;
  let database: Database;
  let databaseUrl: string;

  beforeEach(async () => {
    fresh = await freshDatabase({ migrated: false });
    databaseUrl = fresh.url;
    database = openPostgres({ url: databaseUrl, poolSize: 2 });
  });
  afterEach(async () => {
    await database.close();
    await fresh.drop();
  });

  it('give the same schema after down and up again, one by one and all at once', async () => {
    const names = await migrationNames();
    const schemas = [await schemaText(database)];
    for (const name of names) {
      expect(await migrate({ databaseUrl, direction: 'up', count: 1 })).toEqual({ applied: [name] });
      schemas.push(await schemaText(database));
    }
    for (const [index, name] of [...names.entries()].toReversed()) {
      expect(await migrate({ databaseUrl, direction: 'down' })).toEqual({ applied: [name] });
      expect(await schemaText(database)).toBe(schemas[index]);
    }
    expect(await migrate({ databaseUrl, direction: 'up' })).toEqual({ applied: names });
    expect(await schemaText(database)).toBe(schemas.at(-1));
    expect(schemas.at(-1)).toContain('EXCLUDE USING gist');
  });

  it('are run once by several processes that start at the same moment', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => migrate({ databaseUrl, direction: 'up' })));
    expect(runs.flatMap(({ applied }) => applied)).toEqual(await migrationNames());
  });

  it('are run in several databases of one cluster at the same moment, though they share a role', async () => {
    const others = await Promise.all(Array.from({ length: 3 }, () => freshDatabase({ migrated: false })));
    const runs = await Promise.all(others.map(({ url }) => migrate({ databaseUrl: url, direction: 'up' })));
    for (const { applied } of runs) expect(applied).toEqual(await migrationNames());
    for (const other of others) await other.drop();
  });

  it('fail where their connection is cut, and the process goes on, whatever moment that was', async () => {
    const cutting = new AbortController();
    const cut = async (): Promise<void> => {
      while (!cutting.signal.aborted) {
        await database.unbound(
          'cut',
          (sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ava-migrate'
                       and datname = current_database()`,
        );
      }
    };
    const done = cut();
    const asked = Array.from({ length: 60 }, () => migrationStatus(databaseUrl));
    const told = await Promise.allSettled(asked);
    cutting.abort();
    await done;
    expect(told.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    expect((await migrationStatus(databaseUrl)).applied).toEqual([]);
  });

  it('tell what has been applied, what has not, and what a newer program applied', async () => {
    const names = await migrationNames();
    expect(await migrationStatus(databaseUrl)).toEqual({ applied: [], pending: names, unknown: [] });
    await migrate({ databaseUrl, direction: 'up', count: 1 });
    expect(await migrationStatus(databaseUrl)).toEqual({
      applied: names.slice(0, 1),
      pending: names.slice(1),
      unknown: [],
    });
    await migrate({ databaseUrl, direction: 'up' });
    await database.unbound('newer', (sql) => sql`insert into migrations (name, run_on) values ('9999_newer', now())`);
    expect(await migrationStatus(databaseUrl)).toMatchObject({ pending: [], unknown: ['9999_newer'] });
    expect(await migrate({ databaseUrl, direction: 'up' })).toEqual({ applied: [] });
  });

  it('are run though later ones have been: what is made at the same time is not released in order', async () => {
    const names = await migrationNames();
    const [last, late] = [names.at(-1) ?? '', names.at(-2) ?? ''];
    await migrate({ databaseUrl, direction: 'up', count: names.length - 2 });
    await database.unbound('later', (sql) => sql`insert into migrations (name, run_on) values (${last}, now())`);
    expect(await migrate({ databaseUrl, direction: 'up' })).toEqual({ applied: [late] });
    expect((await migrationStatus(databaseUrl)).pending).toEqual([]);
  });

  it('are recorded without being run when stamped', async () => {
    expect(await stampMigrations(databaseUrl)).toEqual({ applied: await migrationNames() });
    expect((await migrationStatus(databaseUrl)).pending).toEqual([]);
    expect(await schemaText(database)).not.toContain('table clinics');
  });

  it('leave no trace of one that fails', async () => {
    await database.unbound('obstacle', (sql) => sql`create table holds ()`);
    await expect(migrate({ databaseUrl, direction: 'up' })).rejects.toThrow('relation "holds" already exists');
    const [first, ...rest] = await migrationNames();
    expect(await migrationStatus(databaseUrl)).toMatchObject({ applied: [first], pending: rest });
    expect(await schemaText(database)).not.toContain('table customers');
  });
});
