/** What texting cost clinics in the last 24 hours: what conversations by text cost, and the messages that belong to none. */
import { z } from 'zod';
import type { Database, Sql } from './postgres.ts';

export interface TextingSpending {
  readonly clinicId: string;
  readonly name: string;
  /** Messages that came in, and that were sent or are to be. */
  readonly received: number;
  readonly sent: number;
  /** What conversations by text cost, their messages included; US dollars, as all of these. */
  readonly conversationsUsd: number;
  /** Reminders, offers, alerts to staff. */
  readonly otherTextsUsd: number;
  /** What both together may. */
  readonly mostUsd: number;
}

const spendingRow = z.object({
  clinicId: z.string(),
  name: z.string(),
  received: z.number(),
  sent: z.number(),
  conversationsUsd: z.number(),
  otherTextsUsd: z.number(),
  mostUsd: z.number(),
});

/** Of one clinic, or of all (null), by name. */
export function readTextingSpending(database: Database, clinicId: string | null): Promise<TextingSpending[]> {
  return database.unbound('texting_spending', async (sql) => {
    const rows = await sql`
      select c.id as "clinicId", c.name, c.texting_daily_usd::float8 as "mostUsd",
             ${conversationsUsd(sql)} as "conversationsUsd", ${otherTextsUsd(sql)} as "otherTextsUsd",
             (select count(*)::int from inbound_texts as i
              where i.clinic_id = c.id and i.received_at > now() - interval '24 hours') as received,
             (select count(*)::int from texts as x
              where x.clinic_id = c.id and x.created_at > now() - interval '24 hours'
                and x.status not in ('refused', 'expired', 'withdrawn')) as sent
      from clinics as c
      where ${clinicId}::uuid is null or c.id = ${clinicId}::uuid
      order by c.name, c.id`;
    return rows.map((row) => spendingRow.parse(row));
  });
}

/** An expression over a row `c` of `clinics`. */
export function spentUsd(sql: Sql) {
  return sql`(${conversationsUsd(sql)} + ${otherTextsUsd(sql)})`;
}

function conversationsUsd(sql: Sql) {
  return sql`(
    select coalesce(sum(v.cost_usd), 0)::float8 from conversations as v
    where v.clinic_id = c.id and v.channel = 'sms' and v.last_activity_at > now() - interval '24 hours')`;
}

function otherTextsUsd(sql: Sql) {
  return sql`(
    select coalesce(sum(x.segments) * c.texting_segment_usd, 0)::float8 from texts as x
    where x.clinic_id = c.id and x.created_at > now() - interval '24 hours' and x.conversation_id is null
      and x.status not in ('refused', 'expired', 'withdrawn'))`;
}
