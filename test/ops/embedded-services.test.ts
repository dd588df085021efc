import { Redis } from 'ioredis';
import postgres from 'postgres';
import { afterAll, describe, expect, it } from 'vitest';
import { type FreshService, freshDatabase, freshRedis } from '../support/services.ts';

const services: FreshService[] = [];
const kept = async (service: Promise<FreshService>): Promise<FreshService> => {
  services.push(await service);
  return service;
};

afterAll(async () => {
  await Promise.all(services.map((service) => service.drop()));
});

describe('the test run’s own services', () => {
  it('lend databases that do not see each other', async () => {
    const [one, two] = await Promise.all([
      kept(freshDatabase({ migrated: false })),
      kept(freshDatabase({ migrated: false })),
    ]);
    const first = postgres(one.url, { max: 1 });
    const second = postgres(two.url, { max: 1 });
    try {
      await first`create table mine (id int)`;
      const tables = await second`select 1 from pg_tables where tablename = 'mine'`;
      expect(tables).toHaveLength(0);
    } finally {
      await Promise.all([first.end(), second.end()]);
    }
  });

  it('lend databases that are migrated and seeded, each a copy of its own', async () => {
    const copies = await Promise.all([kept(freshDatabase()), kept(freshDatabase()), kept(freshDatabase())]);
    for (const { url } of copies) {
      const sql = postgres(url, { max: 1 });
      const clinics = await sql<{ name: string }[]>`delete from clinics where phone = '+15550100002' returning name`;
      await sql.end();
      expect(clinics.map(({ name }) => name)).toEqual(['Lumen Dermatology']);
    }
  });

  it('lend a real Postgres with the extensions that booking needs, in UTF-8', async () => {
    const { url } = await kept(freshDatabase({ migrated: false }));
    const sql = postgres(url, { max: 1 });
    try {
      await sql`create extension btree_gist`;
      const [row] = await sql`select upper('ü') as upper, current_setting('server_encoding') as encoding`;
      expect(row).toEqual({ upper: 'Ü', encoding: 'UTF8' });
    } finally {
      await sql.end();
    }
  });

  it('cut the connections of a database that is dropped', async () => {
    const database = await freshDatabase({ migrated: false });
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    await sql`select 1`;
    await database.drop();
    await expect(sql`select 1`).rejects.toThrow(/terminat|closed|ended|does not exist/i);
    await sql.end({ timeout: 1 });
  });

  it('lend Redis databases that do not see each other, and empty ones again', async () => {
    const [one, two] = await Promise.all([freshRedis(), freshRedis()]);
    const first = new Redis(one.url);
    const second = new Redis(two.url);
    try {
      await first.set('key', 'value');
      expect(await second.get('key')).toBeNull();
      await one.drop();
      expect(await first.get('key')).toBeNull();
    } finally {
      first.disconnect();
      second.disconnect();
      await two.drop();
    }
  });
});
