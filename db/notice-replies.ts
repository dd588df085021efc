/** What customers were told last, and what their answers to it do, in Postgres. */
import { z } from 'zod';
import type { NoticeReplyBook, OpenOffer } from '../src/domain/notice-answers.ts';
import type { LastNotice } from '../src/domain/notice-replies.ts';
import type { Database, Sql } from './postgres.ts';
import { settle } from './settle.ts';

export function postgresNoticeReplies(database: Database): NoticeReplyBook {
  const bound = <T>(clinicId: string, query: string, work: (sql: Sql) => Promise<T>): Promise<T> =>
    settle(() => database.withClinic(clinicId, query, work));
  return {
    last: (clinicId, phone) => bound(clinicId, 'last_notice', (sql) => readLast(sql, phone)),
    confirm: (clinicId, appointmentId) =>
      bound(clinicId, 'confirm_attendance', async (sql) => {
        const { count } = await sql`
          update appointments set attendance_confirmed_at = coalesce(attendance_confirmed_at, now())
          where id = ${appointmentId} and status = 'confirmed'`;
        return count > 0;
      }),
    offer: (clinicId, waitlistId) => bound(clinicId, 'read_offer', (sql) => readOffer(sql, waitlistId)),
    accept: (clinicId, waitlistId) => bound(clinicId, 'accept_offer', (sql) => accept(sql, waitlistId)),
  };
}

const lastRow = z.object({
  kind: z.enum(['appointment', 'offer']),
  id: z.string(),
  at: z.number(),
  active: z.boolean(),
});

/** An offer that was taken is still the last word until the appointment's own text is. */
async function readLast(sql: Sql, phone: string): Promise<LastNotice | null> {
  const [found] = await sql`
    select * from (
      (select 'appointment' as kind, a.id, a.starts_at as at, a.status = 'confirmed' as active, n.created_at
       from notices n join appointments a on a.id = n.appointment_id
       where n.phone = ${phone} order by n.created_at desc limit 1)
      union all
      (select 'offer', waitlist_id, expires_at, status <> 'lapsed', created_at
       from waitlist_offers where phone = ${phone} order by created_at desc limit 1)
    ) as told
    order by created_at desc limit 1`;
  if (found === undefined) return null;
  const { kind, id, at, active } = lastRow.parse(found);
  return kind === 'appointment'
    ? { kind, appointmentId: id, startsAt: at, active }
    : { kind, waitlistId: id, expiresAt: at, open: active };
}

const offerRow = z.object({
  serviceId: z.string(),
  providerId: z.string(),
  startsAt: z.number(),
  endsAt: z.number(),
  customerName: z.string(),
  phone: z.string(),
});

async function readOffer(sql: Sql, waitlistId: string): Promise<OpenOffer | null> {
  const [found] = await sql`
    select w.service_id as "serviceId", o.provider_id as "providerId", o.starts_at as "startsAt",
           o.ends_at as "endsAt", w.customer_name as "customerName", w.customer_phone as phone
    from waitlist_offers o join waitlist w on w.id = o.waitlist_id
    where o.waitlist_id = ${waitlistId} and o.status <> 'lapsed'
    order by o.created_at desc limit 1`;
  if (found === undefined) return null;
  const { customerName, phone, ...slot } = offerRow.parse(found);
  return { slot, customerName, phone };
}

async function accept(sql: Sql, waitlistId: string): Promise<void> {
  await sql`
    update waitlist_offers set status = 'accepted', updated_at = now()
    where waitlist_id = ${waitlistId} and status = 'open'`;
  await sql`
    update waitlist set status = 'booked', updated_at = now() where id = ${waitlistId} and status = 'matched'`;
}
