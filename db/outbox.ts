/**
 * Work that must outlive the call, noted in the transaction that makes it necessary. A row says which subject; what is
 * to be done is read from the subject itself when somebody comes. Rows are found by their status and time, never by an
 * order of ids: one that is committed late is found late, and found. It carries the trace of its transaction
 * (`trace_context`, by the column's default), so that the job is part of what the caller asked for.
 */
import { z } from 'zod';
import type { Database, Sql } from './postgres.ts';

/** What the outbox calls "make the calendar show this appointment as it is". */
export const SYNC_APPOINTMENT = 'sync_appointment';
/** What the outbox calls "have this conversation scored". */
export const SCORE_CONVERSATION = 'score_conversation';
/** What the outbox calls "send what this thread of text messages still has to send". */
export const SEND_SMS = 'send_sms';
/** What the outbox calls "answer what came in on this thread of text messages". */
export const ANSWER_SMS = 'answer_sms';
/** What the outbox calls "tell this appointment's customer what is due". */
export const NOTIFY_CUSTOMER = 'notify_customer';
/** What the outbox calls "offer this entry of the waitlist the time that became free". */
export const OFFER_WAITLIST = 'offer_waitlist';

/** One doorbell a thread of text messages. */
export async function ringForTexts(sql: Sql, clinicId: string, threadId: string): Promise<void> {
  await ringFor(sql, clinicId, SEND_SMS, [threadId]);
}

/**
 * The same for what came in on it, in so long or sooner. Whoever is at the thread looks again before they leave it, so
 * nobody is rung meanwhile; and a failure is waited out.
 */
export async function ringForAnswer(sql: Sql, clinicId: string, threadId: string, afterMs: number): Promise<void> {
  await sql`
    insert into outbox (clinic_id, kind, subject_id, due_at, ring_at)
    select ${clinicId}, ${ANSWER_SMS}, ${threadId}, at, at
    from (select now() + ${afterMs}::float8 * interval '1 ms' as at) as due
    on conflict (kind, subject_id) where status = 'due' do update
    set rings = outbox.rings + 1, updated_at = now(),
        due_at = case when outbox.reason is null then least(outbox.due_at, excluded.due_at) else outbox.due_at end,
        ring_at = case
          when outbox.claimed_until > now() then outbox.ring_at
          when outbox.reason is null then least(outbox.ring_at, excluded.ring_at)
          else outbox.ring_at end,
        trace_context = coalesce(excluded.trace_context, outbox.trace_context)`;
}

/** One doorbell an appointment, for its calendar. */
export async function ringForAppointment(sql: Sql, clinicId: string, appointmentId: string): Promise<void> {
  await ringFor(sql, clinicId, SYNC_APPOINTMENT, [appointmentId]);
}

/** One doorbell a subject; where one is due already, it has been rung once more, and is due now. */
export async function ringFor(sql: Sql, clinicId: string, kind: string, subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length === 0) return;
  await sql`
    insert into outbox (clinic_id, kind, subject_id)
    select ${clinicId}, ${kind}, id::uuid from json_array_elements_text(${JSON.stringify(subjectIds)}::text::json) as s(id)
    order by id
    on conflict (kind, subject_id) where status = 'due' do update
    set rings = outbox.rings + 1, attempts = 0, asked_at = now(), due_at = least(outbox.due_at, now()), ring_at = now(),
        updated_at = now(), trace_context = coalesce(excluded.trace_context, outbox.trace_context)`;
}

/** Work that is due. */
export interface Doorbell {
  readonly clinicId: string;
  readonly kind: string;
  readonly subjectId: string;
}

export interface DueRow extends Doorbell {
  /** The trace of what made it necessary, a `traceparent`; null where that was not traced. */
  readonly carried: string | null;
}

/** Of what is to be done now: work for a later hour does not wait for anybody. */
export interface OutboxCount {
  readonly pending: number;
  /** Since when the oldest of them has been pending; 0 where there is none. */
  readonly oldestMs: number;
  /** How long the one that has waited longest has been due, with nobody at it. */
  readonly overdueMs: number;
  /** Given up. */
  readonly dead: number;
}

export interface DeadRow extends Doorbell {
  readonly reason: string;
  readonly attempts: number;
  /** When it was given up. */
  readonly at: number;
}

export interface Outbox {
  /**
   * Up to `limit` rows of these kinds whose time has come, for the caller to tell the queue of. No other caller is told
   * of them at the same time; where nobody takes them they are told again after `againMs`.
   */
  ring(kinds: readonly string[], limit: number, againMs: number): Promise<readonly DueRow[]>;
  count(): Promise<OutboxCount>;
  /** What was given up, the latest first; of all clinics where none is named. */
  dead(clinicId: string | null): Promise<readonly DeadRow[]>;
  /** Has what was given up tried again; answers how many rows that were. */
  requeue(clinicId: string | null): Promise<number>;
}

const doorbellRow = z.object({ clinicId: z.string(), kind: z.string(), subjectId: z.string() });
const dueRow = doorbellRow.extend({ carried: z.string().nullable() });
const countRow = z.object({ pending: z.number(), oldestMs: z.number(), overdueMs: z.number(), dead: z.number() });
const deadRow = doorbellRow.extend({ reason: z.string(), attempts: z.number(), at: z.number() });
const MOST_DEAD = 500;

export function postgresOutbox(database: Database): Outbox {
  return {
    ring: (kinds, limit, againMs) => database.unbound('ring_outbox', (sql) => ring(sql, kinds, limit, againMs)),
    count: () => database.unbound('count_outbox', count),
    dead: (clinicId) => database.unbound('dead_outbox', (sql) => readDead(sql, clinicId)),
    requeue: (clinicId) => database.transaction('requeue_outbox', (sql) => requeue(sql, clinicId)),
  };
}

async function ring(sql: Sql, kinds: readonly string[], limit: number, againMs: number): Promise<DueRow[]> {
  const rows = await sql`
    update outbox set ring_at = now() + ${againMs}::float8 * interval '1 ms'
    where id in (
      select id from outbox
      where status = 'due' and ring_at <= now() and kind in ${sql(kinds)}
      order by ring_at limit ${limit} for update skip locked)
    returning clinic_id as "clinicId", kind, subject_id as "subjectId", trace_context as carried`;
  return rows.map((row) => dueRow.parse(row));
}

async function count(sql: Sql): Promise<OutboxCount> {
  const [row] = await sql`
    select count(*)::int as pending,
           coalesce(extract(epoch from now() - min(asked_at)) * 1000, 0)::float8 as "oldestMs",
           coalesce(greatest(0, extract(epoch from now() - min(greatest(due_at, claimed_until))) * 1000), 0)::float8
             as "overdueMs",
           (select count(*)::int from outbox where status = 'dead') as dead
    from outbox where status = 'due' and asked_at <= now()`;
  return countRow.parse(row);
}

async function readDead(sql: Sql, clinicId: string | null): Promise<DeadRow[]> {
  const rows = await sql`
    select clinic_id as "clinicId", kind, subject_id as "subjectId", coalesce(reason, 'unknown') as reason, attempts,
           updated_at as at
    from outbox
    where status = 'dead' and (${clinicId}::uuid is null or clinic_id = ${clinicId}::uuid)
    order by updated_at desc limit ${MOST_DEAD}`;
  return rows.map((row) => deadRow.parse(row));
}

/** A subject that is due already, or dead more than once, is asked for once. */
async function requeue(sql: Sql, clinicId: string | null): Promise<number> {
  const rows = await sql`
    update outbox set status = 'done', updated_at = now()
    where status = 'dead' and (${clinicId}::uuid is null or clinic_id = ${clinicId}::uuid)
    returning clinic_id as "clinicId", kind, subject_id as "subjectId"`;
  const subjects = JSON.stringify(rows.map((row) => doorbellRow.parse(row)));
  await sql`
    insert into outbox (clinic_id, kind, subject_id)
    select distinct "clinicId", kind, "subjectId"
    from json_to_recordset(${subjects}::text::json) as r("clinicId" uuid, kind text, "subjectId" uuid)
    on conflict (kind, subject_id) where status = 'due' do update
    set attempts = 0, asked_at = now(), due_at = least(outbox.due_at, now()), ring_at = now(), updated_at = now()`;
  return rows.length;
}
