import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresNoticeReplies } from '../../db/notice-replies.ts';
import { OFFER_WAITLIST, postgresOutbox } from '../../db/outbox.ts';
import type { Database } from '../../db/postgres.ts';
import { postgresWaitlistBook } from '../../db/waitlist-book.ts';
import { offerWaitlistJob } from '../../queues/jobs/offer-waitlist.ts';
import { answerNotice } from '../../src/receptionist/notice-answers.ts';
import {
  bookingRequest,
  cancelRequest,
  holdRequest,
  MORNING,
  radiance,
  waitlistRequest,
} from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { emptied, ownDatabase } from '../support/own-database.ts';

const MINUTE_MS = 60_000;
const [BEA, CY] = ['+15550127777', '+15550128888'];
/** Minutes from the fixed morning of the requests to tomorrow, this hour. */
const AT = Math.round((Date.now() - MORNING) / MINUTE_MS) + 24 * 60;

let database: Database;
ownDatabase(
  (opened) => {
    database = opened;
  },
  async (sql) => {
    await emptied(sql, 'sms_threads', 'occupied', 'holds', 'appointments', 'waitlist', 'outbox');
    await sql`update clinics set quiet_from = '00:00', quiet_until = '00:00'`;
  },
);

const bookings = () => postgresBookingStore(database);

/** Both wait, Bea longer; the time of somebody else becomes free. */
async function freed(): Promise<void> {
  for (const customerPhone of [BEA, CY])
    await bookings().joinWaitlist(waitlistRequest({ customerPhone, customerName: `Of ${customerPhone}` }));
  const { id } = booked(await bookings().book(bookingRequest({ at: AT })));
  await bookings().cancel(cancelRequest(id, { bookableFrom: Date.now() }));
}

const job = () =>
  offerWaitlistJob({
    book: postgresWaitlistBook(database),
    bookings: bookings(),
    events: { emit: () => undefined },
    newToken: randomUUID,
  });

const due = () => postgresOutbox(database).ring([OFFER_WAITLIST], 100, 0);

/** A worker looks at every entry that is due. */
async function look(): Promise<void> {
  for (const { clinicId, subjectId: waitlistId } of await due())
    await job().run({ data: { clinicId, waitlistId }, attempt: 1, signal: new AbortController().signal });
}

/** The offer's quarter of an hour is over. */
const pass = () =>
  database.unbound('pass', async (sql) => {
    await sql`update waitlist_offers set expires_at = expires_at - interval '20 min' where status = 'open'`;
    await sql`update outbox set due_at = now(), ring_at = now() where kind = ${OFFER_WAITLIST} and status = 'due'`;
  });

const offersTo = (phone: string) =>
  database.withClinic(radiance.id, 'texts', async (sql) => {
    const rows = await sql`
      select x.body from texts x join sms_threads t on t.id = x.thread_id
      where t.phone = ${phone} and x.body like '%YES%' order by x.seq`;
    return rows.length;
  });

const entries = () =>
  database.withClinic(radiance.id, 'entries', async (sql) => {
    const rows = await sql<{ status: string }[]>`select status from waitlist order by created_at`;
    return rows.map(({ status }) => status);
  });

const answer = (phone: string, body = 'YES') =>
  answerNotice(
    { replies: postgresNoticeReplies(database), bookings: bookings() },
    { clinic: radiance, phone, body, language: 'en-US', now: Date.now() },
  );

it('a time that became free is offered to whoever waits longest, and kept for them', async () => {
  await freed();
  await look();
  await look();
  expect([await offersTo(BEA), await offersTo(CY)]).toEqual([1, 0]);
  expect(await bookings().hold(holdRequest({ at: AT, now: Date.now() }))).toBe('taken');
  expect(await entries()).toEqual(['matched', 'waiting']);
});

it('YES books it, once, however often it is said', async () => {
  await freed();
  await look();
  expect(await answer(BEA)).toEqual({ kind: 'reply', body: null });
  expect(await answer(BEA)).toEqual({ kind: 'reply', body: null });
  await pass();
  await look();
  expect(await entries()).toEqual(['booked', 'waiting']);
  const mine = await bookings().appointmentsOf(radiance.id, BEA, Date.now());
  expect(mine).toMatchObject([{ startsAt: MORNING + AT * MINUTE_MS, customerName: `Of ${BEA}` }]);
  expect([await offersTo(BEA), await offersTo(CY)]).toEqual([1, 0]);
});

it('without an answer it is the next one’s, and nobody is offered it twice', async () => {
  await freed();
  await look();
  await pass();
  await look();
  expect(await entries()).toEqual(['waiting', 'matched']);
  await look();
  expect([await offersTo(BEA), await offersTo(CY)]).toEqual([1, 1]);
  expect(await answer(BEA)).toMatchObject({ kind: 'reply', body: expect.stringContaining('no longer free') });
  await pass();
  await look();
  await look();
  expect([await offersTo(BEA), await offersTo(CY), await entries()]).toEqual([1, 1, ['waiting', 'waiting']]);
  expect(await bookings().hold(holdRequest({ at: AT, now: Date.now() }))).toBe('held');
});

it('whoever wants no texts is passed over, and waits on', async () => {
  await database.unbound(
    'stop',
    (sql) => sql`insert into sms_threads (clinic_id, phone, opted_out_at) values (${radiance.id}, ${BEA}, now())`,
  );
  await freed();
  await look();
  expect([await offersTo(BEA), await offersTo(CY), await entries()]).toEqual([0, 1, ['waiting', 'matched']]);
});

it('nobody is offered what somebody else took meanwhile, and they wait on', async () => {
  await freed();
  await bookings().book(bookingRequest({ at: AT }));
  await look();
  expect([await offersTo(BEA), await entries()]).toEqual([0, ['waiting', 'waiting']]);
});

it('a worker that dies before it noted the offer has offered nothing; the next offers it once', async () => {
  await freed();
  const [row] = await due();
  const book = postgresWaitlistBook(database);
  const request = { clinicId: radiance.id, waitlistId: row?.subjectId ?? '', token: randomUUID(), forMs: 0 };
  const dead = await book.claim(request);
  if (dead === null) throw new Error('nothing was due');
  await look();
  const end = { kind: 'offered', body: 'YES?', expiresAt: Date.now(), lookAgainAfterMs: 0 } as const;
  expect(await book.settle(dead, end)).toBe(false);
  expect(await offersTo(BEA)).toBe(1);
});

it('who asked for the same again meanwhile waits once', async () => {
  await freed();
  await bookings().joinWaitlist(waitlistRequest({ customerPhone: BEA }));
  await look();
  await pass();
  await look();
  expect(await entries()).toEqual(['closed', 'matched', 'waiting']);
});

it('C confirms an appointment, and a move asks for it anew', async () => {
  const { id } = booked(await bookings().book(bookingRequest({ at: AT, phone: CY })));
  await database.unbound(
    'told',
    (sql) => sql`
      insert into notices (clinic_id, appointment_id, appointment_version, kind, phone)
      values (${radiance.id}, ${id}, 1, 'booked', ${CY})`,
  );
  const confirmed = () =>
    database.unbound('confirmed', async (sql) => {
      const [row] = await sql`select attendance_confirmed_at is not null as yes, version from appointments`;
      return row;
    });
  expect(await answer(BEA, 'C')).toBeNull();
  expect(await answer(CY, 'C')).toMatchObject({ kind: 'reply', body: expect.stringMatching(/confirmed/) });
  expect(await confirmed()).toEqual({ yes: true, version: 1 });
  expect(await answer(CY, 'R')).toMatchObject({ kind: 'note', text: expect.stringContaining(id) });
  expect(await answer(CY, 'Where are you?')).toBeNull();
  await bookings().cancel(cancelRequest(id));
  expect(await answer(CY, 'C')).toBeNull();
});
