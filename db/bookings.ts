/**
 * The book of appointments and holds in Postgres. Why it cannot double-book: rows in `occupied` are under one exclusion
 * constraint, and whoever touches the rows of a resource first takes that resource's advisory lock, all locks in one
 * order, so that racers queue instead of deadlocking. Every change is one transaction; one whose fate is unknown (the
 * connection died around COMMIT) is simply run again: it waits for the first one's locks, reads the idempotency key,
 * and finds what was committed. What changes an appointment locks its row before any resource, and then finds it as it
 * was to become. Keeps no state of its own.
 */
import { randomUUID } from 'node:crypto';
import type {
  BookingRequest,
  BookingResult,
  BookingStore,
  CancelRequest,
  CancelResult,
  HoldRequest,
  RescheduleRequest,
  RescheduleResult,
} from '../src/domain/ports.ts';
import { leavesFree, resourcesOf, sameSlot } from '../src/domain/slots.ts';
import {
  lockAppointment,
  readAppointment,
  readAppointmentsOf,
  vacate,
  writeCancellation,
  writeMove,
} from './appointment-statements.ts';
import {
  clearHolds,
  findActive,
  findCustomer,
  insertAppointment,
  insertHold,
  isTakenOutside,
  lockResources,
  occupy,
  readBusy,
  upsertCustomer,
} from './booking-statements.ts';
import type { Database, Sql } from './postgres.ts';
import { sqlState, violatedConstraint } from './postgres-errors.ts';
import { settle } from './settle.ts';
import { enterWaitlist, matchWaitlist } from './waitlist-statements.ts';

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
    appointment: (clinicId, appointmentId) =>
      settle(() => database.withClinic(clinicId, 'appointment', (sql) => readAppointment(sql, appointmentId))),
    appointmentsOf: (clinicId, phone, after) =>
      settle(() => database.withClinic(clinicId, 'appointments_of', (sql) => readAppointmentsOf(sql, phone, after))),
    reschedule: (request) =>
      settle(() => database.withClinic(request.clinicId, 'reschedule', (sql) => move(sql, request))).catch(
        onOverlap({ kind: 'taken' } as const),
      ),
    cancel: (request) => settle(() => database.withClinic(request.clinicId, 'cancel', (sql) => giveUp(sql, request))),
    joinWaitlist: (request) =>
      settle(() => database.withClinic(request.clinicId, 'join_waitlist', (sql) => enterWaitlist(sql, request))),
    knowsCustomer: (clinicId, phone) =>
      settle(() => database.withClinic(clinicId, 'knows_customer', (sql) => findCustomer(sql, clinicId, phone))),
  };
}

async function placeHold(sql: Sql, request: HoldRequest): Promise<'held' | 'taken'> {
  const { clinicId, conversationId, blocks, movingId, now } = request;
  const resourceIds = resourcesOf(blocks);
  await lockResources(sql, { conversationId, resourceIds });
  if (await isTakenOutside(sql, blocks)) return 'taken';
  await clearHolds(sql, { conversationId, resourceIds, now });
  await occupy(sql, { clinicId, blocks, movingId, holdId: await insertHold(sql, request) });
  return 'held';
}

async function releaseHold(sql: Sql, conversationId: string): Promise<void> {
  await lockResources(sql, { conversationId });
  await clearHolds(sql, { conversationId, resourceIds: [], now: 0 });
}

async function takeSlot(sql: Sql, request: BookingRequest, id: string): Promise<BookingResult> {
  const { clinicId, conversationId, slot, blocks } = request;
  const resourceIds = resourcesOf(blocks);
  await lockResources(sql, { conversationId, resourceIds });
  const found = await findActive(sql, request.key);
  if (found !== undefined) return { kind: 'booked', appointment: found, replayed: found.id !== id };
  if (await isTakenOutside(sql, blocks)) return { kind: 'taken' };
  await clearHolds(sql, { conversationId, resourceIds, now: request.now });
  const customerId = await upsertCustomer(sql, request);
  const { serviceId, providerId, startsAt, endsAt } = slot;
  const appointment = { id, customerId, serviceId, providerId, startsAt, endsAt };
  await insertAppointment(sql, request, appointment);
  await occupy(sql, { clinicId, blocks, appointmentId: id });
  return { kind: 'booked', appointment, replayed: false };
}

async function move(sql: Sql, request: RescheduleRequest): Promise<RescheduleResult> {
  const { clinicId, conversationId, appointmentId, slot, blocks, now } = request;
  const before = await lockAppointment(sql, appointmentId);
  if (before?.status !== 'confirmed') return { kind: 'not_active' };
  if (sameSlot(before, slot)) return { kind: 'rescheduled', appointment: before };
  const resourceIds = resourcesOf(blocks);
  await lockResources(sql, { conversationId, appointmentId, resourceIds });
  if (await isTakenOutside(sql, blocks)) return { kind: 'taken' };
  await clearHolds(sql, { conversationId, resourceIds, now });
  await vacate(sql, appointmentId);
  await writeMove(sql, request);
  await occupy(sql, { clinicId, blocks, appointmentId });
  if (leavesFree(before, blocks)) await matchWaitlist(sql, before, request.bookableFrom);
  return { kind: 'rescheduled', appointment: { ...before, ...slot, version: before.version + 1 } };
}

async function giveUp(sql: Sql, request: CancelRequest): Promise<CancelResult> {
  const { appointmentId } = request;
  const before = await lockAppointment(sql, appointmentId);
  if (before?.status === 'cancelled') return { kind: 'cancelled', appointment: before };
  if (before?.status !== 'confirmed') return { kind: 'not_active' };
  await lockResources(sql, { appointmentId });
  await vacate(sql, appointmentId);
  await writeCancellation(sql, request);
  await matchWaitlist(sql, before, request.bookableFrom);
  return { kind: 'cancelled', appointment: { ...before, status: 'cancelled', version: before.version + 1 } };
}

/** The constraint's refusal is an answer; anything else is passed on. */
function onOverlap<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (sqlState(error) === '23P01' && violatedConstraint(error) === 'occupied_no_overlap') return answer;
    throw error;
  };
}
