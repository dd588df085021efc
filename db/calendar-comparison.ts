/** What is to be compared with calendars, in Postgres: found across clinics, read and written bound to one. */
import { z } from 'zod';
import type { ComparisonBook, ComparisonCase } from '../src/domain/calendar-comparison.ts';
import { readAppointmentForCalendar } from './calendar-book-statements.ts';
import { ringForAppointment, SYNC_APPOINTMENT } from './outbox.ts';
import type { Database, Sql } from './postgres.ts';

export interface ComparisonLimits {
  /** Appointments that changed so lately are left to whoever writes them. */
  readonly settledMs: number;
  /** None is compared again earlier. */
  readonly againMs: number;
}

const LIMITS: ComparisonLimits = { settledMs: 2 * 60_000, againMs: 10 * 60_000 };

const caseRow = z.object({
  clinicId: z.string(),
  appointmentId: z.string(),
  providers: z.string().nullable(),
  noted: z.string().nullable(),
});

export function postgresComparisonBook(database: Database, limits: ComparisonLimits = LIMITS): ComparisonBook {
  return {
    next: (limit) => database.unbound('find_to_compare', (sql) => findCases(sql, limit, limits)),
    read: ({ clinicId, appointmentId }) =>
      database.withClinic(clinicId, 'read_to_compare', async (sql) => {
        const [due] = await sql`
          select from outbox where kind = ${SYNC_APPOINTMENT} and subject_id = ${appointmentId} and status = 'due'`;
        return due === undefined ? readAppointmentForCalendar(sql, appointmentId) : null;
      }),
    compared: ({ clinicId, appointmentId }, differs) =>
      database.withClinic(clinicId, 'note_compared', async (sql) => {
        await sql`update calendar_events set checked_at = now() where appointment_id = ${appointmentId}`;
        if (differs) await ringForAppointment(sql, clinicId, appointmentId);
      }),
  };
}

/** None that was given up, and none in a calendar that is left in peace, or that somebody must mend first. */
async function findCases(sql: Sql, limit: number, limits: ComparisonLimits): Promise<ComparisonCase[]> {
  const rows = await sql`
    select a.clinic_id as "clinicId", a.id as "appointmentId", p.calendar_id as providers, e.calendar_id as noted
    from appointments a
    join providers p on p.id = a.provider_id
    left join calendar_events e on e.appointment_id = a.id
    where a.starts_at > now() - interval '1 day' and a.starts_at < now() + interval '60 days'
      and a.updated_at < now() - ${limits.settledMs}::float8 * interval '1 ms'
      and (e.appointment_id is not null or (p.calendar_id is not null and a.status <> 'cancelled'))
      and (e.checked_at is null or e.checked_at < now() - ${limits.againMs}::float8 * interval '1 ms')
      and not exists (
        select from outbox o
        where o.kind = ${SYNC_APPOINTMENT} and o.subject_id = a.id
          and (o.status = 'due' or (o.status = 'dead' and o.updated_at >= e.updated_at)))
      and not exists (
        select from calendar_lanes l
        where l.clinic_id = a.clinic_id and l.calendar_id in (p.calendar_id, e.calendar_id)
          and (l.trouble is not null or l.free_at > now() + interval '1 s'))
    order by e.checked_at nulls first, a.starts_at
    limit ${limit}`;
  return rows.map((row) => {
    const { clinicId, appointmentId, providers, noted } = caseRow.parse(row);
    const calendarIds = [...new Set([providers, noted])].filter((id) => id !== null);
    return { clinicId, appointmentId, calendarIds };
  });
}
