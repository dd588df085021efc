/** Work that must outlive the call, noted in the transaction that makes it necessary. */
import type { Sql } from './postgres.ts';

/** What the outbox calls "make the calendar show this appointment as it is". */
export const SYNC_APPOINTMENT = 'sync_appointment';

/** One doorbell an appointment, however often it is rung before somebody comes. */
export async function ringForAppointment(sql: Sql, clinicId: string, appointmentId: string): Promise<void> {
  await sql`
    insert into outbox (clinic_id, kind, subject_id) values (${clinicId}, ${SYNC_APPOINTMENT}, ${appointmentId})
    on conflict (kind, subject_id) where status = 'due' do update
    set due_at = least(outbox.due_at, now()), updated_at = now()`;
}
