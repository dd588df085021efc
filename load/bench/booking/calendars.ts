/**
 * Every provider of the book has a calendar outside, and a new copy of it in which an hour of each day is taken. Made
 * again for each run, beside the history: a copy's age counts by the clock on the wall.
 */
import { postgresBookingStore } from '../../../db/bookings.ts';
import type { Database, Sql } from '../../../db/postgres.ts';
import { readConfig } from '../../../ops/config.ts';
import { createEvents } from '../../../ops/events.ts';
import { openCalendars } from '../../../src/bin/calendars.ts';
import type { BookingStore } from '../../../src/domain/ports.ts';
import { BEGINNING } from './clock.ts';

const DAYS_AHEAD = 62;

/** What opens the calendars, which nobody asks while their copies are new; the rest is what has to be there. */
const ENVIRONMENT = {
  NODE_ENV: 'test',
  DATABASE_URL: 'postgres://127.0.0.1/none',
  REDIS_URL: 'redis://127.0.0.1',
  TWILIO_ACCOUNT_SID: 'AC1',
  TWILIO_AUTH_TOKEN: 't',
  OPENAI_API_KEY: 'k',
  GOOGLE_CREDENTIALS: JSON.stringify({
    type: 'authorized_user',
    client_id: 'i',
    client_secret: 's',
    refresh_token: 't',
  }),
  CALENDAR_MAX_STALENESS_S: '86400',
};

export async function writeCalendars(sql: Sql): Promise<void> {
  await sql`update providers set calendar_id = id || '@bench.test' where calendar_id is null`;
  await sql`truncate calendar_mirrors cascade`;
  await sql`
    insert into calendar_mirrors (clinic_id, calendar_id, sync_token, mirrored_at)
    select clinic_id, calendar_id, 'bench', now() from providers`;
  await sql`
    insert into calendar_busy (clinic_id, calendar_id, event_id, starts_at, ends_at)
    select p.clinic_id, p.calendar_id, day::date::text, at, at + interval '1 hour'
    from providers as p
    join clinics as c on c.id = p.clinic_id
    cross join generate_series(${BEGINNING}::timestamptz at time zone 'UTC',
                               ${BEGINNING}::timestamptz at time zone 'UTC' + ${DAYS_AHEAD}::int * interval '1 day',
                               '1 day') as day
    cross join lateral (
      -- Another hour for each provider and day, the same in each run.
      select (day::date + (9 + abs(hashtext(p.name || day::date)) % 9) * interval '1 hour') at time zone c.time_zone as at
    ) as event`;
}

/** The book as a node has it; see `heeding`. */
export function heedingBook(database: Database): BookingStore {
  const reading = readConfig(ENVIRONMENT);
  if (!reading.ok) throw new Error(reading.problems.join());
  return openCalendars({ config: reading.config, events: createEvents() }, database).heeding(
    postgresBookingStore(database),
  );
}
