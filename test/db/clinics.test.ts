import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ABSENT_MS,
  FRESH_MS,
  type PostgresClinicDirectory,
  postgresClinicDirectory,
  RETRY_AFTER_MS,
} from '../../db/clinic-directory.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { lumen, radiance } from '../contract/booking-requests.ts';
import { describeClinicDirectory } from '../contract/clinic-directory.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';

describeClinicDirectory('in Postgres', async () => {
  const fresh = await freshDatabase();
  const database = openPostgres({ url: fresh.url, poolSize: 2 });
  return {
    directory: postgresClinicDirectory(database),
    close: async () => {
      await database.close();
      await fresh.drop();
    },
  };
});

describe('the clinic directory in Postgres, besides', () => {
  let fresh: FreshService;
  let proxy: TcpProxy;
  let database: Database;
  let directory: PostgresClinicDirectory;
  let queries: string[];
  let errors: unknown[];
  let now: number;

  beforeEach(async () => {
    fresh = await freshDatabase();
    proxy = await openTcpProxy(fresh.url);
    queries = [];
    errors = [];
    now = 1_000;
    const onQuery = ({ query }: { query: string }) => queries.push(query);
    database = openPostgres({ url: proxy.url, poolSize: 4, deadlineMs: 2_000, onQuery });
    directory = postgresClinicDirectory(database, { now: () => now, onError: (error) => errors.push(error) });
  });
  afterEach(async () => {
    proxy.mend();
    await database.close();
    await proxy.close();
    await fresh.drop();
  });

  const rename = (name: string) =>
    database.unbound('rename', (sql) => sql`update clinics set name = ${name} where id = ${radiance.id}`);
  const reads = () => queries.filter((query) => query === 'load_clinic').length;

  it('reads a clinic once for a crowd of callers, and answers by id what it found by number', async () => {
    await Promise.all(Array.from({ length: 50 }, () => directory.byPhone(radiance.phone)));
    await directory.byId(radiance.id);
    await directory.byPhone(radiance.phone);
    expect(reads()).toBe(1);
  });

  it('hears of a change once what it knows is no longer fresh', async () => {
    await directory.byPhone(radiance.phone);
    await rename('Radiance Downtown');
    now += FRESH_MS - 1;
    expect(await directory.byPhone(radiance.phone)).toMatchObject({ name: radiance.name });
    now += 1;
    expect(await directory.byPhone(radiance.phone)).toMatchObject({ name: 'Radiance Downtown' });
    expect(await directory.byId(radiance.id)).toMatchObject({ name: 'Radiance Downtown' });
  });

  it('remembers for a while that a number is nobody’s', async () => {
    for (let call = 0; call < 3; call += 1) expect(await directory.byPhone('+15550177777')).toBeUndefined();
    expect(reads()).toBe(1);
    await database.unbound('move', (sql) => sql`update clinics set phone = '+15550177777' where id = ${lumen.id}`);
    now += ABSENT_MS;
    expect(await directory.byPhone('+15550177777')).toMatchObject({ name: lumen.name });
  });

  it('forgets a number that a clinic gave up', async () => {
    await directory.byPhone(lumen.phone);
    await database.unbound('move', (sql) => sql`update clinics set phone = '+15550177777' where id = ${lumen.id}`);
    now += FRESH_MS;
    expect(await directory.byPhone(lumen.phone)).toBeUndefined();
  });

  it('answers the last known good with Postgres away, and asks again only now and then', async () => {
    await directory.preload();
    proxy.cut({ refusing: true });
    now += 24 * 3_600_000;
    for (let call = 0; call < 5; call += 1) expect(await directory.byPhone(radiance.phone)).toEqual(radiance);
    expect(reads()).toBe(1);
    expect(errors).toHaveLength(1);
    proxy.mend();
    now += RETRY_AFTER_MS;
    await directory.byPhone(radiance.phone);
    expect(reads()).toBe(2);
    expect(errors).toHaveLength(1);
  });

  it('keeps no caller waiting where Postgres has fallen silent', async () => {
    await directory.preload();
    proxy.silence();
    now += FRESH_MS;
    const startedAt = performance.now();
    expect(await directory.byPhone(radiance.phone)).toEqual(radiance);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('throws where it never knew the clinic and cannot ask', async () => {
    proxy.cut({ refusing: true });
    await expect(directory.byPhone(radiance.phone)).rejects.toThrow('Postgres');
    proxy.mend();
    expect(await directory.byPhone(radiance.phone)).toEqual(radiance);
  });

  it('is filled beforehand, and one clinic stored wrongly spoils no other', async () => {
    await database.unbound('break', (sql) => sql`update clinics set time_zone = 'Mars/Olympus' where id = ${lumen.id}`);
    expect(await directory.preload()).toBe(1);
    expect(String(errors[0])).toContain('is no IANA time zone');
    expect(await directory.byPhone(radiance.phone)).toEqual(radiance);
    expect(reads()).toBe(0);
  });

  it('leaves out services and providers that are no longer active, and keeps a closing at midnight', async () => {
    await database.unbound('retire', async (sql) => {
      await sql`update services set active = false where slug = 'botox'`;
      await sql`update providers set active = false where name = 'Maya Chen'`;
      await sql`update opening_hours set closes = '24:00' where clinic_id = ${radiance.id} and weekday = 7`;
    });
    const clinic = await directory.byPhone(radiance.phone);
    expect(clinic?.services.map(({ slug }) => slug)).not.toContain('botox');
    expect(clinic?.providers.map(({ name }) => name)).toEqual(['Priya Sharma', 'Dr. Elena Ruiz']);
    expect(clinic?.providers[1]?.serviceIds).toHaveLength(2);
    expect(clinic?.hours.at(-1)).toEqual({ weekday: 7, opens: '10:00', closes: '24:00' });
  });

  it('is read by a login that owns nothing and is merely a member of the application role', async () => {
    const login = `clerk_${Date.now()}`;
    await database.unbound('login', async (sql) => {
      await sql`create role ${sql(login)} login password 'clerk' in role ava_app`;
    });
    const url = new URL(fresh.url);
    url.username = login;
    url.password = 'clerk';
    const modest = openPostgres({ url: url.href, poolSize: 1 });
    try {
      expect(await postgresClinicDirectory(modest).byPhone(lumen.phone)).toEqual(lumen);
      expect(await modest.unbound('read', (sql) => sql`select from customers`)).toEqual([]);
    } finally {
      await modest.close();
      await database.unbound('login', (sql) => sql`drop role ${sql(login)}`);
    }
  });
});
