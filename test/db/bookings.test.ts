import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { type Database, openPostgres, type QueryReport } from '../../db/postgres.ts';
import type { WaitlistRequest } from '../../src/domain/ports.ts';
import { NO_TRACING } from '../../src/domain/tracing.ts';
import { describeBookingPrograms } from '../contract/booking-programs.ts';
import {
  bookingRequest,
  busyQuery,
  cancelRequest,
  correctRequest,
  holdRequest,
  moveRequest,
  NOW,
  radiance,
} from '../contract/booking-requests.ts';
import { type BookingBench, booked, describeBookingStore } from '../contract/booking-store.ts';
import { freshDatabase } from '../support/services.ts';

interface WaiterRow extends WaitlistRequest {
  readonly id: string;
  readonly status: 'waiting' | 'matched';
  readonly matchedProvider: string;
  readonly matchedFrom: number;
  readonly matchedUntil: number;
}

/** `asked`: what the database was asked so far, by name. */
async function openBench(
  tracing = NO_TRACING,
): Promise<BookingBench & { readonly database: Database; readonly asked: string[] }> {
  const fresh = await freshDatabase();
  const asked: string[] = [];
  const onQuery = ({ query }: QueryReport) => void asked.push(query);
  const database = openPostgres({ url: fresh.url, poolSize: 20, tracing, onQuery });
  return {
    database,
    asked,
    store: postgresBookingStore(database),
    customers: (clinicId) =>
      database.withClinic(
        clinicId,
        'customers',
        (sql) => sql<{ name: string; phone: string; email: string | null }[]>`select name, phone, email from customers`,
      ),
    waitlist: (clinicId) =>
      database.withClinic(clinicId, 'waitlist', async (sql) => {
        const rows = await sql<WaiterRow[]>`
          select id, clinic_id as "clinicId", conversation_id as "conversationId", service_id as "serviceId",
                 provider_id as "providerId", wanted_from as "from", wanted_until as "until",
                 customer_name as "customerName", customer_phone as "customerPhone", status,
                 matched_provider_id as "matchedProvider", matched_starts_at as "matchedFrom",
                 matched_ends_at as "matchedUntil"
          from waitlist order by created_at`;
        return rows.map(({ status, matchedProvider: providerId, matchedFrom, matchedUntil, ...waiter }) => ({
          ...waiter,
          match: status === 'waiting' ? null : { providerId, startsAt: matchedFrom, endsAt: matchedUntil },
        }));
      }),
    close: async () => {
      await database.close();
      await fresh.drop();
    },
  };
}

describeBookingStore('in Postgres', () => openBench());
describeBookingPrograms('in Postgres', () => openBench(), { programs: 3, steps: 100 });

describe('the book in Postgres', () => {
  it('refuses a slot that is taken without waiting for whoever changes its provider', async (context) => {
    const bench = await openBench();
    context.onTestFinished(() => bench.close());
    const request = bookingRequest();
    await bench.store.book(request);
    await bench.database.transaction('lock', async (sql) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${request.slot.providerId}, 0))`;
      expect(await bench.store.book(bookingRequest())).toEqual({ kind: 'taken' });
      expect(await bench.store.book(request)).toMatchObject({ kind: 'booked', replayed: true });
    });
  });

  it('reads what is taken once for all who ask together for the same', async (context) => {
    const bench = await openBench();
    context.onTestFinished(() => bench.close());
    const { store, asked } = bench;
    const { conversationId } = holdRequest();
    await store.hold(holdRequest({ conversationId }));
    asked.length = 0;
    const queries = [busyQuery(), busyQuery({ conversationId }), busyQuery({ now: NOW + 1 })];
    const [others, own, later] = await Promise.all(queries.map((query) => store.busy(query)));
    expect([others?.length, own?.length, later?.length]).toEqual([1, 0, 1]);
    expect(asked).toEqual(['busy']);
  });

  it('tells all who lose a race what they need to know by one read', async (context) => {
    const bench = await openBench();
    context.onTestFinished(() => bench.close());
    const { store, asked } = bench;
    const again = bookingRequest();
    const requests = [again, ...Array.from({ length: 20 }, () => bookingRequest()), again];
    const results = await Promise.all(requests.map((request) => store.book(request)));
    const [winner, ...others] = results;
    expect(winner).toMatchObject({ kind: 'booked', replayed: false });
    expect(others.pop()).toEqual({ ...winner, replayed: true });
    expect(others).toEqual(others.map(() => ({ kind: 'taken' })));
    expect(asked).toEqual(['book', 'book_outlook']);
  });

  it('answers nobody by what was read before they asked', async (context) => {
    const bench = await openBench();
    context.onTestFinished(() => bench.close());
    const { database } = bench;
    const first = new EventEmitter();
    const store = postgresBookingStore({
      ...database,
      async readClinic(clinicId, query, ask) {
        const found = await database.readClinic(clinicId, query, ask);
        if (first.emit('read')) await once(first, 'answered');
        return found;
      },
    });
    const read = once(first, 'read');
    const before = store.busy(busyQuery());
    await read;
    await store.book(bookingRequest());
    const after = store.busy(busyQuery());
    first.emit('answered');
    expect([(await before).length, (await after).length]).toEqual([0, 1]);
  });
});

describe('the outbox', () => {
  it('has one doorbell due for an appointment, however often that is changed before it is heard', async (context) => {
    const bench = await openBench();
    const { database, store } = bench;
    context.onTestFinished(() => bench.close());
    const due = () =>
      database.withClinic(radiance.id, 'due', async (sql) => {
        const rows =
          await sql`update outbox set status = 'done' where status = 'due' and kind = 'sync_appointment' returning kind, subject_id as id`;
        return rows.map((row) => `${row['kind']} ${row['id']}`);
      });
    const { id } = booked(await store.book(bookingRequest()));
    const ring = [`sync_appointment ${id}`];
    await store.reschedule(moveRequest(id, { at: 60 }));
    expect(await due()).toEqual(ring);
    await store.reschedule(moveRequest(id, { at: 120 }));
    expect(await due()).toEqual(ring);
    await store.correct(correctRequest(id));
    await store.correct(correctRequest(id));
    expect(await due()).toEqual(ring);
    await store.correct(correctRequest(id));
    expect(await due()).toEqual([]);
    await store.cancel(cancelRequest(id));
    expect(await due()).toEqual(ring);
    await store.reschedule(moveRequest(id, { at: 120 }));
    await store.cancel(cancelRequest(id));
    expect(await due()).toEqual([]);
  });

  it('carries the trace of the transaction that rang last, and keeps it where the next has none', async (context) => {
    const threads: (string | null)[] = ['00-booked', '00-moved', null, null];
    const bench = await openBench({ ...NO_TRACING, carried: () => threads[0] ?? null });
    context.onTestFinished(() => bench.close());
    const { database, store } = bench;
    const carried = () =>
      database.unbound('carried', async (sql) => (await sql`select trace_context from outbox`)[0]?.['trace_context']);
    const { id } = booked(await store.book(bookingRequest()));
    expect(await carried()).toBe('00-booked');
    threads.shift();
    await store.reschedule(moveRequest(id, { at: 60 }));
    expect(await carried()).toBe('00-moved');
    threads.shift();
    await store.cancel(cancelRequest(id));
    expect(await carried()).toBe('00-moved');
    await database.unbound('done', (sql) => sql`delete from outbox`);
    await store.book(bookingRequest());
    expect(await carried()).toBeNull();
  });
});
