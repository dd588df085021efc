import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { seed } from '../../db/seed.ts';
import { radiance } from '../contract/booking-requests.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

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
];

describe('seeding', () => {
  let fresh: FreshService;
  let database: Database;

  beforeEach(async () => {
    fresh = await freshDatabase({ migrated: false });
    await migrate({ databaseUrl: fresh.url, direction: 'up' });
    database = openPostgres({ url: fresh.url, poolSize: 2 });
  });
  afterEach(async () => {
    await database.close();
    await fresh.drop();
  });

  const everything = () =>
    database.unbound('read', async (sql) => {
      const tables: unknown[] = [];
      for (const table of TABLES) tables.push(await sql`select * from ${sql(table)} as t order by t::text`);
      return tables;
    });

  it('adds both clinics once, whoever seeds at the same time, and changes nothing the second time', async () => {
    const runs = await Promise.all([seed(fresh.url), seed(fresh.url)]);
    expect(runs.flatMap(({ added }) => added).toSorted()).toEqual(['Lumen Dermatology', 'Radiance Med Spa']);
    const before = await everything();
    expect(await seed(fresh.url)).toEqual({ added: [] });
    expect(await everything()).toEqual(before);
  });

  it('leaves alone what staff changed, removed or moved', async () => {
    await seed(fresh.url);
    await database.unbound('edit', async (sql) => {
      await sql`update services set price_cents = 1 where slug = 'botox'`;
      await sql`delete from opening_hours where clinic_id = ${radiance.id}`;
      await sql`delete from clinics where phone = '+15550100002'`;
      await sql`insert into clinics (name, phone, time_zone) values ('Somebody else', '+15550100002', 'Europe/Vienna')`;
    });
    const before = await everything();
    expect(await seed(fresh.url)).toEqual({ added: [] });
    expect(await everything()).toEqual(before);
  });

  it('makes the clinic that is promised', async () => {
    await seed(fresh.url);
    const offer = await database.unbound(
      'read',
      (sql) => sql`
      select slug, services.name, services.minutes, price_cents / 100 as price, string_agg(providers.name, ', ' order by providers.position) as given_by
      from services
      join provider_services on service_id = services.id
      join providers on providers.id = provider_id
      where services.clinic_id = ${radiance.id}
      group by services.id order by services.position`,
    );
    expect(offer.map((row) => Object.values(row))).toEqual([
      ['botox', 'Botox', 30, 350, 'Priya Sharma, Dr. Elena Ruiz'],
      ['filler', 'Dermal filler', 45, 650, 'Priya Sharma, Dr. Elena Ruiz'],
      ['hydrafacial', 'Hydrafacial', 60, 199, 'Priya Sharma, Maya Chen'],
      ['laser-hair-removal', 'Laser hair removal', 45, 150, 'Priya Sharma, Maya Chen'],
      ['chemical-peel', 'Chemical peel', 45, 175, 'Priya Sharma, Maya Chen'],
      ['consultation', 'Consultation', 30, 0, 'Priya Sharma, Dr. Elena Ruiz'],
    ]);
    const calendars = await database.unbound(
      'read',
      (sql) => sql<{ calendar_id: string }[]>`
      select calendar_id from providers where clinic_id = ${radiance.id} order by position`,
    );
    expect(calendars.map((row) => row.calendar_id)).toEqual([
      'priya@radiance.test',
      'elena@radiance.test',
      'maya@radiance.test',
    ]);
  });
});
