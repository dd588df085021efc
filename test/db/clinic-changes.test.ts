import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  type ChangeNotes,
  type ChangePosition,
  changedSince,
  MAX_NOTES,
  positionAfter,
  readChangeNotes,
} from '../../db/clinic-changes.ts';
import { migrate } from '../../db/migrate.ts';
import { type Database, openPostgres, type Sql } from '../../db/postgres.ts';
import { seed } from '../../db/seed.ts';
import { lumen, radiance } from '../contract/booking-requests.ts';
import { freshDatabase } from '../support/services.ts';

const TABLES = [
  'clinics',
  'opening_hours',
  'special_days',
  'special_day_hours',
  'services',
  'providers',
  'provider_services',
  'provider_hours',
  'staff_hours',
  'resources',
  'time_off',
  'clinic_numbers',
] as const;

async function openDatabase(): Promise<{ database: Database; url: string }> {
  const fresh = await freshDatabase();
  const database = openPostgres({ url: fresh.url, poolSize: 4 });
  onTestFinished(async () => {
    await database.close();
    await fresh.drop();
  });
  return { database, url: fresh.url };
}

const allNotes = (database: Database) =>
  database.unbound(
    'notes',
    (sql) => sql<{ clinic_id: string; changed_in: string }[]>`
      select clinic_id, changed_in::text from clinic_changes order by 1, 2`,
  );

const triggers = (database: Database) =>
  database.unbound('triggers', (sql) => sql`select tgname from pg_trigger where tgname like 'note\\_%'`);

const read = (horizon: bigint, ...notes: [string, bigint][]): ChangeNotes => ({
  horizon,
  notes: notes.map(([clinicId, changedIn]) => ({ clinicId, changedIn })),
});

/** Reads on and on from where it stands. */
class Reader {
  readonly #database: Database;
  #position: ChangePosition | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  async next(): Promise<readonly string[] | 'anything'> {
    const notes = await readChangeNotes(this.#database, this.#position);
    const changed = changedSince(this.#position, notes);
    this.#position = positionAfter(notes);
    return changed === 'anything' ? changed : changed.toSorted();
  }
}

describe('the notes of changed clinics', () => {
  let database: Database;
  let url: string;
  let reader: Reader;

  beforeEach(async () => {
    ({ database, url } = await openDatabase());
    // One row in each table, so that each can be changed.
    await database.unbound('prepare', async (sql) => {
      await sql`insert into special_days values (${radiance.id}, '2031-01-01', 'New Year')`;
      await sql`insert into special_day_hours values (${radiance.id}, '2031-01-01', '10:00', '12:00')`;
      await sql`insert into provider_hours select clinic_id, id, 1, '09:00', '10:00' from providers
                where clinic_id = ${radiance.id} on conflict do nothing`;
      await sql`insert into time_off (clinic_id, provider_id, first_day, last_day)
                select clinic_id, id, '2031-01-02', '2031-01-03' from providers where clinic_id = ${radiance.id}`;
      await sql`insert into staff_hours values (${radiance.id}, 1, '08:00', '20:00')`;
    });
    reader = new Reader(database);
    await reader.next();
  });

  const run = (statement: (sql: Sql) => Promise<unknown>) =>
    database.unbound('edit', async (sql) => {
      await statement(sql);
    });
  const notes = () => allNotes(database);

  it.each(TABLES)('tell of rows of %s changed, removed and added again by plain SQL', async (table) => {
    const column = table === 'clinics' ? 'id' : 'clinic_id';
    const rows = (sql: Sql) => sql`${sql(column)} = ${radiance.id}`;
    await run((sql) => sql`update ${sql(table)} set ${sql(column)} = ${sql(column)} where ${rows(sql)}`);
    expect(await reader.next()).toEqual([radiance.id]);
    await run((sql) => sql`create table kept as select * from ${sql(table)} where ${rows(sql)}`);
    await run((sql) => sql`delete from ${sql(table)} where ${rows(sql)}`);
    expect(await reader.next()).toEqual([radiance.id]);
    await run((sql) => sql`insert into ${sql(table)} select * from kept`);
    expect(await reader.next()).toEqual([radiance.id]);
    expect(await reader.next()).toEqual([]);
  });

  it.each(TABLES)('tell of all clinics where %s is emptied at once', async (table) => {
    await run((sql) => sql`truncate ${sql(table)} cascade`);
    expect(await reader.next()).toEqual([radiance.id, lumen.id].toSorted());
  });

  it('tell of both clinics where a row moves from one to the other', async () => {
    await run((sql) => sql`delete from opening_hours where clinic_id = ${lumen.id}`);
    await reader.next();
    await run((sql) => sql`update opening_hours set clinic_id = ${lumen.id} where clinic_id = ${radiance.id}`);
    expect(await reader.next()).toEqual([radiance.id, lumen.id].toSorted());
  });

  it('say nothing of what was rolled back, of bookings, or of a second seeding', async () => {
    await expect(
      run((sql) => sql`with t as (update services set minutes = 30 returning 1) select 1 / 0 from t`),
    ).rejects.toThrow('division by zero');
    await run((sql) => sql`insert into customers (clinic_id, phone) values (${radiance.id}, '+15550125555')`);
    const before = await notes();
    expect(await seed(url)).toEqual({ added: [] });
    expect(await notes()).toEqual(before);
    expect(await reader.next()).toEqual([]);
  });

  it('miss no transaction that commits late, among others that began after it, and tell of each once', async () => {
    let commit: (() => void) | undefined;
    const waiting = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let written: (() => void) | undefined;
    const writing = new Promise<void>((resolve) => {
      written = resolve;
    });
    const late = run(async (sql) => {
      await sql`begin`;
      await sql`update clinics set name = 'Late' where id = ${lumen.id}`;
      written?.();
      await waiting;
      await sql`commit`;
    });
    await writing;
    for (let n = 0; n < 3; n += 1) {
      await run((sql) => sql`update services set price_cents = ${n} where clinic_id = ${radiance.id}`);
      expect(await reader.next()).toEqual([radiance.id]);
      expect(await reader.next()).toEqual([]);
    }
    commit?.();
    await late;
    expect(await reader.next()).toEqual([lumen.id]);
    expect(await reader.next()).toEqual([]);
  });

  it('make no two writers of one clinic wait for each other, whatever else they touch', async () => {
    await run(async (sql) => {
      await sql`begin`;
      await sql`update services set price_cents = 1 where clinic_id = ${radiance.id} and slug = 'botox'`;
      const other = run(async (also) => {
        await also`set lock_timeout = '500ms'`;
        await also`update services set price_cents = 2 where clinic_id = ${radiance.id} and slug = 'filler'`;
      });
      await expect(other).resolves.toBeUndefined();
      await sql`commit`;
    });
    expect(await reader.next()).toEqual([radiance.id]);
  });

  it('stay about one row a clinic, however often it is changed', async () => {
    for (let n = 0; n < 30; n += 1)
      await run((sql) => sql`update clinics set notice_minutes = ${n} where id = ${radiance.id}`);
    expect((await notes()).filter(({ clinic_id }) => clinic_id === radiance.id)).toHaveLength(1);
    expect(await reader.next()).toEqual([radiance.id]);
  });

  it('are written for a role that may change facts and nothing else, under strict isolation too', async () => {
    const login = `editor_${Date.now()}`;
    await run((sql) => sql`create role ${sql(login)} login password 'editor' bypassrls`);
    await run((sql) => sql`grant select, update on clinics to ${sql(login)}`);
    const asEditor = new URL(url);
    asEditor.username = login;
    asEditor.password = 'editor';
    const editor = openPostgres({ url: asEditor.href, poolSize: 1 });
    try {
      await editor.unbound('edit', async (sql) => {
        await sql`begin isolation level serializable`;
        await sql`update clinics set name = 'Edited' where id = ${radiance.id}`;
        await sql`commit`;
      });
      expect(await reader.next()).toEqual([radiance.id]);
      await expect(editor.unbound('peek', (sql) => sql`select * from clinic_changes`)).rejects.toThrow('denied');
    } finally {
      await editor.close();
      await run((sql) => sql`drop owned by ${sql(login)}`);
      await run((sql) => sql`drop role ${sql(login)}`);
    }
  });

  it('are read by a login that owns nothing and is merely a member of the application role', async () => {
    const login = `clerk_${Date.now()}`;
    await run((sql) => sql`create role ${sql(login)} login password 'clerk' in role ava_app`);
    const asClerk = new URL(url);
    asClerk.username = login;
    asClerk.password = 'clerk';
    const clerk = openPostgres({ url: asClerk.href, poolSize: 1 });
    try {
      const modest = new Reader(clerk);
      expect(await modest.next()).toBe('anything');
      await run((sql) => sql`update clinics set name = 'Changed' where id = ${lumen.id}`);
      expect(await modest.next()).toEqual([lumen.id]);
    } finally {
      await clerk.close();
      await run((sql) => sql`drop role ${sql(login)}`);
    }
  });

  it('show a transaction that is bound to one clinic its own only', async () => {
    await run((sql) => sql`update clinics set address = 'Elsewhere'`);
    const seen = await database.withClinic(lumen.id, 'peek', (sql) => sql`select clinic_id from clinic_changes`);
    expect(seen.map((row) => row['clinic_id'])).toEqual([lumen.id]);
  });

  it('leave no trigger behind when the migration is taken back', async () => {
    expect(await triggers(database)).toHaveLength(4 * TABLES.length);
    for (let n = 0; n < 40 && (await triggers(database)).length > 0; n += 1)
      await migrate({ databaseUrl: url, direction: 'down' });
    expect(await triggers(database)).toEqual([]);
    await run((sql) => sql`update clinics set name = 'Changed' where id = ${lumen.id}`);
  });
});

describe('a reader of changes', () => {
  const [a, b] = [randomUUID(), randomUUID()];
  it('tells of a note once, though the horizon stays where it is', () => {
    const first = read(100n, [a, 105n]);
    expect(changedSince(positionAfter(read(100n)), first)).toEqual([a]);
    const second = read(100n, [a, 105n], [b, 101n], [a, 107n]);
    expect(changedSince(positionAfter(first), second)).toEqual([b, a]);
    expect(changedSince(positionAfter(second), second)).toEqual([]);
  });

  it('remembers no more than what will be read again', () => {
    expect(positionAfter(read(106n, [a, 105n], [b, 106n])).seen).toEqual(new Set([`${b} 106`]));
  });

  it('takes it that anything changed at the beginning, on another server, and where there is too much', () => {
    expect(changedSince(undefined, read(1n))).toBe('anything');
    expect(changedSince(positionAfter(read(100n)), read(99n))).toBe('anything');
    const flood = Array.from({ length: MAX_NOTES + 1 }, (): [string, bigint] => [randomUUID(), 200n]);
    expect(changedSince(positionAfter(read(100n)), read(201n, ...flood))).toBe('anything');
  });
});
