/** What has served is deleted by its age; what may be asked for again is not. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresForgetting } from '../../db/forgetting.ts';
import type { Database, Sql } from '../../db/postgres.ts';
import { postgresThreadBook } from '../../db/thread-book.ts';
import { bookingRequest, MORNING, radiance } from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { emptied, ownDatabase } from '../support/own-database.ts';

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

let database: Database;
ownDatabase(
  (opened) => {
    database = opened;
  },
  (sql) => emptied(sql, 'sms_threads', 'occupied', 'appointments', 'outbox'),
);
const forgetting = () => postgresForgetting(database);
const run = <T>(work: (sql: Sql) => Promise<T>) => database.unbound('test', work);

/** Of a subject of its own, last touched so many days ago. */
const work = (status: string, days: number) =>
  run(
    (sql) => sql`
      insert into outbox (clinic_id, kind, subject_id, status, updated_at)
      values (${radiance.id}, 'errand', ${randomUUID()}, ${status}, now() - ${days} * interval '1 day')`,
  );

const PHONE = '+15550314159';
const receive = (messageSid: string, body: string) =>
  postgresThreadBook(database).receive({
    clinicId: radiance.id,
    from: PHONE,
    to: radiance.phone,
    messageSid,
    body,
    media: 0,
  });
const age = (days: number) =>
  run((sql) => sql`update inbound_texts set received_at = now() - ${days} * interval '1 day'`);

async function told(startsInMinutes: number): Promise<void> {
  const at = Math.round((Date.now() - MORNING) / MINUTE_MS) + startsInMinutes;
  const { id } = booked(await postgresBookingStore(database).book(bookingRequest({ at })));
  await run(
    (sql) => sql`
      insert into notices (clinic_id, appointment_id, appointment_version, kind, phone, created_at)
      values (${radiance.id}, ${id}, 1, 'booked', '+15550123456', now() - interval '60 days')`,
  );
}

describe('work of the outbox', () => {
  it('is forgotten once it was done long ago, and never while it is due or given up', async () => {
    await work('done', 8);
    await work('done', 6);
    await work('due', 8);
    await work('dead', 8);
    expect(await forgetting().forgetDoneWork(7 * DAY_MS)).toBe(1);
    expect(await forgetting().forgetDoneWork(7 * DAY_MS)).toBe(0);
    const rows = await run((sql) => sql`select status from outbox order by status`);
    expect(Array.from(rows, (row) => row['status'])).toEqual(['dead', 'done', 'due']);
  });

  it('is forgotten a batch at a time, found by its age', async () => {
    await run(
      (sql) => sql`
        insert into outbox (clinic_id, kind, subject_id, status, updated_at)
        select ${radiance.id}, 'errand', gen_random_uuid(), 'done', now() - interval '8 days' from generate_series(1, 700)`,
    );
    expect(await forgetting().forgetDoneWork(7 * DAY_MS)).toBe(500);
    expect(await forgetting().forgetDoneWork(7 * DAY_MS)).toBe(200);
  });
});

describe('texts that came in', () => {
  it('are forgotten once they were taken up long ago; told again before, they are known', async () => {
    await receive('SM1', 'Hi');
    await receive('SM2', 'STOP');
    await run((sql) => sql`update inbound_texts set conversation_id = ${randomUUID()} where message_sid = 'SM1'`);
    await age(29);
    expect(await forgetting().forgetReceivedTexts(30 * DAY_MS)).toBe(0);
    expect(await receive('SM1', 'Hi')).toBe('repeated');
    await age(31);
    expect(await forgetting().forgetReceivedTexts(30 * DAY_MS)).toBe(2);
  });

  it('are kept for as long as nobody took them up', async () => {
    await receive('SM3', 'Hi');
    await age(400);
    expect(await forgetting().forgetReceivedTexts(30 * DAY_MS)).toBe(0);
  });
});

describe('what customers were told', () => {
  it('is forgotten once the appointment is over for long, and not before: it would be told again', async () => {
    await told(60);
    expect(await forgetting().forgetNotices(30 * DAY_MS)).toBe(0);
    await run(
      (sql) =>
        sql`update appointments set starts_at = starts_at - interval '31 days', ends_at = ends_at - interval '31 days'`,
    );
    expect(await forgetting().forgetNotices(30 * DAY_MS)).toBe(1);
  });
});

it('each is found by an index, however much is kept', async () => {
  const plans = await database.transaction('plans', async (sql) => {
    await sql`set local enable_seqscan = off`;
    await sql`set local enable_bitmapscan = off`;
    const old = sql`now() - interval '30 days'`;
    const found = [
      await sql`explain select id from outbox where status = 'done' and updated_at < ${old} order by updated_at limit 500`,
      await sql`
        explain select id from inbound_texts
        where received_at < ${old} and (conversation_id is not null or keyword is not null) order by received_at limit 500`,
    ];
    return found.map((rows) => rows.map((row) => String(row['QUERY PLAN'])).join('\n'));
  });
  expect(plans[0]).toContain('outbox_done');
  expect(plans[1]).toContain('inbound_texts_settled');
});
