/** What the database has of the calls, as its owner reads it. */
import { z } from 'zod';
import type { Database } from '../../../db/postgres.ts';

const callRow = z.object({
  callSid: z.string(),
  status: z.string(),
  resumes: z.number(),
  /** Of the caller, in order. */
  turns: z.array(z.string()),
  /** When each confirmed appointment of the conversation was made, ms since the epoch. */
  bookedAt: z.array(z.number()),
});
export type CallRow = z.infer<typeof callRow>;

export async function callRows(database: Database): Promise<Map<string, CallRow>> {
  const rows = await database.unbound(
    'survivors',
    (sql) => sql`
      select c.call_sid as "callSid", coalesce(v.status, 'unwritten') as status, c.resumes,
        to_json(array(select text from turns t
              where t.conversation_id = c.conversation_id and role = 'customer'
              order by n)) as turns,
        to_json(array(select (extract(epoch from created_at) * 1000)::float8 from appointments a
              where a.conversation_id = c.conversation_id and a.status = 'confirmed')) as "bookedAt"
      from calls c left join conversations v on v.id = c.conversation_id`,
  );
  return new Map(rows.map((row) => callRow.parse(row)).map((row) => [row.callSid, row]));
}

/** Conversations that are not closed yet. */
export async function openConversations(database: Database): Promise<number> {
  return count(
    database,
    'open_conversations',
    (sql) => sql`select count(*)::int as n from conversations where status = 'active'`,
  );
}

/** Pairs of confirmed appointments that take the same provider at the same time. */
export async function overlaps(database: Database): Promise<number> {
  return count(
    database,
    'overlaps',
    (sql) => sql`
      select count(*)::int as n from appointments a join appointments b
        on a.provider_id = b.provider_id and a.id < b.id and a.starts_at < b.ends_at and b.starts_at < a.ends_at
      where a.status = 'confirmed' and b.status = 'confirmed'`,
  );
}

type Ask = Parameters<Database['unbound']>[1];

async function count(database: Database, name: string, ask: Ask): Promise<number> {
  const rows: readonly unknown[] = z.array(z.unknown()).parse(await database.unbound(name, ask));
  return z.object({ n: z.number() }).parse(rows[0]).n;
}
