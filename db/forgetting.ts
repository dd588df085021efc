/**
 * Deletes what has served, by age and a batch at a time: what is left over is found by the next pass. Nothing is deleted
 * by which something that can still come is known again.
 */
import { deleteCallEvents } from './call-events.ts';
import type { Database, Sql } from './postgres.ts';

/** Each answers how many rows it deleted. */
export interface ForgettingStore {
  /** Work of the outbox that was done longer ago. Who is asked for the same again gets a new row in any case. */
  forgetDoneWork(olderMs: number): Promise<number>;
  /** Events of webhooks that happened longer ago, with their deliveries. */
  forgetWebhooks(olderMs: number): Promise<number>;
  /** What calls folded longer ago: they can no longer be replayed. */
  forgetCallEvents(olderMs: number): Promise<number>;
  /** What was told longer ago of appointments that began longer ago: of what is over, nobody is told. */
  forgetNotices(olderMs: number): Promise<number>;
  /**
   * Messages of customers that came longer ago and were taken up: their words are in the record of the conversation, and
   * the carrier does not tell of them again.
   */
  forgetReceivedTexts(olderMs: number): Promise<number>;
}

const BATCH = 500;
/** More than a hundred calls fold between two passes. */
const CALL_EVENTS = 20_000;

export function postgresForgetting(database: Database): ForgettingStore {
  const forgetting = (query: string, deleteOlder: (sql: Sql, before: ReturnType<Sql>) => ReturnType<Sql>) => {
    return (olderMs: number): Promise<number> =>
      database.unbound(query, async (sql) => {
        const { count } = await deleteOlder(sql, sql`now() - ${olderMs}::float8 * interval '1 ms'`);
        return count;
      });
  };
  return {
    forgetDoneWork: forgetting(
      'forget_done_work',
      (sql, before) => sql`
        delete from outbox
        where id in (
          select id from outbox where status = 'done' and updated_at < ${before}
          order by updated_at limit ${BATCH} for update skip locked)`,
    ),
    forgetWebhooks: forgetting(
      'forget_webhooks',
      (sql, before) => sql`
        delete from webhook_events
        where id in (
          select id from webhook_events where created_at < ${before}
          order by created_at limit ${BATCH} for update skip locked)`,
    ),
    forgetCallEvents: (olderMs) =>
      database.unbound('forget_call_events', (sql) => deleteCallEvents(sql, olderMs, CALL_EVENTS)),
    forgetNotices: forgetting(
      'forget_notices',
      (sql, before) => sql`
        delete from notices
        where id in (
          select n.id from notices n join appointments a on a.id = n.appointment_id
          where n.created_at < ${before} and a.starts_at < ${before}
          order by n.created_at limit ${BATCH} for update of n skip locked)`,
    ),
    forgetReceivedTexts: forgetting(
      'forget_received_texts',
      (sql, before) => sql`
        delete from inbound_texts
        where id in (
          select id from inbound_texts
          where received_at < ${before} and (conversation_id is not null or keyword is not null)
          order by received_at limit ${BATCH} for update skip locked)`,
    ),
  };
}
