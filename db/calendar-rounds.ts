/** Which copies of calendars are due, for the job that keeps them new: by the book alone, whatever became of the queue. */
import { z } from 'zod';
import type { CalendarRounds, DueCalendar } from '../src/domain/calendar-mirror.ts';
import type { Database } from './postgres.ts';

const dueRow = z.object({
  clinicId: z.string(),
  calendarId: z.string(),
  timeZone: z.string(),
  syncToken: z.string().nullable(),
  channelId: z.string().nullable(),
  resourceId: z.string().nullable(),
  expiresAt: z.number().nullable(),
});
const oldestRow = z.object({ ms: z.number().nullable() });

export function postgresCalendarRounds(database: Database): CalendarRounds {
  return {
    enrol: () =>
      database.transaction('enrol_mirrors', async (sql) => {
        await sql`
          insert into calendar_mirrors (clinic_id, calendar_id)
          select distinct clinic_id, calendar_id from providers as p
          where calendar_id is not null and active and not exists (
            select from calendar_mirrors as m where m.clinic_id = p.clinic_id and m.calendar_id = p.calendar_id)
          on conflict do nothing`;
        await sql`
          delete from calendar_mirrors as m where not exists (
            select from providers as p where p.clinic_id = m.clinic_id and p.calendar_id = m.calendar_id and p.active)`;
      }),
    claimDue: (limit, leaseMs) =>
      database.transaction('claim_mirrors', async (sql) => {
        const rows = await sql`
          update calendar_mirrors as m set due_at = now() + ${leaseMs} * interval '1 millisecond'
          from clinics
          where clinics.id = m.clinic_id and (m.clinic_id, m.calendar_id) in (
            select clinic_id, calendar_id from calendar_mirrors
            where due_at <= now() order by due_at limit ${limit} for update skip locked)
          returning m.clinic_id as "clinicId", m.calendar_id as "calendarId", clinics.time_zone as "timeZone",
                    m.sync_token as "syncToken", m.channel_id as "channelId", m.channel_resource_id as "resourceId",
                    m.channel_expires_at as "expiresAt"`;
        return rows.map((row) => dueOf(dueRow.parse(row)));
      }),
    keepChannel: ({ clinicId, calendarId }, { channelId, resourceId, expiresAt }) =>
      database.withClinic(clinicId, 'keep_channel', async (sql) => {
        await sql`
          update calendar_mirrors
          set channel_id = ${channelId}, channel_resource_id = ${resourceId}, channel_expires_at = ${expiresAt},
              updated_at = now()
          where clinic_id = ${clinicId} and calendar_id = ${calendarId}`;
      }),
    oldestMs: () =>
      database.unbound('oldest_mirror', async (sql) => {
        const [row] = await sql`
          select (extract(epoch from now() - min(mirrored_at)) * 1000)::float8 as ms from calendar_mirrors`;
        return oldestRow.parse(row).ms;
      }),
  };
}

function dueOf({ channelId, resourceId, expiresAt, ...calendar }: z.infer<typeof dueRow>): DueCalendar {
  const isKnown = channelId !== null && resourceId !== null && expiresAt !== null;
  return { ...calendar, channel: isKnown ? { channelId, resourceId, expiresAt } : null };
}
