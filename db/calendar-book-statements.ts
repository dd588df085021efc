/** The SQL of who brings which appointment to its calendar, one function a statement, each inside a transaction bound to the clinic. */
import { z } from 'zod';
import { appointmentDescription, appointmentSummary } from '../src/domain/appointment-text.ts';
import type { ClaimRequest } from '../src/domain/calendar-book.ts';
import { type EventPlace, eventIdOf, type WantedEvent } from '../src/domain/calendar-writing.ts';
import { SYNC_APPOINTMENT } from './outbox.ts';
import type { Sql } from './postgres.ts';

const dueRow = z.object({
  id: z.string(),
  rings: z.number(),
  attempts: z.number(),
  askedAt: z.number(),
  now: z.number(),
});
const claimedRow = z.object({ id: z.string(), rings: z.number(), now: z.number() });
const wantedRow = z.object({
  calendarId: z.string().nullable(),
  status: z.string(),
  version: z.number(),
  startsAt: z.number(),
  endsAt: z.number(),
  service: z.string(),
  provider: z.string(),
  customerName: z.string(),
  customerPhone: z.string(),
  customerEmail: z.string().nullable(),
  notes: z.string().nullable(),
  channel: z.enum(['voice', 'web', 'sms']),
  clinicPhone: z.string(),
  timeZone: z.string(),
});
const placeRow = z.object({
  calendarId: z.string(),
  generation: z.number(),
  state: z.enum(['writing', 'shown', 'leaving', 'gone']),
  byHand: z.enum(['removed', 'moved']).nullable(),
  version: z.number().nullable(),
  since: z.number(),
});

/**
 * The appointment's due row, locked, where nobody holds it. A statement of its own: what is read after it was committed
 * before the lock was had.
 */
export async function lockDue(sql: Sql, { appointmentId, token }: ClaimRequest) {
  const [row] = await sql`
    select id, rings, attempts, asked_at as "askedAt", now() as now
    from outbox
    where kind = ${SYNC_APPOINTMENT} and subject_id = ${appointmentId} and status = 'due'
      and ((due_at <= now() and coalesce(claimed_until <= now(), true)) or claim_token = ${token})
    for update skip locked`;
  return row && dueRow.parse(row);
}

/** The appointment's row, locked, where it is still this claimant's. */
export async function lockClaimed(sql: Sql, { appointmentId, token }: ClaimRequest) {
  const [row] = await sql`
    select id, rings, now() as now
    from outbox
    where kind = ${SYNC_APPOINTMENT} and subject_id = ${appointmentId} and status = 'due' and claim_token = ${token}
    for update`;
  return row && claimedRow.parse(row);
}

/** What is to be shown where, and where it is; both null for an appointment that there is not. */
export async function readAppointmentForCalendar(
  sql: Sql,
  appointmentId: string,
): Promise<{ readonly wanted: WantedEvent | null; readonly place: EventPlace | null }> {
  const [wanted] = await sql`
    select p.calendar_id as "calendarId", a.status, a.version, a.starts_at as "startsAt", a.ends_at as "endsAt",
           s.name as service, p.name as provider, a.customer_name as "customerName", k.phone as "customerPhone",
           k.email as "customerEmail", a.notes, a.channel, c.phone as "clinicPhone", c.time_zone as "timeZone"
    from appointments a
    join clinics c on c.id = a.clinic_id
    join services s on s.id = a.service_id
    join providers p on p.id = a.provider_id
    join customers k on k.id = a.customer_id
    where a.id = ${appointmentId}`;
  const [place] = await sql`
    select calendar_id as "calendarId", generation, state, by_hand as "byHand", synced_version as version, since
    from calendar_events where appointment_id = ${appointmentId}`;
  return {
    wanted: wanted === undefined ? null : wantedOf(appointmentId, wantedRow.parse(wanted)),
    place: place === undefined ? null : placeRow.parse(place),
  };
}

function wantedOf(appointmentId: string, row: z.output<typeof wantedRow>): WantedEvent | null {
  const { calendarId, status, version, startsAt, endsAt, timeZone } = row;
  if (calendarId === null || status === 'cancelled') return null;
  const facts = {
    ...row,
    minutes: Math.round((endsAt - startsAt) / 60_000),
    customer: { name: row.customerName, phone: row.customerPhone, email: row.customerEmail },
  };
  const summary = appointmentSummary(facts);
  const description = appointmentDescription(facts);
  return { calendarId, event: { appointmentId, version, summary, description, startsAt, endsAt, timeZone } };
}

export async function claimRow(sql: Sql, rowId: string, { token, forMs }: ClaimRequest): Promise<void> {
  await sql`
    update outbox
    set claim_token = ${token}, claimed_until = now() + ${forMs}::float8 * interval '1 ms',
        ring_at = now() + ${forMs}::float8 * interval '1 ms', attempts = attempts + 1, updated_at = now()
    where id = ${rowId}`;
}

export async function notePlace(
  sql: Sql,
  { clinicId, appointmentId }: ClaimRequest,
  { calendarId, generation, state, byHand, version, since }: EventPlace,
): Promise<void> {
  await sql`
    insert into calendar_events (appointment_id, clinic_id, calendar_id, event_id, generation, state, by_hand,
                                 synced_version, since)
    values (${appointmentId}, ${clinicId}, ${calendarId}, ${eventIdOf(appointmentId, generation)}, ${generation}, ${state},
            ${byHand}, ${version}, ${since})
    on conflict (appointment_id) do update
    set calendar_id = excluded.calendar_id, event_id = excluded.event_id, generation = excluded.generation,
        state = excluded.state, by_hand = excluded.by_hand, synced_version = excluded.synced_version,
        since = excluded.since, updated_at = now()`;
}

/** Nothing is left to do for it, nor for what was given up of the same subject before. */
export async function finish(sql: Sql, rowId: string): Promise<void> {
  await sql`
    with finished as (
      update outbox
      set status = 'done', claim_token = null, claimed_until = null, reason = null, updated_at = now()
      where id = ${rowId}
      returning kind, subject_id
    )
    update outbox as given_up
    set status = 'done', updated_at = now()
    from finished
    where given_up.status = 'dead' and given_up.subject_id = finished.subject_id and given_up.kind = finished.kind`;
}

/** Nobody works on it before `until`. */
export async function putOff(sql: Sql, rowId: string, until: number, reason: string | null = null): Promise<void> {
  await sql`
    update outbox
    set due_at = ${until}, ring_at = ${until}, claim_token = null, claimed_until = null, reason = ${reason},
        updated_at = now()
    where id = ${rowId}`;
}

/** Nobody works on it any more unless it is asked for by hand. */
export async function retire(sql: Sql, rowId: string, reason: string): Promise<void> {
  await sql`
    update outbox
    set status = 'dead', claim_token = null, claimed_until = null, reason = ${reason}, updated_at = now()
    where id = ${rowId}`;
}
