/**
 * What customers are told of their appointments, in Postgres. A text and the note that it was asked for are one commit
 * with the end of the claim, so that whoever dies in between has told nothing, and what a lapsed claim brings counts for
 * nothing. When an appointment is to be looked at next is the time at which its row in the outbox is due.
 */
import { z } from 'zod';
import type { Notice, NoticeBook, NoticeClaim, NoticeRequest } from '../src/domain/notice-book.ts';
import { NOTICE_KINDS } from '../src/domain/notices.ts';
import { claimDoorbell, endDoorbell, settleDoorbell } from './doorbells.ts';
import { NOTIFY_CUSTOMER } from './outbox.ts';
import type { Database, Sql } from './postgres.ts';
import { queueText } from './text-queue.ts';

export function postgresNoticeBook(database: Database): NoticeBook {
  return {
    claim: (request) => database.withClinic(request.clinicId, 'claim_notices', (sql) => claim(sql, request)),
    settle: (held, notices, lookAgainAfterMs) =>
      database.withClinic(held.clinicId, 'settle_notices', (sql) => settle(sql, held, notices, lookAgainAfterMs)),
  };
}

const doorbellOf = ({ appointmentId, token }: NoticeRequest) => ({
  kind: NOTIFY_CUSTOMER,
  subjectId: appointmentId,
  token,
});

async function claim(sql: Sql, request: NoticeRequest): Promise<NoticeClaim | null> {
  const claimed = await claimDoorbell(sql, { ...doorbellOf(request), forMs: request.forMs });
  if (claimed === undefined) return null;
  const found = await readAppointment(sql, request.appointmentId);
  if (found !== undefined) return { ...request, ...found, rings: claimed.rings, now: claimed.now };
  // Erased meanwhile.
  await endDoorbell(sql, doorbellOf(request));
  return null;
}

const templates = z.array(
  z.object({ language: z.string(), kind: z.enum([...NOTICE_KINDS, 'waitlist_offer']), text: z.string() }),
);
const appointmentRow = z.object({
  status: z.string(),
  version: z.number(),
  bookedInThread: z.boolean(),
  startsAt: z.number(),
  changedAt: z.number(),
  phone: z.string(),
  timeZone: z.string(),
  quietFrom: z.string(),
  quietUntil: z.string(),
  clinicName: z.string(),
  language: z.string(),
  templates,
  service: z.string(),
  provider: z.string(),
  told: z.array(z.enum(NOTICE_KINDS)),
});

/** In the language of the conversation in which it was booked, where that is on record. */
async function readAppointment(sql: Sql, appointmentId: string) {
  const [found] = await sql`
    select a.status, a.notice_version as version,
           exists (select from conversations v
                   where v.id = a.conversation_id and v.channel = 'sms' and v.customer_phone = k.phone) as "bookedInThread",
           a.starts_at as "startsAt", a.updated_at as "changedAt", k.phone,
           c.time_zone as "timeZone", left(c.quiet_from::text, 5) as "quietFrom",
           left(c.quiet_until::text, 5) as "quietUntil", c.name as "clinicName", c.notice_templates as templates,
           coalesce((select language from conversations v where v.id = a.conversation_id), c.language) as language,
           s.name as service, p.name as provider,
           to_json(array(select kind from notices n
                         where n.appointment_id = a.id and n.appointment_version = a.notice_version
                           and n.phone = k.phone)) as told
    from appointments a
    join clinics c on c.id = a.clinic_id
    join customers k on k.id = a.customer_id
    join services s on s.id = a.service_id
    join providers p on p.id = a.provider_id
    where a.id = ${appointmentId}`;
  if (found === undefined) return undefined;
  const row = appointmentRow.parse(found);
  const {
    status,
    version,
    bookedInThread,
    startsAt,
    changedAt,
    timeZone,
    quietFrom,
    quietUntil,
    phone,
    told,
    ...words
  } = row;
  const quiet = { from: quietFrom, until: quietUntil };
  return {
    appointment: { status, version, bookedInThread, startsAt, changedAt, timeZone, quiet },
    phone,
    facts: { ...words, timeZone, startsAt },
    told: new Set(told),
  };
}

async function settle(
  sql: Sql,
  held: NoticeClaim,
  notices: readonly Notice[],
  lookAgainAfterMs: number | null,
): Promise<boolean> {
  const end =
    lookAgainAfterMs === null ? ({ kind: 'done' } as const) : ({ kind: 'then', afterMs: lookAgainAfterMs } as const);
  if (!(await settleDoorbell(sql, { ...doorbellOf(held), rings: held.rings }, end))) return false;
  for (const notice of notices) await tell(sql, held, notice);
  return true;
}

async function tell(sql: Sql, { clinicId, appointmentId, appointment, phone }: NoticeClaim, notice: Notice) {
  const { kind, body, usefulForMs } = notice;
  const { version } = appointment;
  const { count } = await sql`
    insert into notices (clinic_id, appointment_id, appointment_version, kind, phone)
    values (${clinicId}, ${appointmentId}, ${version}, ${kind}, ${phone})
    on conflict (appointment_id, appointment_version, kind, phone) do nothing`;
  if (count === 0) return;
  const key = `appointment/${appointmentId}/${version}/${kind}/${phone}`;
  const told = { id: appointmentId, version };
  await queueText(sql, clinicId, { to: phone, body, key, conversationId: null, usefulForMs, appointment: told });
}
