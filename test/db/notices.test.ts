import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresNoticeBook } from '../../db/notices.ts';
import { NOTIFY_CUSTOMER, postgresOutbox } from '../../db/outbox.ts';
import type { Database } from '../../db/postgres.ts';
import { postgresTextBook } from '../../db/texts.ts';
import { notifyCustomerJob } from '../../queues/jobs/notify-customer.ts';
import type { NoticeClaim } from '../../src/domain/notice-book.ts';
import {
  bookingRequest,
  cancelRequest,
  correctRequest,
  MORNING,
  moveRequest,
  radiance,
} from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { emptied, ownDatabase } from '../support/own-database.ts';

const MINUTE_MS = 60_000;
const CUSTOMER = '+15550123456';

let database: Database;
ownDatabase(
  (opened) => {
    database = opened;
  },
  async (sql) => {
    await emptied(sql, 'sms_threads', 'occupied', 'appointments', 'outbox');
    await sql`update clinics set quiet_from = '00:00', quiet_until = '00:00'`;
  },
);

const book = () => postgresNoticeBook(database);
const store = () => postgresBookingStore(database);
const claimOf = (appointmentId: string, forMs = 60_000) =>
  book().claim({ clinicId: radiance.id, appointmentId, token: randomUUID(), forMs });

async function claimed(appointmentId: string, forMs?: number): Promise<NoticeClaim> {
  const claim = await claimOf(appointmentId, forMs);
  if (claim === null) throw new Error('nothing was due');
  return claim;
}

/** What is to be sent to a number, oldest first. */
const texts = (phone = CUSTOMER) =>
  database.withClinic(radiance.id, 'texts', async (sql) => {
    const rows = await sql<{ body: string }[]>`
      select x.body from texts x join sms_threads t on t.id = x.thread_id where t.phone = ${phone} order by x.seq`;
    return rows.map(({ body }) => body);
  });

/** What a worker who comes now is given to send to a number; null: nothing. */
const toSend = async (phone = CUSTOMER) => {
  const threadId = await database.unbound('thread', async (sql) => {
    const [thread] = await sql<{ id: string }[]>`select id from sms_threads where phone = ${phone}`;
    await sql`update texts set status = 'waiting' where status = 'sending' and thread_id = ${thread?.id ?? null}`;
    return thread?.id ?? '';
  });
  const claim = await postgresTextBook(database).claim({
    clinicId: radiance.id,
    threadId,
    token: randomUUID(),
    forMs: 0,
  });
  return claim?.text.body ?? null;
};

const statuses = () =>
  database.unbound('statuses', async (sql) => {
    const rows = await sql<{ status: string }[]>`select status from texts order by seq`;
    return rows.map(({ status }) => status);
  });

/** A worker looks at every appointment that is due. */
async function look(): Promise<void> {
  const job = notifyCustomerJob({ book: book(), events: { emit: () => undefined }, newToken: randomUUID });
  for (const { clinicId, subjectId } of await postgresOutbox(database).ring([NOTIFY_CUSTOMER], 100, 0))
    await job.run({ data: { clinicId, appointmentId: subjectId }, attempt: 1, signal: new AbortController().signal });
}

/** Milliseconds until an appointment is looked at again; null: it is not, unless it changes. */
const lookAgainMs = (appointmentId: string) =>
  database.unbound('again', async (sql) => {
    const [row] = await sql<{ ms: number }[]>`
      select (extract(epoch from due_at - now()) * 1000)::float8 as ms from outbox
      where kind = ${NOTIFY_CUSTOMER} and subject_id = ${appointmentId} and status = 'due'`;
    return row?.ms ?? null;
  });

/** Minutes from the fixed morning of the requests to so long from now. */
const ahead = (minutes: number): number => Math.round((Date.now() - MORNING) / MINUTE_MS) + minutes;

/** Booked for so many minutes from now, `agoMinutes` ago. */
async function bookedFor(minutes: number, agoMinutes = 0): Promise<string> {
  const { id } = booked(await store().book(bookingRequest({ at: ahead(minutes) })));
  await changedAgo(id, agoMinutes);
  return id;
}

const changedAgo = (id: string, minutes: number) =>
  database.unbound(
    'age',
    (sql) => sql`update appointments set updated_at = now() - ${minutes}::float8 * interval '1 min' where id = ${id}`,
  );

describe('a customer', () => {
  it('is told of a booking, a move and a cancellation, once each', async () => {
    const id = await bookedFor(6_000);
    await look();
    await look();
    await store().reschedule(moveRequest(id, { at: ahead(7_000) }));
    await look();
    await store().cancel(cancelRequest(id));
    await look();
    expect(await texts()).toEqual([
      expect.stringMatching(/^Radiance Med Spa: You are booked for Botox with Priya Sharma, .* C to confirm/),
      expect.stringMatching(/^Radiance Med Spa: Your Botox with Priya Sharma is now /),
      expect.stringMatching(/ is cancelled\. STOP ends texts\.$/),
    ]);
    expect(await lookAgainMs(id)).toBeNull();
  });

  it('is told what came of several changes in one text', async () => {
    const id = await bookedFor(6_000);
    await store().reschedule(moveRequest(id, { at: ahead(7_000) }));
    await look();
    expect(await texts()).toEqual([expect.stringMatching(/ is now /)]);
  });

  it('is reminded at a time that waits in the outbox, and moves with the appointment', async () => {
    const id = await bookedFor(3 * 60, 600);
    await look();
    expect((await lookAgainMs(id)) ?? 0).toBeGreaterThan(59 * MINUTE_MS);
    expect((await lookAgainMs(id)) ?? 0).toBeLessThanOrEqual(61 * MINUTE_MS);
    await store().reschedule(moveRequest(id, { at: ahead(10 * 60) }));
    await look();
    expect((await lookAgainMs(id)) ?? 0).toBeGreaterThan(7 * 60 * MINUTE_MS);
    await store().cancel(cancelRequest(id));
    await look();
    expect([await lookAgainMs(id), (await texts()).length]).toEqual([null, 3]);
  });

  it('is reminded once it is time', async () => {
    const id = await bookedFor(90, 600);
    await look();
    await look();
    expect(await texts()).toEqual([expect.stringMatching(/booked/), expect.stringMatching(/See you soon/)]);
    expect(await lookAgainMs(id)).toBeNull();
  });
});

describe('a correction of whose it is', () => {
  it('is no news to its customer', async () => {
    const id = await bookedFor(6_000);
    await look();
    await store().correct(correctRequest(id));
    await look();
    expect(await texts()).toEqual([expect.stringMatching(/You are booked/)]);
    expect(await lookAgainMs(id)).not.toBeNull();
  });

  it('by another number is told there as a booking, and what still waits for the wrong one is withdrawn', async () => {
    const id = await bookedFor(6_000);
    await look();
    const customer = { name: '', phone: '+15550127777', email: null };
    await store().correct(correctRequest(id, { customer }));
    await look();
    expect(await toSend('+15550127777')).toMatch(/You are booked/);
    expect(await toSend(CUSTOMER)).toBeNull();
  });
});

describe('a text that was not sent yet', () => {
  it('is withdrawn where its appointment was moved or cancelled, and what is true is sent', async () => {
    const id = await bookedFor(90, 600);
    await look();
    await store().reschedule(moveRequest(id, { at: ahead(7_000) }));
    await look();
    expect(await toSend()).toMatch(/ is now /);
    await store().cancel(cancelRequest(id));
    await look();
    expect(await toSend()).toMatch(/ is cancelled/);
    expect(await statuses()).toEqual(['withdrawn', 'withdrawn', 'withdrawn', 'sending']);
  });

  it('is not sent even where a worker asked for it as it stood before', async () => {
    const id = await bookedFor(90, 600);
    const claim = await claimed(id);
    await store().cancel(cancelRequest(id));
    await book().settle(claim, [{ kind: 'reminder_soon', body: 'See you soon.', usefulForMs: MINUTE_MS }], null);
    expect(await toSend()).toBeNull();
    expect(await statuses()).toEqual(['withdrawn']);
  });
});

describe('work for a later hour', () => {
  it('is nothing that is pending', async () => {
    await bookedFor(6_000);
    await look();
    await database.unbound('sent', (sql) => sql`delete from outbox where kind <> ${NOTIFY_CUSTOMER}`);
    expect(await postgresOutbox(database).count()).toEqual({ pending: 0, oldestMs: 0, overdueMs: 0, dead: 0 });
  });
});

describe('a worker that dies', () => {
  const news = { kind: 'booked', body: 'You are booked.', usefulForMs: MINUTE_MS } as const;

  it('between deciding and noting has told nothing, and another tells it once', async () => {
    const id = await bookedFor(6_000);
    const dead = await claimed(id, 0);
    const heir = await claimed(id);
    expect(await book().settle(heir, [news], null)).toBe(true);
    // It was only slow.
    expect(await book().settle(dead, [news], null)).toBe(false);
    expect(await texts()).toEqual([news.body]);
  });

  it('after noting has told it, and nobody tells it again', async () => {
    const id = await bookedFor(6_000);
    await book().settle(await claimed(id), [news], 0);
    const again = await claimed(id);
    expect([...again.told]).toEqual(['booked']);
    await book().settle(again, [news], null);
    expect(await texts()).toEqual([news.body]);
  });

  it('cannot tell of an appointment that changed meanwhile and leave it at that', async () => {
    const id = await bookedFor(6_000);
    const claim = await claimed(id);
    await store().cancel(cancelRequest(id));
    await book().settle(claim, [news], 3_600_000);
    await look();
    expect(await texts()).toEqual([news.body, expect.stringMatching(/is cancelled/)]);
  });
});
