/** All text messages between a clinic and one telephone: whoever adds to a thread locks it first, so that it has an order. */
import { z } from 'zod';
import type { PhoneNumber } from '../src/domain/clinic.ts';
import type { Database, Sql } from './postgres.ts';

const threadRow = z.object({ threadId: z.string(), optedOut: z.boolean() });

/**
 * The thread with this telephone, its row locked until the transaction ends; made where there was none. `writtenTo`: which
 * of the clinic's numbers the customer just wrote to; null where they did not write.
 */
export async function lockThread(
  sql: Sql,
  clinicId: string,
  phone: PhoneNumber,
  writtenTo: PhoneNumber | null = null,
): Promise<z.output<typeof threadRow>> {
  const [row] = await sql`
    insert into sms_threads (clinic_id, phone, clinic_phone) values (${clinicId}, ${phone}, ${writtenTo})
    on conflict (clinic_id, phone) do update
    set clinic_phone = coalesce(excluded.clinic_phone, sms_threads.clinic_phone), updated_at = now()
    returning id as "threadId", opted_out_at is not null as "optedOut"`;
  return threadRow.parse(row);
}

/**
 * Locks a thread that there is. Whoever touches a thread and its rows in the outbox locks it first of all, in whatever
 * order the rest follows: a message may come in, be answered and be sent at the same moment. Whether Ava is to be silent
 * there: staff have it, or the customer wants no texts.
 */
export async function lockThreadRow(sql: Sql, threadId: string): Promise<boolean> {
  const rows = await sql<{ isSilent: boolean }[]>`
    select staff_since is not null or opted_out_at is not null as "isSilent"
    from sms_threads where id = ${threadId} for no key update`;
  return rows.some(({ isSilent }) => isSilent);
}

/** What the customer says of getting texts at all. */
export async function setOptedOut(sql: Sql, threadId: string, optedOut: boolean): Promise<void> {
  await sql`
    update sms_threads
    set opted_out_at = case when ${optedOut}::boolean then coalesce(opted_out_at, now()) end, updated_at = now()
    where id = ${threadId}`;
}

/**
 * Whether staff answer a customer's texts themselves. What Ava had to say and was not sent yet is withdrawn; once they
 * give the thread back, its conversation goes on. False where there is no thread with that telephone.
 */
export function setWithStaff(
  database: Database,
  clinicId: string,
  phone: PhoneNumber,
  withStaff: boolean,
): Promise<boolean> {
  return database.withClinic(clinicId, 'hand_thread', async (sql) => {
    const [thread] = await sql`
      update sms_threads
      set staff_since = case when ${withStaff}::boolean then coalesce(staff_since, now()) end, active_at = now(),
          updated_at = now()
      where phone = ${phone}
      returning id as "threadId", opted_out_at is not null as "optedOut"`;
    if (thread === undefined) return false;
    const { threadId } = threadRow.parse(thread);
    if (withStaff)
      await sql`
        update texts set status = 'withdrawn', updated_at = now()
        where thread_id = ${threadId} and status = 'waiting' and conversation_id is not null`;
    return true;
  });
}
