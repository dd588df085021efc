/**
 * The connection to Postgres is cut exactly at COMMIT, before it arrives or before its answer does, of bookings, moves
 * and cancellations and of the worker that writes them to calendars alike.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresCalendarBook } from '../../db/calendar-book.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { createEvents } from '../../ops/events.ts';
import { syncAppointmentJob } from '../../queues/jobs/sync-appointment.ts';
import { bookingRequest, cancelRequest, moveRequest, radiance } from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { openTcpProxy, type TcpProxy } from '../db/tcp-proxy.ts';
import { type MemoryCalendar, memoryCalendar } from '../support/memory-calendar.ts';
import { SEED, seededRandom } from '../support/seed.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const CUTS = process.env.LONG_RUNS ? 200 : 40;
const LIMIT_MS = 120_000;

let fresh: FreshService;
let proxy: TcpProxy;
let database: Database;
let calendar: MemoryCalendar;

beforeEach(async () => {
  fresh = await freshDatabase();
  proxy = await openTcpProxy(fresh.url);
  database = openPostgres({ url: proxy.url, poolSize: 2 });
  calendar = memoryCalendar();
});
afterEach(async () => {
  await database.close();
  await proxy.close();
  await fresh.drop();
});

const dueRow = z.object({ id: z.string() });
const due = async (): Promise<string[]> => {
  const rows = await database.unbound(
    'due',
    (sql) => sql`select subject_id as id from outbox where status = 'due' and kind = 'sync_appointment'`,
  );
  return rows.map((row) => dueRow.parse(row).id);
};
const confirmed = () =>
  database.unbound(
    'confirmed',
    (sql) => sql<{ line: string }[]>`
      select p.calendar_id || ' ' || a.id || ' v' || a.version as line
      from appointments a join providers p on p.id = a.provider_id where a.status = 'confirmed' order by 1`,
  );

it(`${CUTS} times, and nothing is lost, doubled or left over`, { timeout: LIMIT_MS }, async () => {
  const random = seededRandom(SEED);
  const store = postgresBookingStore(database);
  const book = postgresCalendarBook(database);
  const job = syncAppointmentJob({
    book,
    calendar,
    isConnected: async () => true,
    events: createEvents(),
    newToken: randomUUID,
  });
  const write = (appointmentId: string) =>
    job.run({ data: { clinicId: radiance.id, appointmentId }, attempt: 1, signal: new AbortController().signal });
  const active: string[] = [];
  const answers: string[] = [];
  let slots = 0;
  const slot = () => {
    slots += 1;
    return { at: slots * 60, provider: Math.floor(random() * 3) };
  };

  for (let cut = 0; cut < CUTS; cut += 1) {
    if (random() < 0.5) proxy.lose('commit');
    else proxy.loseAnswerTo('commit');
    const [id] = active;
    const dice = random();
    if (id === undefined || dice < 0.3) active.push(booked(await store.book(bookingRequest(slot()))).id);
    else if (dice < 0.4) answers.push((await store.reschedule(moveRequest(id, slot()))).kind);
    else if (dice < 0.5) answers.push((await store.cancel(cancelRequest(active.shift() ?? ''))).kind);
    else await write((await due())[0] ?? id);
  }
  proxy.mend();
  while ((await due()).length > 0) {
    for (const id of await due()) await write(id);
    await sleep(20);
  }

  const shown = calendar.live().map(({ calendarId, ours }) => `${calendarId} ${ours?.appointmentId} v${ours?.version}`);
  expect(shown.toSorted()).toEqual((await confirmed()).map(({ line }) => line).toSorted());
  expect(new Set(answers)).toEqual(new Set(['rescheduled', 'cancelled']));
  expect(slots).toBeGreaterThan(CUTS / 5);
});
