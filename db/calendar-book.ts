/**
 * Who brings which appointment to its calendar, in Postgres: each call is one short transaction, run again where its fate
 * is unknown. What a claim read was committed before it was made; that the appointment changed afterwards is seen by the
 * outbox row having been rung again. Locks in one order: the outbox row, then the calendar's lane.
 */
import type { CalendarBook, Claim, ClaimRequest, Failure } from '../src/domain/calendar-book.ts';
import { aim, type EventPlace } from '../src/domain/calendar-writing.ts';
import {
  claimRow,
  finish,
  lockClaimed,
  lockDue,
  notePlace,
  putOff,
  readAppointmentForCalendar,
  retire,
} from './calendar-book-statements.ts';
import { enterLane, leaveLane, leaveLaneTroubled, waitForLane } from './calendar-lanes.ts';
import type { Database, Sql } from './postgres.ts';
import { settle } from './settle.ts';

/** Throws where Postgres is out of reach; a claim that is then held in vain lapses by itself. */
export function postgresCalendarBook(database: Database): CalendarBook {
  const bound = <T>({ clinicId }: ClaimRequest, query: string, work: (sql: Sql) => Promise<T>): Promise<T> =>
    settle(() => database.withClinic(clinicId, query, work));
  return {
    claim: (request) => bound(request, 'claim_appointment', (sql) => claim(sql, request)),
    note: (held, place) => bound(held, 'note_event', (sql) => note(sql, held, place)),
    settle: (held, place, more) => bound(held, 'settle_event', (sql) => settled(sql, held, place, more)),
    fail: (held, place, failure) => bound(held, 'fail_event', (sql) => failed(sql, held, place, failure)),
  };
}

async function claim(sql: Sql, request: ClaimRequest): Promise<Claim | null> {
  const row = await lockDue(sql, request);
  if (row === undefined) return null;
  const { wanted, place: noted } = await readAppointmentForCalendar(sql, request.appointmentId);
  const place = aim(wanted, noted, row.now);
  if (place === null) {
    await finish(sql, row.id);
    return null;
  }
  const lane = await enterLane(sql, request, place.calendarId);
  if (lane === undefined) {
    await putOff(sql, row.id, await waitForLane(sql, request.clinicId, place.calendarId));
    return null;
  }
  await claimRow(sql, row.id, request);
  await notePlace(sql, request, place);
  const { rings, now, askedAt, attempts } = row;
  return { ...request, wanted, place, now, askedAt, rings, attempts: attempts + 1, troubles: lane.troubles };
}

async function note(sql: Sql, held: Claim, place: EventPlace): Promise<boolean> {
  if ((await lockClaimed(sql, held)) === undefined) return false;
  await notePlace(sql, held, place);
  return true;
}

async function settled(sql: Sql, held: Claim, place: EventPlace, more: boolean): Promise<'done' | 'more' | 'lost'> {
  const row = await lockClaimed(sql, held);
  if (row === undefined) return 'lost';
  await notePlace(sql, held, place);
  await leaveLane(sql, held);
  const isDone = !more && row.rings === held.rings;
  await (isDone ? finish(sql, row.id) : putOff(sql, row.id, row.now));
  return isDone ? 'done' : 'more';
}

async function failed(sql: Sql, held: Claim, place: EventPlace, failure: Failure): Promise<boolean> {
  const row = await lockClaimed(sql, held);
  if (row === undefined) return false;
  await notePlace(sql, held, place);
  await leaveLaneTroubled(sql, held, failure);
  // Asked for again meanwhile: what failed was not this yet.
  const isNew = row.rings !== held.rings;
  if (failure.afterMs === null && !isNew) await retire(sql, row.id, failure.reason);
  else await putOff(sql, row.id, isNew ? row.now : row.now + (failure.afterMs ?? 0), failure.reason);
  return true;
}
