/** The reconciler on the book in Postgres, and calendars in memory. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresCalendarBook } from '../../db/calendar-book.ts';
import { postgresComparisonBook } from '../../db/calendar-comparison.ts';
import { postgresOutbox } from '../../db/outbox.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { createEvents } from '../../ops/events.ts';
import type { Job } from '../../queues/job.ts';
import { reconcileCalendarsJob } from '../../queues/jobs/reconcile-calendars.ts';
import { syncAppointmentJob } from '../../queues/jobs/sync-appointment.ts';
import { CalendarTrouble } from '../../src/domain/calendar.ts';
import { eventIdOf } from '../../src/domain/calendar-writing.ts';
import type { AvaEvents } from '../../src/domain/events.ts';
import { bookingRequest, cancelRequest, radiance } from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { type MemoryCalendar, memoryCalendar } from '../support/memory-calendar.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const PRIYA = 'priya@radiance.test';
const MAYA = 'maya@radiance.test';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ALIVE = new AbortController().signal;

let fresh: FreshService;
let database: Database;
let calendar: MemoryCalendar;
let reports: AvaEvents['calendar.reconciled'][];
let sync: Job;
let reconciler: Job;
let silent: string | null;
let refuses: boolean;
let connected: boolean;

beforeEach(async () => {
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 2 });
  silent = null;
  refuses = false;
  connected = true;
  calendar = memoryCalendar({
    fault(_, { calendarId }) {
      if (refuses) return { trouble: new CalendarTrouble('refused', { status: 400 }), committed: false };
      return calendarId === silent ? { trouble: new CalendarTrouble('unavailable'), committed: false } : null;
    },
  });
  const events = createEvents();
  reports = [];
  events.on('calendar.reconciled', (report) => reports.push(report));
  const shared = { calendar, isConnected: async () => connected, events };
  sync = syncAppointmentJob({ ...shared, book: postgresCalendarBook(database), newToken: randomUUID });
  const book = postgresComparisonBook(database, { settledMs: 0, againMs: 0 });
  reconciler = reconcileCalendarsJob({ ...shared, book });
});
afterEach(async () => {
  await database.close();
  await fresh.drop();
});

const store = () => postgresBookingStore(database);
const write = (appointmentId: string) =>
  sync.run({ data: { clinicId: radiance.id, appointmentId }, attempt: 1, signal: ALIVE });
const reconcile = () => reconciler.run({ data: {}, attempt: 1, signal: ALIVE });
const calendarsRest = () =>
  database.unbound(
    'rest',
    (sql) => sql`update calendar_lanes set free_at = now(), claim_token = null, claimed_until = null`,
  );

let slots = 0;
/** Books it for tomorrow, and writes it where nothing else is said. */
async function appointment({ provider = 0, written = true } = {}): Promise<string> {
  slots += 1;
  const request = bookingRequest({ provider });
  const startsAt = Date.now() + DAY_MS + slots * HOUR_MS;
  const times = { startsAt, endsAt: startsAt + HOUR_MS };
  const blocks = request.blocks.map(({ anyOf }) => ({ anyOf, ...times }));
  const { id } = booked(await store().book({ ...request, slot: { ...request.slot, ...times }, blocks }));
  if (written) await write(id);
  await calendarsRest();
  return id;
}

/** What is in calendars, as `calendar id/generation`. */
const live = (): string[] => calendar.live().map(({ calendarId, eventId }) => `${calendarId} ${eventId}`);
const at = (calendarId: string, id: string, generation = 0): string => `${calendarId} ${eventIdOf(id, generation)}`;

/** Writes an event of this appointment behind the book's back. */
async function slipIn(calendarId: string, appointmentId: string, generation: number): Promise<void> {
  const text = { summary: '', description: '', timeZone: 'America/New_York' };
  const times = { startsAt: Date.now(), endsAt: Date.now() + 1 };
  const event = { eventId: eventIdOf(appointmentId, generation), appointmentId, version: 1, ...times, ...text };
  await calendar.insert({ clinicId: radiance.id, calendarId }, event, ALIVE);
}

describe('the reconciler', () => {
  it('finds nothing where all is well, and says so', async () => {
    const id = await appointment();
    await reconcile();
    expect(reports).toEqual([{ compared: 1, removed: 0, rewritten: 0, unanswered: 0 }]);
    expect(live()).toEqual([at(PRIYA, id)]);
  });

  it('removes what the book knows nothing of, wherever it is', async () => {
    const id = await appointment();
    await slipIn(PRIYA, id, 5);
    const cancelled = await appointment();
    await store().cancel(cancelRequest(cancelled));
    await write(cancelled);
    await slipIn(PRIYA, cancelled, 7);
    await reconcile();
    expect(reports).toEqual([{ compared: 2, removed: 2, rewritten: 0, unanswered: 0 }]);
    expect(live()).toEqual([at(PRIYA, id)]);
  });

  it('has written again what is not as booked, but not what a human removed', async () => {
    const [lost, removed] = [await appointment(), await appointment()];
    calendar.removeByHand(PRIYA, eventIdOf(lost, 0));
    calendar.removeByHand(PRIYA, eventIdOf(removed, 0));
    await database.unbound('forget', (sql) => sql`delete from calendar_events where appointment_id = ${lost}`);
    await reconcile();
    expect(reports).toMatchObject([{ compared: 2, rewritten: 2 }]);
    for (const id of [lost, removed]) {
      await write(id);
      await calendarsRest();
    }
    expect(live()).toEqual([at(PRIYA, lost, 1)]);
    await reconcile();
    expect(reports.at(-1)).toMatchObject({ compared: 2, rewritten: 0 });
  });

  it('has it written where a provider’s calendar became another', async () => {
    const id = await appointment();
    await database.unbound(
      'change',
      (sql) => sql`update providers set calendar_id = 'new' where calendar_id = ${PRIYA}`,
    );
    await reconcile();
    await write(id);
    expect(live()).toEqual([at('new', id, 1)]);
  });

  it('leaves alone what was given up, until somebody has looked at it', async () => {
    const id = await appointment({ written: false });
    refuses = true;
    await write(id);
    refuses = false;
    await reconcile();
    expect(reports).toMatchObject([{ compared: 0 }]);
    const outbox = postgresOutbox(database);
    expect(await outbox.dead(null)).toMatchObject([{ clinicId: radiance.id, subjectId: id, reason: 'refused 400' }]);
    expect(await outbox.requeue(radiance.id)).toBe(1);
    await calendarsRest();
    await write(id);
    expect([await outbox.dead(null), live()]).toEqual([[], [at(PRIYA, id)]]);
  });

  it('writes what is missing once something opens a clinic’s calendars, and asks them nothing before', async () => {
    connected = false;
    const id = await appointment();
    await reconcile();
    expect([calendar.requests, reports]).toMatchObject([[], [{ compared: 0, unanswered: 0 }]]);
    connected = true;
    await reconcile();
    await write(id);
    expect(live()).toEqual([at(PRIYA, id)]);
  });

  it('leaves alone what is being written', async () => {
    await appointment({ written: false });
    await reconcile();
    expect(reports).toMatchObject([{ compared: 0 }]);
  });

  it('goes on with the others where a calendar does not answer', async () => {
    await appointment({ provider: 2 });
    const id = await appointment();
    await slipIn(PRIYA, id, 5);
    silent = MAYA;
    await reconcile();
    expect(reports).toEqual([{ compared: 1, removed: 1, rewritten: 0, unanswered: 1 }]);
  });
});
