/**
 * The book of appointments and holds in Postgres. Why it cannot double-book: rows in `occupied` are under one exclusion
 * constraint, and whoever touches the rows of a resource first takes that resource's advisory lock, all locks in one
 * order, so that racers queue instead of deadlocking. Every change is one transaction; one whose fate is unknown (the
 * connection died around COMMIT) is simply run again: it waits for the first one's locks, reads the idempotency key,
 * and finds what was committed. Keeps no state of its own.
 */
import { randomUUID } from 'node:crypto';
import type { BookingRequest, BookingResult, BookingStore, HoldRequest } from '../src/domain/ports.ts';
import {
  clearHolds,
  findActive,
  insertAppointment,
  insertHold,
  lockResources,
  occupy,
  readBusy,
  upsertCustomer,
} from './booking-statements.ts';
import type { Database, Sql } from './postgres.ts';
import { sqlState, violatedConstraint } from './postgres-errors.ts';
import { settle } from './settle.ts';

/** Throws where Postgres is out of reach; whether the change took effect is then unknown, and the same request may be made again. */
export function postgresBookingStore(database: Database): BookingStore {
  return {
    async busy(query) {
      if (query.resourceIds.length === 0) return [];
      return settle(() => database.withClinic(query.clinicId, 'busy', (sql) => readBusy(sql, query)));
    },
    hold: (request) =>
      settle(() => database.withClinic(request.clinicId, 'hold', (sql) => placeHold(sql, request))).catch(
        onOverlap('taken' as const),
      ),
    release: (clinicId, conversationId) =>
      settle(() => database.withClinic(clinicId, 'release', (sql) => releaseHold(sql, conversationId))),
    book(request) {
      // Chosen once for all attempts: an appointment found by its key is either this request's own or a replay.
      const id = randomUUID();
      return settle(() => database.withClinic(request.clinicId, 'book', (sql) => takeSlot(sql, request, id))).catch(
        onOverlap({ kind: 'taken' } as const),
      );
    },
  };
}

async function placeHold(sql: Sql, request: HoldRequest): Promise<'held'> {
  const { clinicId, conversationId, blocks, now } = request;
  const resourceIds = blocks.flatMap(({ anyOf }) => anyOf);
  await lockResources(sql, conversationId, resourceIds);
  await clearHolds(sql, { conversationId, resourceIds, now });
  await occupy(sql, { clinicId, blocks, holdId: await insertHold(sql, request) });
  return 'held';
}

async function releaseHold(sql: Sql, conversationId: string): Promise<void> {
  await lockResources(sql, conversationId, []);
  await clearHolds(sql, { conversationId, resourceIds: [], now: 0 });
}

async function takeSlot(sql: Sql, request: BookingRequest, id: string): Promise<BookingResult> {
  const { clinicId, conversationId, slot, blocks } = request;
  const resourceIds = blocks.flatMap(({ anyOf }) => anyOf);
  await lockResources(sql, conversationId, resourceIds);
  const found = await findActive(sql, request.key);
  if (found !== undefined) return { kind: 'booked', appointment: found, replayed: found.id !== id };
  await clearHolds(sql, { conversationId, resourceIds, now: request.now });
  const customerId = await upsertCustomer(sql, request);
  const { serviceId, providerId, startsAt, endsAt } = slot;
  const appointment = { id, customerId, serviceId, providerId, startsAt, endsAt };
  await insertAppointment(sql, request, appointment);
  await occupy(sql, { clinicId, blocks, appointmentId: id });
  return { kind: 'booked', appointment, replayed: false };
}

/** The constraint's refusal is an answer; anything else is passed on. */
function onOverlap<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (sqlState(error) === '23P01' && violatedConstraint(error) === 'occupied_no_overlap') return answer;
    throw error;
  };
}
