/**
 * What nobody else will tidy up: the calls of nodes that died, holds whose callers are gone, rows of nodes long gone.
 * Finds across clinics, writes bound to one clinic at a time; any number of workers may do it at once, and doing it
 * again changes nothing. Every pass is bounded: what is left over is found by the next.
 *
 * A node is judged by the database's clock alone, and only while a witness has been able to write its own heartbeat for
 * a while: when the database itself was away, everybody was silent, and nobody is dead for that.
 */
import { z } from 'zod';
import type { Instant } from '../src/domain/clinic.ts';
import { outcomeOfLost } from '../src/domain/outcomes.ts';
import { noteEnds } from './conversation-ends.ts';
import { hasWitness } from './nodes.ts';
import type { Database, Sql } from './postgres.ts';

export interface HousekeepingStore {
  /**
   * Ends the calls, and their conversations, whose node has been silent for `silentMs`, or has been started anew since
   * and did not take them up again. Answers how many; never one whose node lives.
   */
  endLostCalls(silentMs: number): Promise<number>;
  /** Deletes holds that had lapsed by `now`, the time on the clock that made them, with what they occupy. Answers how many. */
  dropLapsedHolds(now: Instant): Promise<number>;
  /** Forgets nodes that have been silent for `goneMs`. Answers how many. */
  forgetNodes(goneMs: number): Promise<number>;
}

/** Holds are made and judged by clocks of different nodes. */
const CLOCK_SKEW_MS = 5_000;
const MAX_CALLS = 500;
const MAX_HOLDS = 500;

const lostCall = z.object({
  clinicId: z.string(),
  callSid: z.string(),
  conversationId: z.string(),
  ownerEpoch: z.number(),
});
type LostCall = z.output<typeof lostCall>;
const clinicRow = z.object({ clinicId: z.string() });

export function postgresHousekeeping(database: Database): HousekeepingStore {
  return {
    async endLostCalls(silentMs) {
      const lost = await database.unbound('find_lost_calls', (sql) => findLostCalls(sql, silentMs));
      let ended = 0;
      for (const clinicId of new Set(lost.map((call) => call.clinicId))) {
        const calls = lost.filter((call) => call.clinicId === clinicId);
        ended += await database.withClinic(clinicId, 'end_lost_calls', (sql) => endCalls(sql, clinicId, calls));
      }
      return ended;
    },
    async dropLapsedHolds(now) {
      const before = now - CLOCK_SKEW_MS;
      const clinicIds = await database.unbound('find_lapsed_holds', (sql) => clinicsWithLapsedHolds(sql, before));
      let dropped = 0;
      for (const clinicId of clinicIds) {
        dropped += await database.withClinic(clinicId, 'drop_lapsed_holds', (sql) => deleteHolds(sql, before));
      }
      return dropped;
    },
    forgetNodes: (goneMs) => database.unbound('forget_nodes', (sql) => deleteNodes(sql, goneMs)),
  };
}

/**
 * The last clause is for nodes that come back under their old name: a call of the life before has had no word since this
 * life began, while one that was taken up again would have, since that is possible for `silentMs` only.
 */
async function findLostCalls(sql: Sql, silentMs: number): Promise<LostCall[]> {
  const rows = await sql`
    select c.clinic_id as "clinicId", c.call_sid as "callSid", c.conversation_id as "conversationId",
           c.owner_epoch as "ownerEpoch"
    from calls c
    left join nodes n on n.node_id = c.owner_node
    left join conversations v on v.id = c.conversation_id
    cross join lateral (select coalesce(v.last_activity_at, c.started_at) as last_word_at) as said
    cross join lateral (select ${silentMs}::float8 * interval '1 ms' as silence) as limits
    where c.status = 'live'
      and ${hasWitness(sql)}
      and (n.heartbeat_at < now() - silence
           or (n.node_id is null and last_word_at < now() - silence)
           or (n.started_at > last_word_at and n.beating_since < now() - 2 * silence))
    order by c.started_at
    limit ${MAX_CALLS}`;
  return rows.map((row) => lostCall.parse(row));
}

/** Locks in the order in which the record of conversations does; a call that was claimed meanwhile is left alone. */
async function endCalls(sql: Sql, clinicId: string, calls: readonly LostCall[]): Promise<number> {
  const lost = JSON.stringify(calls);
  await sql`
    select from conversations
    where id in (select "conversationId" from json_to_recordset(${lost}::text::json) as l("conversationId" uuid))
    order by id for update`;
  const ended = await sql`
    update calls as c
    set status = 'ended',
        ended_at = coalesce((select last_activity_at from conversations where id = c.conversation_id), c.started_at)
    from json_to_recordset(${lost}::text::json) as l("callSid" text, "ownerEpoch" int)
    where c.call_sid = l."callSid" and c.owner_epoch = l."ownerEpoch" and c.status = 'live'
    returning c.conversation_id`;
  const conversationIds = ended.map((row) => z.string().parse(row['conversation_id']));
  const lasting = await readDeeds(sql, clinicId, conversationIds);
  const outcomes = lasting.map(({ id, customerId, ...deeds }) => ({ id, customerId, outcome: outcomeOfLost(deeds) }));
  const closed = await sql<{ id: string }[]>`
    update conversations as v
    set status = 'ended', ended_by = 'node_lost', ended_at = last_activity_at, outcome = l.outcome,
        customer_id = coalesce(l."customerId", v.customer_id)
    from json_to_recordset(${JSON.stringify(outcomes)}::text::json) as l(id uuid, outcome text, "customerId" uuid)
    where v.id = l.id and v.status = 'active'
    returning v.id`;
  await noteEnds(sql, clinicId, closed);
  return ended.length;
}

const deedsRow = z.object({
  id: z.string(),
  customerId: z.string().nullable(),
  booked: z.boolean(),
  moved: z.boolean(),
  cancelled: z.boolean(),
  waitlisted: z.boolean(),
  messageTaken: z.boolean(),
});

/** What lasts of these conversations. An appointment may have been made in another one than moved or cancelled it. */
async function readDeeds(sql: Sql, clinicId: string, conversationIds: readonly string[]) {
  const rows = await sql`
    select l.id, booked.customer_id as "customerId", booked.customer_id is not null as booked,
           done.names @> array['reschedule_appointment'] as moved, done.names @> array['cancel_appointment'] as cancelled,
           exists (select from waitlist as w where w.clinic_id = ${clinicId} and w.conversation_id = l.id) as waitlisted,
           exists (select from messages as m where m.clinic_id = ${clinicId} and m.conversation_id = l.id) as "messageTaken"
    from (select id::uuid from json_array_elements_text(${JSON.stringify(conversationIds)}::text::json) as e(id)) as l
    cross join lateral (
      select coalesce(array_agg(name), '{}') as names from tool_calls where conversation_id = l.id and success) as done
    left join lateral (
      select customer_id from appointments as a
      where a.clinic_id = ${clinicId} and a.conversation_id = l.id and a.status = 'confirmed'
      order by a.created_at desc limit 1) as booked on true`;
  return rows.map((row) => deedsRow.parse(row));
}

async function clinicsWithLapsedHolds(sql: Sql, before: Instant): Promise<string[]> {
  const rows = await sql`select distinct clinic_id as "clinicId" from holds where expires_at < ${before}`;
  return rows.map((row) => clinicRow.parse(row).clinicId);
}

/**
 * Without the locks of the resources, unlike every other change of what is occupied: it never waits for anybody (a hold
 * that a booking is about to delete is skipped), so it can be part of no deadlock and stands in no caller's way.
 */
async function deleteHolds(sql: Sql, before: Instant): Promise<number> {
  const { count } = await sql`
    delete from holds
    where id in (
      select id from holds where expires_at < ${before} order by expires_at limit ${MAX_HOLDS} for update skip locked)`;
  return count;
}

async function deleteNodes(sql: Sql, goneMs: number): Promise<number> {
  const { count } = await sql`delete from nodes where heartbeat_at < now() - ${goneMs}::float8 * interval '1 ms'`;
  return count;
}
