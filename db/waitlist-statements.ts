/** The SQL of the waitlist, one function a statement, each inside a transaction bound to the clinic. */
import { z } from 'zod';
import type { Instant } from '../src/domain/clinic.ts';
import type { BookedAppointment, WaitlistRequest } from '../src/domain/ports.ts';
import type { Slot } from '../src/domain/slots.ts';
import { OFFER_WAITLIST, ringFor } from './outbox.ts';
import type { Sql } from './postgres.ts';

const idRow = z.object({ id: z.string() });

export async function enterWaitlist(sql: Sql, request: WaitlistRequest): Promise<string> {
  const { clinicId, conversationId, serviceId, providerId, from, until, customerName, customerPhone } = request;
  const [row] = await sql`
    insert into waitlist (clinic_id, conversation_id, service_id, provider_id, wanted_from, wanted_until, customer_name,
                          customer_phone)
    values (${clinicId}, ${conversationId}, ${serviceId}, ${providerId}, ${from}, ${until}, ${customerName},
            ${customerPhone})
    on conflict (clinic_id, customer_phone, service_id, provider_id) where status = 'waiting' do update
    set conversation_id = excluded.conversation_id, wanted_from = excluded.wanted_from,
        wanted_until = excluded.wanted_until, customer_name = excluded.customer_name, updated_at = now()
    returning id`;
  return idRow.parse(row).id;
}

/**
 * Marks time that an appointment gives up for whoever waits longest of those whom it suits, who take texts and who were
 * not offered it before, and has it offered to them. Waits for nobody's lock.
 */
export async function matchWaitlist(
  sql: Sql,
  clinicId: string,
  freed: Slot & Pick<BookedAppointment, 'customerPhone'>,
  bookableFrom: Instant,
): Promise<void> {
  if (freed.startsAt < bookableFrom) return;
  const matched = await sql`
    update waitlist
    set status = 'matched', matched_provider_id = ${freed.providerId}, matched_starts_at = ${freed.startsAt},
        matched_ends_at = ${freed.endsAt}, updated_at = now()
    where id = (
      select id from waitlist
      where status = 'waiting'
        and service_id = ${freed.serviceId}
        and coalesce(provider_id, ${freed.providerId}) = ${freed.providerId}
        and customer_phone <> ${freed.customerPhone}
        and wanted_from <= ${freed.startsAt}
        and coalesce(wanted_until > ${freed.startsAt}, true)
        and not exists (
          select from sms_threads as t
          where t.clinic_id = waitlist.clinic_id and t.phone = waitlist.customer_phone and t.opted_out_at is not null)
        and not exists (
          select from waitlist_offers as o
          where o.waitlist_id = waitlist.id and o.provider_id = ${freed.providerId} and o.starts_at = ${freed.startsAt})
      order by created_at, id
      limit 1
      for update skip locked)
    returning id`;
  const ids = matched.map((row) => idRow.parse(row).id);
  await ringFor(sql, clinicId, OFFER_WAITLIST, ids);
}
