/**
 * The book of appointments and holds in Postgres. Why it cannot double-book: rows in `occupied` are under one exclusion
 * constraint, and whoever touches the rows of a resource first takes that resource's advisory lock, all locks in one
 * order, so that racers queue instead of deadlocking. Every change is one transaction; one whose fate is unknown (the
 * connection died around COMMIT) is simply run again: it waits for the first one's locks, reads the idempotency key,
 * and finds what was committed. What changes an appointment locks its row before any resource, and then finds it as it
 * was to become. Statements that need none of each other's answers are sent together: Postgres runs them one after the
 * other all the same, and each sees what was committed while the one before it waited. Keeps nothing between calls but
 * who is asking for what at this moment.
 */
import { randomUUID } from 'node:crypto';
import type { Fenced } from '../src/domain/call-keeping.ts';
import type {
  BookingStore,
  CancelRequest,
  CancelResult,
  CorrectRequest,
  CorrectResult,
  HoldRequest,
  RescheduleRequest,
  RescheduleResult,
} from '../src/domain/ports.ts';
import { leavesFree, resourcesOf, sameSlot } from '../src/domain/slots.ts';
import {
  bookedIn,
  lockAppointment,
  selectAppointment,
  selectAppointmentsOf,
  vacate,
  writeCancellation,
  writeCorrection,
  writeMove,
} from './appointment-statements.ts';
import {
  clearHolds,
  insertHold,
  lockResources,
  occupy,
  selectCustomer,
  selectTakenOutside,
} from './booking-statements.ts';
import { asOwner } from './call-register.ts';
import type { Database, Sql } from './postgres.ts';
import { sqlState, violatedConstraint } from './postgres-errors.ts';
import { settle } from './settle.ts';
import { SharedReads } from './shared-reads.ts';
import { SlotRaces } from './slot-races.ts';
import { busyFor, selectTaken, subjectOf, type Taken, type TakenQuery, takenIn } from './taken-time.ts';
import { enterWaitlist, matchWaitlist } from './waitlist-statements.ts';

/** Throws where Postgres is out of reach; whether the change took effect is then unknown, and the same request may be made again. */
export function postgresBookingStore(database: Database): BookingStore {
  const change = <T>(
    { clinicId, fence }: Fenced & { readonly clinicId: string },
    query: string,
    work: (sql: Sql) => Promise<T>,
  ): Promise<T> => settle(() => database.withClinic(clinicId, query, (sql) => asOwner(sql, fence, () => work(sql))));

  const races = new SlotRaces(database);
  const reads = new SharedReads<TakenQuery, Taken[]>();

  return {
    async busy(query) {
      if (query.resourceIds.length === 0) return [];
      return busyFor(query, await reads.ask(subjectOf(query), query, (depart) => readTaken(database, query, depart)));
    },
    hold(request) {
      const id = randomUUID();
      return change(request, 'hold', (sql) => placeHold(sql, request, id)).catch(onOverlap('taken' as const));
    },
    release: (clinicId, conversationId, fence) =>
      change({ clinicId, fence }, 'release', (sql) => releaseHold(sql, conversationId)),
    book(request) {
      // Chosen once for all attempts: an appointment found by its key is either this request's own or a replay.
      const id = randomUUID();
      return settle(() => races.book(request, id)).catch(onOverlap({ kind: 'taken' } as const));
    },
    correct: (request) => change(request, 'correct', (sql) => correct(sql, request)),
    async appointment(clinicId, appointmentId) {
      const [rows] = await settle(() =>
        database.readClinic(clinicId, 'appointment', (sql) => [selectAppointment(sql, appointmentId)]),
      );
      return bookedIn(rows)[0];
    },
    async appointmentsOf(clinicId, phone, after) {
      const [rows] = await settle(() =>
        database.readClinic(clinicId, 'appointments_of', (sql) => [selectAppointmentsOf(sql, phone, after)]),
      );
      return bookedIn(rows);
    },
    reschedule: (request) =>
      change(request, 'reschedule', (sql) => move(sql, request)).catch(onOverlap({ kind: 'taken' } as const)),
    cancel: (request) => change(request, 'cancel', (sql) => giveUp(sql, request)),
    joinWaitlist: (request) => change(request, 'join_waitlist', (sql) => enterWaitlist(sql, request)),
    async knowsCustomer(clinicId, phone) {
      const [found] = await settle(() =>
        database.readClinic(clinicId, 'knows_customer', (sql) => [selectCustomer(sql, clinicId, phone)]),
      );
      return found.length > 0;
    },
  };
}

async function readTaken(database: Database, query: TakenQuery, depart: () => unknown): Promise<Taken[]> {
  const [rows] = await settle(() =>
    database.readClinic(query.clinicId, 'busy', (sql) => {
      depart();
      return [selectTaken(sql, query)];
    }),
  );
  return takenIn(rows);
}

async function placeHold(sql: Sql, request: HoldRequest, holdId: string): Promise<'held' | 'taken'> {
  const { clinicId, conversationId, blocks, movingId, now } = request;
  const resourceIds = resourcesOf(blocks);
  const [, outside] = await Promise.all([
    lockResources(sql, { conversationId, resourceIds }),
    selectTakenOutside(sql, blocks),
  ]);
  if (outside.length > 0) return 'taken';
  await Promise.all([
    clearHolds(sql, { conversationId, resourceIds, now }),
    insertHold(sql, request, holdId),
    occupy(sql, { clinicId, blocks, movingId, holdId }),
  ]);
  return 'held';
}

async function releaseHold(sql: Sql, conversationId: string): Promise<void> {
  await Promise.all([
    lockResources(sql, { conversationId }),
    clearHolds(sql, { conversationId, resourceIds: [], now: 0 }),
  ]);
}

async function correct(sql: Sql, request: CorrectRequest): Promise<CorrectResult> {
  const before = await lockAppointment(sql, request.appointmentId);
  if (before?.status !== 'confirmed') return { kind: 'not_active' };
  if (!(await writeCorrection(sql, request))) return { kind: 'unchanged', appointment: before };
  const [appointment = before] = bookedIn(await selectAppointment(sql, before.id));
  return { kind: 'corrected', appointment };
}

async function move(sql: Sql, request: RescheduleRequest): Promise<RescheduleResult> {
  const { clinicId, conversationId, appointmentId, slot, blocks, now } = request;
  const before = await lockAppointment(sql, appointmentId);
  if (before?.status !== 'confirmed') return { kind: 'not_active' };
  if (sameSlot(before, slot)) return { kind: 'rescheduled', appointment: before };
  const resourceIds = resourcesOf(blocks);
  await lockResources(sql, { conversationId, appointmentId, resourceIds });
  if ((await selectTakenOutside(sql, blocks)).length > 0) return { kind: 'taken' };
  await clearHolds(sql, { conversationId, resourceIds, now });
  await vacate(sql, appointmentId);
  await writeMove(sql, request);
  await occupy(sql, { clinicId, blocks, appointmentId });
  if (leavesFree(before, blocks)) await matchWaitlist(sql, request.clinicId, before, request.bookableFrom);
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
  await matchWaitlist(sql, request.clinicId, before, request.bookableFrom);
  return { kind: 'cancelled', appointment: { ...before, status: 'cancelled', version: before.version + 1 } };
}

/** The constraint's refusal is an answer; anything else is passed on. */
function onOverlap<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (sqlState(error) === '23P01' && violatedConstraint(error) === 'occupied_no_overlap') return answer;
    throw error;
  };
}
