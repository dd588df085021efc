/** What calls folded, in Postgres: stored with the record of conversations, read to be folded again, deleted after a while. */
import { z } from 'zod';
import type { Fold } from '../src/domain/folds.ts';
import type { Database, Sql } from './postgres.ts';

interface OwnedFold extends Fold {
  readonly conversationId: string;
  readonly epoch: number;
}

/** Of one clinic, in a transaction that is bound to it. What stands is left alone. */
export async function insertFolds(sql: Sql, clinicId: string, folds: readonly OwnedFold[]): Promise<void> {
  if (folds.length === 0) return;
  await sql`
    insert into call_events (clinic_id, conversation_id, epoch, n, at_ms, message, phrases, effects, changed)
    select ${clinicId}, "conversationId", epoch, n, at, message::json, phrases::json, effects, changed
    from json_to_recordset(${JSON.stringify(folds)}::text::json) as f(
      "conversationId" uuid, epoch int, n int, at float8, message text, phrases text, effects text, changed text)
    on conflict do nothing`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const recordedCall = z.object({
  clinicId: z.string(),
  conversationId: z.string(),
  isOver: z.boolean(),
});
export type RecordedCall = z.output<typeof recordedCall>;

/** Of whichever clinic, by the id of its conversation or by its CallSid; undefined where nothing of it is recorded. */
export function findRecordedCall(database: Database, call: string): Promise<RecordedCall | undefined> {
  return database.unbound('find_recorded_call', async (sql) => {
    const [row] = await sql`
      select clinic_id as "clinicId", id as "conversationId", status = 'ended' as "isOver"
      from conversations
      where id = (select conversation_id from calls where call_sid = ${call})
         or id = ${UUID.test(call) ? call : null}::uuid`;
    return row && recordedCall.parse(row);
  });
}

/** A fold as it is stored; what it says is judged by whoever folds it again. */
const storedFold = z.object({
  epoch: z.number(),
  n: z.number(),
  at: z.number(),
  message: z.unknown(),
  phrases: z.unknown(),
  effects: z.string(),
  changed: z.string(),
});
export type StoredFold = z.output<typeof storedFold>;

/** By owner, in the order of folding. */
export function foldsOf(database: Database, clinicId: string, conversationId: string): Promise<readonly StoredFold[]> {
  return database.withClinic(clinicId, 'folds_of_call', async (sql) => {
    const rows = await sql`
      select epoch, n, at_ms as at, message, phrases, effects, changed
      from call_events where conversation_id = ${conversationId} order by epoch, n`;
    return rows.map((row) => storedFold.parse(row));
  });
}

export async function deleteCallEvents(sql: Sql, olderMs: number, most: number): Promise<number> {
  const { count } = await sql`
    delete from call_events
    where ctid = any(array(
      select ctid from call_events where recorded_at < now() - ${olderMs}::float8 * interval '1 ms'
      order by recorded_at limit ${most} for update skip locked))`;
  return count;
}
