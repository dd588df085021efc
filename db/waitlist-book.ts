/**
 * Offers to the waitlist in Postgres: an entry is looked at while its row in the outbox is due. The offer, its text and
 * the end of the claim are one commit, and so are an offer's end and the next one's match.
 */
import { z } from 'zod';
import { type Clinic, serviceById } from '../src/domain/clinic.ts';
import { MINUTE_MS } from '../src/domain/clinic-time.ts';
import { blocksOf, type Slot } from '../src/domain/slots.ts';
import type { OfferClaim, OfferEnd, OfferRequest, WaitlistBook } from '../src/domain/waitlist-book.ts';
import { loadClinic } from './clinics.ts';
import { claimDoorbell, type DoorbellEnd, endDoorbell, settleDoorbell } from './doorbells.ts';
import { OFFER_WAITLIST } from './outbox.ts';
import type { Database, Sql } from './postgres.ts';
import { queueText } from './text-queue.ts';
import { matchWaitlist } from './waitlist-statements.ts';

export function postgresWaitlistBook(database: Database): WaitlistBook {
  return {
    async claim(request) {
      const clinic = await loadClinic(database, { id: request.clinicId });
      if (clinic === undefined) return null;
      return database.withClinic(clinic.id, 'claim_waitlist', (sql) => claim(sql, request, clinic));
    },
    settle: (held, end) => database.withClinic(held.clinicId, 'settle_waitlist', (sql) => settle(sql, held, end)),
  };
}

const doorbellOf = ({ waitlistId, token }: OfferRequest) => ({ kind: OFFER_WAITLIST, subjectId: waitlistId, token });

async function claim(sql: Sql, request: OfferRequest, clinic: Clinic): Promise<OfferClaim | null> {
  const claimed = await claimDoorbell(sql, { ...doorbellOf(request), forMs: request.forMs });
  if (claimed === undefined) return null;
  const found = await readEntry(sql, request.waitlistId);
  if (found !== undefined) return { ...request, ...offerOf(found, clinic), rings: claimed.rings, now: claimed.now };
  // Erased, or waiting again.
  await endDoorbell(sql, doorbellOf(request));
  return null;
}

const entryRow = z.object({
  status: z.enum(['matched', 'booked', 'closed']),
  phone: z.string(),
  serviceId: z.string(),
  providerId: z.string(),
  startsAt: z.number(),
  endsAt: z.number(),
  expiresAt: z.number().nullable(),
  language: z.string().nullable(),
  service: z.string(),
  provider: z.string(),
});
type EntryRow = z.output<typeof entryRow>;

async function readEntry(sql: Sql, waitlistId: string): Promise<EntryRow | undefined> {
  const [row] = await sql`
    select w.status, w.customer_phone as phone, w.service_id as "serviceId", w.matched_provider_id as "providerId",
           w.matched_starts_at as "startsAt", w.matched_ends_at as "endsAt", o.expires_at as "expiresAt",
           (select language from conversations v where v.id = w.conversation_id) as language,
           s.name as service, p.name as provider
    from waitlist w
    join services s on s.id = w.service_id
    join providers p on p.id = w.matched_provider_id
    left join waitlist_offers o
      on o.waitlist_id = w.id and o.provider_id = w.matched_provider_id and o.starts_at = w.matched_starts_at
    where w.id = ${waitlistId}`;
  return row && entryRow.parse(row);
}

function offerOf(row: EntryRow, clinic: Clinic): Pick<OfferClaim, 'entry' | 'phone' | 'slot' | 'blocks' | 'facts'> {
  const { status, phone, serviceId, providerId, startsAt, endsAt, expiresAt, service, provider } = row;
  const { timeZone, name: clinicName, rules, notices } = clinic;
  const slot: Slot = { serviceId, providerId, startsAt, endsAt };
  const offered = serviceById(clinic, serviceId);
  const isGiven = clinic.providers.some(({ id }) => id === providerId);
  return {
    entry: { status, startsAt, expiresAt, timeZone, quiet: notices.quiet, noticeMinutes: rules.noticeMinutes },
    phone,
    slot,
    blocks: offered && isGiven ? blocksOf(slot, offered, clinic) : null,
    facts: {
      clinicName,
      timeZone,
      language: row.language ?? clinic.language,
      templates: notices.templates,
      service,
      provider,
      startsAt,
    },
  };
}

async function settle(sql: Sql, held: OfferClaim, end: OfferEnd): Promise<boolean> {
  const isHeld = await settleDoorbell(sql, { ...doorbellOf(held), rings: held.rings }, doorbellEnd(end));
  if (!isHeld) return false;
  if (end.kind === 'offered') await offer(sql, held, end);
  if (end.kind === 'left') await leave(sql, held, end.next);
  return true;
}

function doorbellEnd(end: OfferEnd): DoorbellEnd {
  if (end.kind === 'offered' || end.kind === 'waits') return { kind: 'then', afterMs: end.lookAgainAfterMs };
  return { kind: 'done' };
}

async function offer(sql: Sql, held: OfferClaim, { body, expiresAt }: Extract<OfferEnd, { kind: 'offered' }>) {
  const { clinicId, waitlistId, phone, now } = held;
  const { providerId, startsAt, endsAt } = held.slot;
  const { count } = await sql`
    insert into waitlist_offers (clinic_id, waitlist_id, provider_id, starts_at, ends_at, phone, expires_at)
    values (${clinicId}, ${waitlistId}, ${providerId}, ${startsAt}, ${endsAt}, ${phone}, ${expiresAt})
    on conflict (waitlist_id, provider_id, starts_at) do nothing`;
  if (count === 0) return;
  const key = `waitlist/${waitlistId}/${providerId}/${startsAt}`;
  await queueText(sql, clinicId, { to: phone, body, key, conversationId: null, usefulForMs: expiresAt - now });
}

/** They wait on, unless they wait by another entry by now. */
async function leave(sql: Sql, { clinicId, waitlistId, phone, slot, entry, now }: OfferClaim, next: boolean) {
  const { providerId, startsAt } = slot;
  await sql`
    update waitlist_offers set status = 'lapsed', updated_at = now()
    where waitlist_id = ${waitlistId} and provider_id = ${providerId} and starts_at = ${startsAt} and status = 'open'`;
  if (next)
    await matchWaitlist(sql, clinicId, { ...slot, customerPhone: phone }, now + entry.noticeMinutes * MINUTE_MS);
  const waitsElsewhere = sql`
    exists (select from waitlist as o
            where o.id <> w.id and o.status = 'waiting' and o.customer_phone = w.customer_phone
              and o.service_id = w.service_id and o.provider_id is not distinct from w.provider_id)`;
  await sql`
    update waitlist as w
    set status = case when ${waitsElsewhere} then 'closed' else 'waiting' end,
        matched_provider_id = case when ${waitsElsewhere} then matched_provider_id end,
        matched_starts_at = case when ${waitsElsewhere} then matched_starts_at end,
        matched_ends_at = case when ${waitsElsewhere} then matched_ends_at end, updated_at = now()
    where id = ${waitlistId} and status = 'matched'`;
}
