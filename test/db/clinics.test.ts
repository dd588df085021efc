import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isClinicKey, loadClinic, newestClinicIds, parseClinic, readClinics } from '../../db/clinics.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { lumen, radiance } from '../contract/booking-requests.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('reading clinics', () => {
  let fresh: FreshService;
  let database: Database;

  beforeEach(async () => {
    fresh = await freshDatabase();
    database = openPostgres({ url: fresh.url, poolSize: 2 });
  });
  afterEach(async () => {
    await database.close();
    await fresh.drop();
  });

  it('leaves out services and providers that are no longer active, and keeps a closing at midnight', async () => {
    await database.unbound('retire', async (sql) => {
      await sql`update services set active = false where slug = 'botox'`;
      await sql`update providers set active = false where name = 'Maya Chen'`;
      await sql`update opening_hours set closes = '24:00' where clinic_id = ${radiance.id} and weekday = 7`;
    });
    const clinic = await loadClinic(database, { phone: radiance.phone });
    expect(clinic?.services.map(({ slug }) => slug)).not.toContain('botox');
    expect(clinic?.providers.map(({ name }) => name)).toEqual(['Priya Sharma', 'Dr. Elena Ruiz']);
    expect(clinic?.providers[1]?.serviceIds).toHaveLength(2);
    expect(clinic?.hours.at(-1)).toEqual({ weekday: 7, opens: '10:00', closes: '24:00' });
  });

  it('reads how a clinic wants its conversations led, its own language first among those it speaks', async () => {
    await database.unbound('settle', async (sql) => {
      await sql`update clinics set languages = '{es-US,fr-CA}', language = 'fr-CA', barge_in_ms = 250,
                longest_call_minutes = 12, emergency_phrases = '{"allergic reaction"}' where id = ${radiance.id}`;
      await sql`insert into staff_hours values (${radiance.id}, 2, '13:00', '24:00'), (${radiance.id}, 2, '08:00', '12:00')`;
      await sql`update clinics set languages = default where id = ${lumen.id}`;
    });
    expect((await loadClinic(database, { id: radiance.id }))?.conversation).toEqual({
      languages: ['fr-CA', 'es-US'],
      bargeInMs: 250,
      longestCallMinutes: 12,
      staffHours: [
        { weekday: 2, opens: '08:00', closes: '12:00' },
        { weekday: 2, opens: '13:00', closes: '24:00' },
      ],
      emergencyPhrases: ['allergic reaction'],
    });
    expect((await loadClinic(database, { id: lumen.id }))?.conversation.languages).toEqual(['en-US']);
  });

  it.each([
    ['a language that is none', 'languages', '{"english please"}'],
    ['a language without letters', 'languages', '{""}'],
    ['no patience at all', 'barge_in_ms', 0],
    ['a call of no length', 'longest_call_minutes', 0],
    ['an emergency without words', 'emergency_phrases', '{""}'],
  ])('are never stored with %s', async (_what, column, value) => {
    const stored = database.unbound(
      'spoil',
      (sql) => sql`update clinics set ${sql(column)} = ${value} where id = ${radiance.id}`,
    );
    await expect(stored).rejects.toThrow('check constraint');
  });

  it('finds a clinic under each of its numbers, and seeks its staff on each of their lines, in order', async () => {
    const [other, third] = ['+15550177001', '+15550177002'];
    await database.unbound('more numbers', async (sql) => {
      await sql`insert into clinic_numbers values (${other}, ${radiance.id}, 2), (${third}, ${radiance.id}, 1)`;
      await sql`update clinics set other_staff_phones = '{+15550177098,+15550177097}' where id = ${radiance.id}`;
    });
    const clinic = await loadClinic(database, { phone: other });
    expect(clinic).toEqual({
      ...radiance,
      otherPhones: [third, other],
      staffPhones: [...radiance.staffPhones, '+15550177098', '+15550177097'],
    });
    await database.unbound('retire', (sql) => sql`update clinics set staff_phone = null where id = ${radiance.id}`);
    expect((await loadClinic(database, { phone: third }))?.staffPhones).toEqual(['+15550177098', '+15550177097']);
    const taking = database.unbound('take', (sql) => sql`update clinics set phone = ${other} where id = ${lumen.id}`);
    await expect(taking).rejects.toThrow('duplicate key');
    await database.unbound('change', (sql) => sql`update clinics set phone = ${other} where id = ${radiance.id}`);
    expect(await loadClinic(database, { phone: radiance.phone })).toBeUndefined();
    expect(await loadClinic(database, { phone: third })).toMatchObject({ phone: other, otherPhones: [third] });
  });

  it('answers for each id asked, also for one that is nobody’s, with the time of the reading', async () => {
    const readings = await readClinics(database, [radiance.id, NOBODY, lumen.id]);
    expect(readings.map(({ clinicId }) => clinicId).toSorted()).toEqual([NOBODY, radiance.id, lumen.id].toSorted());
    const stored = new Map(readings.map((reading) => [reading.clinicId, reading.stored]));
    expect(parseClinic(stored.get(radiance.id))).toEqual(radiance);
    expect(parseClinic(stored.get(lumen.id))).toEqual(lumen);
    expect(stored.get(NOBODY)).toBeUndefined();
    expect(await readClinics(database, [])).toEqual([]);
    for (const { readAtUs } of readings) expect(Math.abs(readAtUs / 1_000 - Date.now())).toBeLessThan(60_000);
  });

  it('lists clinics, the newest first, as many as asked for', async () => {
    await database.unbound('open', async (sql) => {
      await sql`insert into clinics (name, phone, time_zone) values ('Third', '+15550177777', 'Europe/Vienna')`;
    });
    expect(await newestClinicIds(database, 10)).toHaveLength(3);
    const [newest, ...rest] = await newestClinicIds(database, 1);
    expect(rest).toEqual([]);
    expect(await loadClinic(database, { id: newest ?? '' })).toMatchObject({ name: 'Third' });
  });

  it('refuses, by name, a document that is no clinic', async () => {
    await database.unbound('break', (sql) => sql`update clinics set time_zone = 'Mars/Olympus' where id = ${lumen.id}`);
    await expect(loadClinic(database, { id: lumen.id })).rejects.toThrow('is no IANA time zone');
    expect(await loadClinic(database, { id: radiance.id })).toEqual(radiance);
  });
});

it('asks nobody for what no clinic can have for a number or an id', () => {
  for (const phone of ['anonymous', '', '+', '+0123456789', 'sip:+15550100001@clinic.test', '+15550100001\n'])
    expect(isClinicKey({ phone })).toBe(false);
  for (const id of ["'; drop table clinics", '', '1', `${NOBODY} `]) expect(isClinicKey({ id })).toBe(false);
  expect(isClinicKey({ phone: radiance.phone })).toBe(true);
  expect(isClinicKey({ id: NOBODY.toUpperCase() })).toBe(true);
});
