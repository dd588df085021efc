import { z } from 'zod';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresCalendarBook } from '../../db/calendar-book.ts';
import { openPostgres } from '../../db/postgres.ts';
import { bookingRequest, cancelRequest, moveRequest, radiance } from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { type CalendarBookBench, describeCalendarBook } from '../contract/calendar-book.ts';
import { freshDatabase } from '../support/services.ts';

const statusRow = z.object({ status: z.enum(['due', 'done', 'dead']), reason: z.string().nullable() });
/** The index of Priya, Elena and Maya: she has no calendar here. */
const PROVIDERS = [0, 1, 2] as const;

async function openBench(): Promise<CalendarBookBench> {
  const fresh = await freshDatabase();
  const database = openPostgres({ url: fresh.url, poolSize: 10 });
  const bookings = postgresBookingStore(database);
  const { id: clinicId } = radiance;
  await database.unbound(
    'prepare',
    (sql) => sql`update providers set calendar_id = null where id = ${radiance.providers[2]?.id ?? ''}`,
  );
  let slots = 0;
  const nextSlot = (): number => {
    slots += 1;
    return slots * 60;
  };
  return {
    book: postgresCalendarBook(database),
    clinicId,
    calendarIds: ['priya@radiance.test', 'elena@radiance.test'],
    appoint: async (index) =>
      booked(await bookings.book(bookingRequest({ at: nextSlot(), provider: PROVIDERS[index] }))).id,
    move: async (id, index) =>
      void (await bookings.reschedule(moveRequest(id, { at: nextSlot(), provider: PROVIDERS[index] }))),
    cancel: async (id) => void (await bookings.cancel(cancelRequest(id))),
    status: (id) =>
      database.withClinic(clinicId, 'status', async (sql) => {
        const [row] = await sql`
          select status, reason from outbox where kind = 'sync_appointment' and subject_id = ${id} order by created_at desc limit 1`;
        return statusRow.parse(row);
      }),
    // Everything that is kept becomes older.
    pass: (ms) =>
      database.unbound('pass', async (sql) => {
        const past = sql`${ms}::float8 * interval '1 ms'`;
        await sql`
          update outbox set created_at = created_at - ${past}, asked_at = asked_at - ${past}, due_at = due_at - ${past},
                            ring_at = ring_at - ${past}, claimed_until = claimed_until - ${past}`;
        await sql`
          update calendar_lanes set free_at = free_at - ${past}, next_at = next_at - ${past},
                                    claimed_until = claimed_until - ${past}`;
        await sql`update calendar_events set since = since - ${past}`;
      }),
    async close() {
      await database.close();
      await fresh.drop();
    },
  };
}

describeCalendarBook('in Postgres', openBench);
