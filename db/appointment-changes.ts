/** What follows an appointment and each change of it, noted in the transaction that makes it. */
import { NOTIFY_CUSTOMER, ringFor, SYNC_APPOINTMENT } from './outbox.ts';
import type { Sql } from './postgres.ts';
import { noteWebhookEvents } from './webhook-events.ts';

/** Whom the outbox rings for: its calendar, and its customer. */
export const APPOINTMENT_DOORBELLS = [SYNC_APPOINTMENT, NOTIFY_CUSTOMER] as const;

/** The appointment stands as it is to become. */
export async function noteAppointmentChange(
  sql: Sql,
  clinicId: string,
  appointmentId: string,
  change: 'corrected' | 'rescheduled' | 'cancelled',
): Promise<void> {
  for (const kind of APPOINTMENT_DOORBELLS) await ringFor(sql, clinicId, kind, [appointmentId]);
  await noteWebhookEvents(sql, clinicId, `appointment.${change}`, [appointmentId]);
}
