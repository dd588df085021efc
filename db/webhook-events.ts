/** Notes what clinics' own systems are told of, in the transaction that does it. Costs one statement where none listens. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { OUTCOMES } from '../src/domain/ports.ts';
import { SENTIMENTS } from '../src/domain/scores.ts';
import {
  type WebhookAppointment,
  type WebhookConversation,
  type WebhookEventType,
  webhookBody,
} from '../src/domain/webhooks.ts';
import type { Sql } from './postgres.ts';

/** What the outbox calls "have this event told to this endpoint". */
export const DELIVER_WEBHOOK = 'deliver_webhook';

/** Each of these happened to a row that stands as it is to be told. */
export async function noteWebhookEvents(
  sql: Sql,
  clinicId: string,
  type: WebhookEventType,
  subjectIds: readonly string[],
): Promise<void> {
  if (subjectIds.length === 0) return;
  const [listening] = await sql`
    select c.time_zone as "timeZone", now() as at
    from clinics c
    where c.id = ${clinicId}
      and exists (select from webhook_endpoints where clinic_id = ${clinicId} and ${type} = any(events))`;
  if (listening === undefined) return;
  const { timeZone, at } = listeningRow.parse(listening);
  const subjects = await (type.startsWith('appointment.') ? readAppointments : readConversations)(sql, subjectIds);
  const events = subjects.map((subject) => {
    const id = randomUUID();
    return { id, subjectId: subject.id, body: webhookBody({ id, type, clinicId, at, timeZone, subject }) };
  });
  await insertEvents(sql, clinicId, type, events);
}

const listeningRow = z.object({ timeZone: z.string(), at: z.number() });

interface NewEvent {
  readonly id: string;
  readonly subjectId: string;
  readonly body: string;
}

/** The events, what is to be delivered of them, and the doorbells: one statement each, since rows refer to rows. */
async function insertEvents(sql: Sql, clinicId: string, type: WebhookEventType, events: readonly NewEvent[]) {
  await sql`
    insert into webhook_events (id, clinic_id, type, subject_id, body)
    select id, ${clinicId}, ${type}, "subjectId", body
    from json_to_recordset(${JSON.stringify(events)}::text::json) as e(id uuid, "subjectId" uuid, body text)`;
  await sql`
    with delivery as (
      insert into webhook_deliveries (clinic_id, event_id, endpoint_id)
      select ${clinicId}, e.id, p.id
      from json_to_recordset(${JSON.stringify(events)}::text::json) as e(id uuid)
      cross join webhook_endpoints p
      where p.clinic_id = ${clinicId} and ${type} = any(p.events)
      returning id
    )
    insert into outbox (clinic_id, kind, subject_id) select ${clinicId}, ${DELIVER_WEBHOOK}, id from delivery`;
}

const channel = z.enum(['voice', 'web', 'sms']);
const appointmentRow = z.object({
  id: z.string(),
  version: z.number(),
  status: z.string(),
  startsAt: z.number(),
  endsAt: z.number(),
  service: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  provider: z.object({ id: z.string(), name: z.string() }),
  customer: z.object({ id: z.string(), name: z.string(), phone: z.string(), email: z.string().nullable() }),
  channel,
  notes: z.string().nullable(),
  cancellationReason: z.string().nullable(),
});

async function readAppointments(sql: Sql, ids: readonly string[]): Promise<WebhookAppointment[]> {
  const rows = await sql`
    select a.id, a.version, a.status, a.starts_at as "startsAt", a.ends_at as "endsAt", a.channel, a.notes,
           a.cancellation_reason as "cancellationReason",
           json_build_object('id', s.id, 'slug', s.slug, 'name', s.name) as service,
           json_build_object('id', p.id, 'name', p.name) as provider,
           json_build_object('id', k.id, 'name', a.customer_name, 'phone', k.phone, 'email', k.email) as customer
    from appointments a
    join services s on s.id = a.service_id
    join providers p on p.id = a.provider_id
    join customers k on k.id = a.customer_id
    where a.id in ${sql(ids)}`;
  return rows.map((row) => appointmentRow.parse(row));
}

const conversationRow = z.object({
  id: z.string(),
  channel,
  outcome: z.enum(OUTCOMES).nullable(),
  language: z.string(),
  customerPhone: z.string().nullable(),
  customerId: z.string().nullable(),
  startedAt: z.number(),
  endedAt: z.number(),
  score: z
    .object({
      sentiment: z.enum(SENTIMENTS),
      satisfaction: z.number(),
      summary: z.string().nullable(),
      topics: z.array(z.string()),
      followUpNeeded: z.boolean(),
      failed: z.boolean(),
    })
    .nullable(),
});

async function readConversations(sql: Sql, ids: readonly string[]): Promise<WebhookConversation[]> {
  const rows = await sql`
    select c.id, c.channel, c.outcome, c.language, c.customer_phone as "customerPhone", c.customer_id as "customerId",
           c.started_at as "startedAt", c.ended_at as "endedAt",
           (select json_build_object('sentiment', s.sentiment, 'satisfaction', s.satisfaction, 'summary', s.summary,
                                     'topics', s.topics, 'followUpNeeded', s.follow_up_needed,
                                     'failed', s.scoring_failed)
            from scores s where s.conversation_id = c.id order by s.rubric_version desc limit 1) as score
    from conversations c
    where c.id in ${sql(ids)} and c.status = 'ended'`;
  return rows.map((row) => conversationRow.parse(row));
}
