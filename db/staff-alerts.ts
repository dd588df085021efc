/** Has a clinic's staff texted, in the transaction that makes it necessary. */
import { z } from 'zod';
import { type StaffAlert, staffAlertText } from '../src/domain/staff-alerts.ts';
import type { Sql } from './postgres.ts';
import { queueText } from './text-queue.ts';

const USEFUL_MS = 24 * 3_600_000;

const clinicRow = z.object({ name: z.string(), language: z.string(), phones: z.array(z.string()) });

/** Once for its key, to each of the clinic's numbers for that; to the staff line where there is none. */
export async function alertStaff(sql: Sql, clinicId: string, key: string, alert: StaffAlert): Promise<void> {
  const [found] = await sql`
    select name, language,
           to_json(case when alert_phones = '{}' then array_remove(array[staff_phone::text], null) else alert_phones end)
             as phones
    from clinics where id = ${clinicId}`;
  const { phones, ...clinic } = clinicRow.parse(found);
  const body = staffAlertText(alert, clinic);
  // In one order, since each locks its thread.
  for (const to of phones.toSorted())
    await queueText(sql, clinicId, {
      to,
      body,
      key: `staff/${key}/${to}`,
      conversationId: null,
      usefulForMs: USEFUL_MS,
    });
}

/** Who ended a call that staff took, as the call says it. */
const BY_STAFF = 'staff';

const escalatedRow = z.object({ id: z.string(), phone: z.string().nullable() });

/** Of conversations that were escalated: those that staff did not take, and that left no message, of which staff are told anyway. */
export async function alertOfEscalations(
  sql: Sql,
  clinicId: string,
  conversationIds: readonly string[],
): Promise<void> {
  if (conversationIds.length === 0) return;
  const rows = await sql`
    select id, customer_phone as phone from conversations c
    where id in ${sql(conversationIds)} and outcome = 'escalated' and ended_by is distinct from ${BY_STAFF}
      and not exists (select from messages m where m.conversation_id = c.id)
    order by id`;
  for (const row of rows) {
    const { id, phone } = escalatedRow.parse(row);
    await alertStaff(sql, clinicId, `escalated/${id}`, { kind: 'escalated', phone });
  }
}
