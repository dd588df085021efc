/**
 * Years of appointments, made by Postgres itself: rows first, what keeps them in order afterwards, all in one
 * transaction, so that there is a whole history or none. Of each provider's nine hours a day some have an appointment,
 * most of them in the fortnight that is next; one of twelve was cancelled.
 */
import { addClinic } from '../../../db/clinic-writing.ts';
import type { Database, Sql } from '../../../db/postgres.ts';
import { benchClinic } from './clinics.ts';
import { BEGINNING } from './clock.ts';
import { dropKeys, makeKeys } from './table-keys.ts';

export interface HistorySize {
  readonly clinics: number;
  readonly providers: number;
  readonly years: number;
}

const TABLES = ['customers', 'appointments', 'occupied'];
const CLINICS_AT_ONCE = 25;
const CUSTOMERS_A_CLINIC = 600;
const HORIZON_DAYS = 60;
const SHARE_TAKEN = 0.278;
const SHARE_TAKEN_SOON = 0.8;
const SHARE_CANCELLED = 1 / 12;

/** `database`: as the owner, migrated and empty, with time enough for each statement. */
export async function writeHistory(
  database: Database,
  size: HistorySize,
  report: (line: string) => void,
): Promise<void> {
  await database.transaction('write_history', async (sql) => {
    const ids: string[] = [];
    for (let n = 0; n < size.clinics; n += 1) {
      const id = await addClinic(sql, benchClinic(n, size.providers));
      if (id === undefined) throw new Error('there are clinics already');
      ids.push(id);
    }
    report(`${size.clinics} clinics of ${size.providers} providers`);
    // Emptied in the transaction that fills them, the tables need no log.
    await sql.unsafe(`truncate ${TABLES.join(', ')} cascade`);
    const keys = await dropKeys(sql, TABLES);
    // The same history each time.
    await sql`select setseed(0.5)`;
    await writeCustomers(sql);
    let count = 0;
    for (let from = 0; from < ids.length; from += CLINICS_AT_ONCE) {
      count += await writeAppointments(sql, ids.slice(from, from + CLINICS_AT_ONCE), size.years);
      report(`${count} appointments, of ${Math.min(from + CLINICS_AT_ONCE, ids.length)} clinics`);
    }
    report('indexes and constraints:');
    await makeKeys(sql, keys, report);
  });
  for (const table of TABLES) {
    await database.unbound('vacuum', (sql) => sql.unsafe(`vacuum (analyze) ${table}`));
  }
  await database.unbound('analyze', (sql) => sql.unsafe('analyze'));
  report('vacuumed and analyzed');
}

async function writeCustomers(sql: Sql): Promise<void> {
  await sql`
    insert into customers (clinic_id, phone, name)
    select id, '+1917' || (5000000 + n), 'Customer ' || n
    from clinics, generate_series(1, ${CUSTOMERS_A_CLINIC}::int) as n`;
}

/** Answers how many. Providers' names and places are the clinics' own. */
async function writeAppointments(sql: Sql, clinicIds: readonly string[], years: number): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    with clinic as (
      select id, time_zone, (select array_agg(k.id) from customers as k where k.clinic_id = c.id) as customers,
             (select id from resources as r where r.clinic_id = c.id limit 1) as laser
      from clinics as c
      where id::text in ${sql([...clinicIds])}
    ),
    given as (
      select p.clinic_id, p.id, array_agg(s.service_id) as services
      from providers as p join provider_services as s on s.provider_id = p.id
      group by p.id
    ),
    moment as (
      select d as day, h as hour, d > now_at.at and d <= now_at.at + interval '14 days' as soon
      from (select ${BEGINNING}::timestamptz at time zone 'UTC' as at) as now_at,
           generate_series(date_trunc('day', at) + ${HORIZON_DAYS}::int * interval '1 day'
                             - ${Math.round(years * 365)}::int * interval '1 day',
                           date_trunc('day', at) + ${HORIZON_DAYS}::int * interval '1 day', '1 day') as d,
           generate_series(9, 17) as h
      where extract(isodow from d) <= 6
    ),
    chosen as (
      select c.id as clinic_id, c.laser, g.id as provider_id,
             c.customers[1 + floor(random() * array_length(c.customers, 1))] as customer_id,
             g.services[1 + floor(random() * array_length(g.services, 1))] as service_id,
             (m.day + m.hour * interval '1 hour') at time zone c.time_zone as starts_at,
             random() < ${SHARE_CANCELLED} as cancelled
      from clinic as c
      join given as g on g.clinic_id = c.id
      cross join moment as m
      where random() < case when m.soon then ${SHARE_TAKEN_SOON}::float8 else ${SHARE_TAKEN}::float8 end
      order by c.id, starts_at
    ),
    made as (
      insert into appointments (clinic_id, customer_id, service_id, provider_id, status, starts_at, ends_at,
                                customer_name, channel, booking_key)
      select x.clinic_id, customer_id, service_id, provider_id, case when cancelled then 'cancelled' else 'confirmed' end,
             starts_at, starts_at + s.minutes * interval '1 minute', 'Customer', 'voice', gen_random_uuid()::text
      from chosen as x join services as s on s.id = x.service_id
      returning id, clinic_id, service_id, provider_id, status, starts_at, ends_at
    ),
    taken as (
      insert into occupied (clinic_id, resource_id, starts_at, ends_at, appointment_id)
      select a.clinic_id, resource_id, a.starts_at - s.buffer_before_minutes * interval '1 minute',
             a.ends_at + s.buffer_after_minutes * interval '1 minute', a.id
      from made as a
      join services as s on s.id = a.service_id
      join clinic as c on c.id = a.clinic_id
      cross join lateral unnest(case when s.needs = '{}' then array[a.provider_id] else array[a.provider_id, c.laser] end)
        as resource_id
      where a.status = 'confirmed'
    )
    select count(*)::int as count from made`;
  return row?.count ?? 0;
}
