/** The SQL of bookings and holds, one function a statement, each inside a transaction bound to the clinic. */
import { z } from 'zod';
import type { Instant, PhoneNumber } from '../src/domain/clinic.ts';
import type { Appointment, BookingRequest, HoldRequest } from '../src/domain/ports.ts';
import type { Block } from '../src/domain/slots.ts';
import { APPOINTMENT_DOORBELLS } from './appointment-changes.ts';
import type { Sql } from './postgres.ts';
import { noteWebhookEvents } from './webhook-events.ts';

/** Longest stretch one row may occupy: the constraint `occupied_length` holds it, so that reads may look back by btree. */
export const LONGEST_BLOCK_MS = 24 * 3_600_000;

const idRow = z.object({ id: z.string() });
const activeRow = z.object({
  booking_key: z.string(),
  id: z.string(),
  customer_id: z.string(),
  service_id: z.string(),
  provider_id: z.string(),
  starts_at: z.number(),
  ends_at: z.number(),
});

/**
 * Locks these resources, and what the conversation's present hold and the appointment (whose row is locked already) have,
 * until the transaction ends. A statement of its own: the next one must see what was committed while this one waited.
 */
export async function lockResources(
  sql: Sql,
  { conversationId = null, appointmentId = null, resourceIds = [] }: LockWish,
): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(key)
    from (
      select distinct hashtextextended(resource_id::text, 0) as key
      from (
        select occupied.resource_id
        from occupied join holds on holds.id = occupied.hold_id
        where holds.conversation_id = ${conversationId}::uuid
        union all
        select resource_id from occupied where appointment_id = ${appointmentId}::uuid
        union all
        select id::uuid from json_array_elements_text(${JSON.stringify(resourceIds)}::text::json) as wanted(id)
      ) as resources
      order by key
    ) as keys`;
}

/**
 * A row where a provider among these blocks has something else in their calendar outside; asked under the locks of
 * `lockResources`, so that two callers are not told differently.
 */
export function selectTakenOutside(sql: Sql, blocks: readonly Block[]) {
  return sql`
    select
    from json_to_recordset(${blocksText(blocks)}::text::json) as b(any_of json, starts_ms float8, ends_ms float8)
    join providers on providers.id = (b.any_of ->> 0)::uuid
    join calendar_busy on calendar_busy.clinic_id = providers.clinic_id and calendar_busy.calendar_id = providers.calendar_id
    where calendar_busy.ends_at > to_timestamp(b.starts_ms / 1000.0)
      and calendar_busy.starts_at < to_timestamp(b.ends_ms / 1000.0)
    limit 1`;
}

interface LockWish {
  readonly conversationId?: string | null;
  readonly appointmentId?: string | null;
  readonly resourceIds?: readonly string[];
}

/** Deletes the conversation's own hold and what has lapsed on these resources: a constraint cannot say `now()`. */
export async function clearHolds(
  sql: Sql,
  { conversationId, resourceIds, now }: { conversationId: string; resourceIds: readonly string[]; now: Instant },
): Promise<void> {
  await sql`
    delete from holds
    where conversation_id = ${conversationId}
       or (expires_at <= ${now} and id in (
             select hold_id
             from occupied
             where hold_id is not null
               and resource_id in (
                 select id::uuid from json_array_elements_text(${JSON.stringify(resourceIds)}::text::json) as locked(id))))`;
}

export async function insertHold(sql: Sql, { clinicId, slot, ...request }: HoldRequest, id: string): Promise<void> {
  await sql`
    insert into holds (id, clinic_id, conversation_id, service_id, provider_id, starts_at, ends_at, expires_at)
    values (${id}, ${clinicId}, ${request.conversationId}, ${slot.serviceId}, ${slot.providerId}, ${slot.startsAt},
            ${slot.endsAt}, ${request.expiresAt})`;
}

/**
 * Takes these blocks for a hold or an appointment, under locks of all their resources. A block of which nothing is free
 * is tried with its first resource: refusing is the constraint's. Of what the appointment has that is to be moved there,
 * nothing is taken twice. What is taken is asked for each resource in turn: `exists` may be answered for the whole clinic
 * at once, by a scan of its history.
 */
export async function occupy(
  sql: Sql,
  {
    clinicId,
    blocks,
    movingId = null,
    ...owner
  }: Occupation & ({ readonly holdId: string } | { readonly appointmentId: string }),
): Promise<void> {
  const [holdId, appointmentId] = 'holdId' in owner ? [owner.holdId, null] : [null, owner.appointmentId];
  await sql`
    insert into occupied (clinic_id, resource_id, starts_at, ends_at, hold_id, appointment_id)
    select ${clinicId}, chosen.id, lower(piece), upper(piece), ${holdId}::uuid, ${appointmentId}::uuid
    from (
      select any_of, to_timestamp(starts_ms / 1000.0) as starts_at, to_timestamp(ends_ms / 1000.0) as ends_at
      from json_to_recordset(${blocksText(blocks)}::text::json) as r(any_of json, starts_ms float8, ends_ms float8)
    ) as b
    cross join lateral (
      select c.id::uuid as id
      from json_array_elements_text(b.any_of) with ordinality as c(id, rank)
      order by (
                 select true
                 from occupied as o
                 where o.resource_id = c.id::uuid
                   and o.starts_at > b.starts_at - ${LONGEST_BLOCK_MS} * interval '1 millisecond'
                   and o.starts_at < b.ends_at
                   and o.ends_at > b.starts_at
                   and (o.appointment_id = ${movingId}::uuid) is not true
                 limit 1
               ) nulls first, rank
      limit 1
    ) as chosen
    cross join lateral unnest(
      tstzmultirange(tstzrange(b.starts_at, b.ends_at)) - coalesce(
        (select range_agg(during) from occupied where appointment_id = ${movingId}::uuid and resource_id = chosen.id),
        tstzmultirange())
    ) as piece`;
}

interface Occupation {
  readonly clinicId: string;
  readonly blocks: readonly Block[];
  readonly movingId?: string | null;
}

function blocksText(blocks: readonly Block[]): string {
  return JSON.stringify(
    blocks.map(({ anyOf, startsAt, endsAt }) => ({ any_of: anyOf, starts_ms: startsAt, ends_ms: endsAt })),
  );
}

/** The active appointments of these idempotency keys. */
export function selectActive(sql: Sql, keys: readonly string[]) {
  return sql`
    select booking_key, id, customer_id, service_id, provider_id, starts_at, ends_at
    from appointments
    where booking_key = any (array(select json_array_elements_text(${JSON.stringify(keys)}::text::json)))
      and status = 'confirmed'`;
}

/** Of rows of `selectActive`, by key. */
export function activeIn(rows: readonly unknown[]): ReadonlyMap<string, Appointment> {
  return new Map(
    rows.map((found) => {
      const row = activeRow.parse(found);
      const slot = {
        serviceId: row.service_id,
        providerId: row.provider_id,
        startsAt: row.starts_at,
        endsAt: row.ends_at,
      };
      return [row.booking_key, { id: row.id, customerId: row.customer_id, ...slot }];
    }),
  );
}

export function selectCustomer(sql: Sql, clinicId: string, phone: PhoneNumber) {
  return sql`select from customers where clinic_id = ${clinicId} and phone = ${phone}`;
}

/**
 * The appointment with its customer and the doorbells for whoever is to hear of it: one statement. Answers the customer's id. There is
 * one a phone number and clinic: what was said last fills in and corrects, what was not said erases nothing.
 */
export async function insertAppointment(sql: Sql, request: BookingRequest, id: string): Promise<string> {
  const { clinicId, customer, slot } = request;
  const [row] = await sql`
    with customer as (
      insert into customers (clinic_id, phone, name, email)
      values (${clinicId}, ${customer.phone}, ${customer.name}, nullif(${customer.email}, ''))
      on conflict (clinic_id, phone) do update
      set name = coalesce(nullif(excluded.name, ''), customers.name),
          email = coalesce(excluded.email, customers.email),
          updated_at = now()
      returning id
    ),
    appointment as (
      insert into appointments (id, clinic_id, customer_id, service_id, provider_id, starts_at, ends_at, customer_name,
                                notes, channel, conversation_id, booking_key)
      select ${id}, ${clinicId}, customer.id, ${slot.serviceId}, ${slot.providerId}, ${slot.startsAt}, ${slot.endsAt},
             ${customer.name}, ${request.notes}, ${request.channel}, ${request.conversationId}, ${request.key}
      from customer
      returning id, customer_id
    ),
    doorbells as (
      insert into outbox (clinic_id, kind, subject_id)
      select ${clinicId}, kind, id
      from appointment
      cross join json_array_elements_text(${JSON.stringify(APPOINTMENT_DOORBELLS)}::text::json) as rung(kind)
    )
    select customer_id as id from appointment`;
  await noteWebhookEvents(sql, clinicId, 'appointment.booked', [id]);
  return idRow.parse(row).id;
}
