/** The SQL of appointments that are there already, one function a statement, each inside a transaction bound to the clinic. */
import { z } from 'zod';
import type { Instant, PhoneNumber } from '../src/domain/clinic.ts';
import type { BookedAppointment, CancelRequest, CorrectRequest, RescheduleRequest } from '../src/domain/ports.ts';
import { noteAppointmentChange } from './appointment-changes.ts';
import type { Sql } from './postgres.ts';

const appointmentRow = z.object({
  id: z.string(),
  customerId: z.string(),
  serviceId: z.string(),
  providerId: z.string(),
  startsAt: z.number(),
  endsAt: z.number(),
  status: z.enum(['confirmed', 'cancelled', 'completed', 'no_show']),
  customerName: z.string(),
  customerPhone: z.string(),
  version: z.number(),
});

function bookedAppointments(sql: Sql) {
  return sql`
    select a.id, a.customer_id as "customerId", a.service_id as "serviceId", a.provider_id as "providerId",
           a.starts_at as "startsAt", a.ends_at as "endsAt", a.status, a.customer_name as "customerName",
           k.phone as "customerPhone", a.version
    from appointments a join customers k on k.id = a.customer_id`;
}

export function selectAppointment(sql: Sql, appointmentId: string) {
  return sql`${bookedAppointments(sql)} where a.id = ${appointmentId}`;
}

export function selectAppointmentsOf(sql: Sql, phone: PhoneNumber, after: Instant) {
  return sql`
    ${bookedAppointments(sql)}
    where k.phone = ${phone} and a.status = 'confirmed' and a.starts_at > ${after}
    order by a.starts_at, a.id`;
}

/** Of rows of the two above. */
export function bookedIn(rows: readonly unknown[]): BookedAppointment[] {
  return rows.map((row) => appointmentRow.parse(row));
}

/** As it stands, and as nobody else may change it until the transaction ends. */
export async function lockAppointment(sql: Sql, appointmentId: string): Promise<BookedAppointment | undefined> {
  const [found] = bookedIn(await sql`${selectAppointment(sql, appointmentId)} for no key update of a`);
  return found;
}

/** Frees what an appointment takes, under locks of all of it. */
export async function vacate(sql: Sql, appointmentId: string): Promise<void> {
  await sql`delete from occupied where appointment_id = ${appointmentId}`;
}

/** False where all that was said is known: then nothing is written. A customer's email goes along to another number. */
export async function writeCorrection(
  sql: Sql,
  { clinicId, appointmentId, customer: { name, phone, email }, notes }: CorrectRequest,
): Promise<boolean> {
  const { count } = await sql`
    with corrected as (
      select a.id, said.*
      from appointments a
      join customers k on k.id = a.customer_id
      cross join lateral (
        select coalesce(${phone}::text, k.phone) as phone, coalesce(nullif(${name}::text, ''), a.customer_name) as name,
               coalesce(nullif(${email}::text, ''), k.email) as email, coalesce(${notes}::text, a.notes) as notes) as said
      where a.id = ${appointmentId}
        and (k.phone, a.customer_name, k.email, a.notes) is distinct from (said.phone, said.name, said.email, said.notes)
    ),
    customer as (
      insert into customers (clinic_id, phone, name, email)
      select ${clinicId}, phone, name, email from corrected
      on conflict (clinic_id, phone) do update
      set name = excluded.name, email = coalesce(excluded.email, customers.email), updated_at = now()
      returning id
    )
    update appointments as a
    set customer_id = customer.id, customer_name = corrected.name, notes = corrected.notes, version = version + 1,
        updated_at = now()
    from corrected, customer
    where a.id = corrected.id`;
  if (count === 0) return false;
  await noteAppointmentChange(sql, clinicId, appointmentId, 'corrected');
  return true;
}

export async function writeMove(sql: Sql, { clinicId, appointmentId, key, slot }: RescheduleRequest): Promise<void> {
  await sql`
    update appointments
    set service_id = ${slot.serviceId}, provider_id = ${slot.providerId}, starts_at = ${slot.startsAt},
        ends_at = ${slot.endsAt}, booking_key = ${key}, version = version + 1, notice_version = version + 1,
        attendance_confirmed_at = null, updated_at = now()
    where id = ${appointmentId}`;
  await noteAppointmentChange(sql, clinicId, appointmentId, 'rescheduled');
}

export async function writeCancellation(sql: Sql, { clinicId, appointmentId, reason }: CancelRequest): Promise<void> {
  await sql`
    update appointments
    set status = 'cancelled', cancellation_reason = ${reason}, version = version + 1, notice_version = version + 1,
        updated_at = now()
    where id = ${appointmentId}`;
  await noteAppointmentChange(sql, clinicId, appointmentId, 'cancelled');
}
