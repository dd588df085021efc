/**
 * Copies of providers' calendars in Postgres: what is busy, how new that is, and when it is looked at next. All ages are
 * by the database's clock, which every node shares.
 */
import { z } from 'zod';
import type { CalendarRef } from '../src/domain/calendar.ts';
import type { CalendarMirror, Look, ProviderCopy } from '../src/domain/calendar-mirror.ts';
import type { Database, Sql } from './postgres.ts';
import { SharedReads } from './shared-reads.ts';

const KINDS = ['calendar_gone', 'credentials', 'busy', 'unavailable', 'timeout', 'refused'] as const;

const copyRow = z.object({
  providerId: z.string(),
  calendarId: z.string().nullable(),
  timeZone: z.string(),
  syncToken: z.string().nullable(),
  ageMs: z.number().nullable(),
  trouble: z.enum(KINDS).nullable(),
  status: z.number().nullable(),
  agoMs: z.number().nullable(),
});

export interface PostgresCalendarMirror extends CalendarMirror {
  /** The calendar of this channel knocked: it is looked at at once. */
  wake(clinicId: string, channelId: string): Promise<void>;
}

export function postgresCalendarMirror(database: Database): PostgresCalendarMirror {
  const reads = new SharedReads<null, ProviderCopy[]>();

  return {
    async of(clinicId, resourceIds) {
      if (resourceIds.length === 0) return [];
      return reads.ask([clinicId, ...resourceIds].join(' '), null, async (depart) => {
        const [rows] = await database.readClinic(clinicId, 'mirrors_of', (sql) => {
          depart();
          return [selectCopies(sql, clinicId, resourceIds)];
        });
        return copiesIn(rows, clinicId);
      });
    },
    keep: (ref, look) =>
      database.withClinic(ref.clinicId, 'mirror_calendar', async (sql) => {
        await enter(sql, ref);
        if (!(await movedOn(sql, ref, look))) return false;
        await writeBusy(sql, ref, look);
        return true;
      }),
    fail: (ref, trouble, nextInMs) =>
      database.withClinic(ref.clinicId, 'mirror_failed', async (sql) => {
        await enter(sql, ref);
        const [row] = await sql`
          update calendar_mirrors
          set failures = failures + 1, trouble = ${trouble.kind}, trouble_status = ${trouble.status}, trouble_at = now(),
              updated_at = now()
          where clinic_id = ${ref.clinicId} and calendar_id = ${ref.calendarId}
          returning failures`;
        const waitMs = nextInMs(z.object({ failures: z.number() }).parse(row).failures);
        await sql`
          update calendar_mirrors set due_at = now() + ${waitMs} * interval '1 millisecond'
          where clinic_id = ${ref.clinicId} and calendar_id = ${ref.calendarId}`;
      }),
    wake: (clinicId, channelId) =>
      database.withClinic(clinicId, 'wake_mirror', async (sql) => {
        await sql`
          update calendar_mirrors set due_at = now() where channel_id = ${channelId} and due_at > now()`;
      }),
  };
}

function selectCopies(sql: Sql, clinicId: string, resourceIds: readonly string[]) {
  return sql`
    select providers.id as "providerId", providers.calendar_id as "calendarId", clinics.time_zone as "timeZone",
           sync_token as "syncToken", trouble, trouble_status as status,
           (extract(epoch from now() - mirrored_at) * 1000)::float8 as "ageMs",
           (extract(epoch from now() - trouble_at) * 1000)::float8 as "agoMs"
    from providers
    join clinics on clinics.id = providers.clinic_id
    left join calendar_mirrors as m on m.clinic_id = providers.clinic_id and m.calendar_id = providers.calendar_id
    where providers.clinic_id = ${clinicId} and providers.id in ${sql(resourceIds)}`;
}

/** Of rows of `selectCopies`. */
function copiesIn(rows: readonly unknown[], clinicId: string): ProviderCopy[] {
  return rows.map((row) => {
    const { providerId, calendarId, trouble, status, agoMs, ...copy } = copyRow.parse(row);
    if (calendarId === null) return { providerId, copy: null };
    const failed = trouble === null ? null : { kind: trouble, status: status ?? 0, agoMs: agoMs ?? 0 };
    return { providerId, copy: { ...copy, clinicId, calendarId, trouble: failed } };
  });
}

async function enter(sql: Sql, { clinicId, calendarId }: CalendarRef): Promise<void> {
  await sql`
    insert into calendar_mirrors (clinic_id, calendar_id) values (${clinicId}, ${calendarId}) on conflict do nothing`;
}

/**
 * Locks the copy and moves it on; false where it stands elsewhere by now than where the look began. What has become due
 * meanwhile stays due: it knocked, and what for may not have been seen.
 */
async function movedOn(
  sql: Sql,
  { clinicId, calendarId }: CalendarRef,
  { since, changes, nextInMs }: Look,
): Promise<boolean> {
  const moved = await sql`
    update calendar_mirrors
    set sync_token = ${changes.syncToken}, mirrored_at = now(),
        due_at = case when due_at < now() then due_at else now() + ${nextInMs} * interval '1 millisecond' end,
        failures = 0, trouble = null, trouble_status = null, trouble_at = null, updated_at = now()
    where clinic_id = ${clinicId} and calendar_id = ${calendarId} and sync_token is not distinct from ${since}::text`;
  return moved.count > 0;
}

/** What is ours is in the book already, and in no copy. */
async function writeBusy(
  sql: Sql,
  { clinicId, calendarId }: CalendarRef,
  { changes: { changes, whole }, overBefore }: Look,
): Promise<void> {
  const named = JSON.stringify(changes.map(({ eventId }) => eventId));
  await sql`
    delete from calendar_busy
    where clinic_id = ${clinicId} and calendar_id = ${calendarId}
      and (${whole} or ends_at < to_timestamp(${overBefore} / 1000.0) or event_id in (select json_array_elements_text(${named}::text::json)))`;
  const busy = changes.flatMap((each) =>
    each.kind === 'busy' && each.ours === null
      ? [{ id: each.eventId, starts_ms: each.at.startsAt, ends_ms: each.at.endsAt }]
      : [],
  );
  await sql`
    insert into calendar_busy (clinic_id, calendar_id, event_id, starts_at, ends_at)
    select ${clinicId}, ${calendarId}, id, to_timestamp(starts_ms / 1000.0), to_timestamp(ends_ms / 1000.0)
    from json_to_recordset(${JSON.stringify(busy)}::text::json) as r(id text, starts_ms float8, ends_ms float8)
    on conflict (clinic_id, calendar_id, event_id) do update set starts_at = excluded.starts_at, ends_at = excluded.ends_at`;
}
