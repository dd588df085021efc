/**
 * The SQL of the conversation record: a batch of entries as a few multi-row statements, inside a transaction bound to
 * the clinic. Each may be repeated without effect: what stands is kept, or replaced by the same.
 */
import type { CallFence } from '../src/domain/call-keeping.ts';
import type { ConversationEntry } from '../src/domain/ports.ts';
import { insertFolds } from './call-events.ts';
import { noteEnds } from './conversation-ends.ts';
import { fenceOf, findStaleOwners, isOf } from './entry-owners.ts';
import type { Sql } from './postgres.ts';
import { storableJson } from './storable-json.ts';

type Kind = ConversationEntry['kind'];
type EntryOf<K extends Kind> = Extract<ConversationEntry, { kind: K }>;

/**
 * Stores entries of one clinic, but for those of owners whose calls have a newer one: these owners are the answer. Of
 * several entries with the same place the last counts: a statement may touch a row only once.
 */
export async function storeEntries(
  sql: Sql,
  clinicId: string,
  entries: readonly ConversationEntry[],
): Promise<readonly CallFence[]> {
  await insertStarts(sql, clinicId, ofKind(entries, 'started'));
  const stale = await findStaleOwners(sql, entries);
  const current = stale.length === 0 ? entries : entries.filter((entry) => !isOf(stale, entry));
  const latest = [...new Map(current.map((entry) => [placeOf(entry), entry])).values()];
  const turns = ofKind(latest, 'turn');
  const toolCalls = ofKind(latest, 'tool_call');
  // One statement each, and none needs another's answer.
  await Promise.all([
    upsertTurns(sql, clinicId, turns),
    upsertToolCalls(sql, clinicId, toolCalls),
    touchConversations(sql, [...turns, ...toolCalls]),
    setUsage(sql, ofKind(latest, 'usage')),
  ]);
  await endConversations(sql, clinicId, ofKind(latest, 'ended'));
  const folds = ofKind(current, 'folded').map((entry) => {
    const { conversationId, fold } = entry;
    return { ...fold(), conversationId, epoch: epochOf(entry) };
  });
  await insertFolds(sql, clinicId, folds);
  return stale;
}

/** The row an entry is written to. */
function placeOf(entry: ConversationEntry): string {
  const place = `${entry.kind} ${entry.conversationId}`;
  return entry.kind === 'turn' || entry.kind === 'tool_call' ? `${place} ${entry.n}` : place;
}

function epochOf(entry: ConversationEntry): number {
  return fenceOf(entry)?.epoch ?? 1;
}

function ofKind<K extends Kind>(entries: readonly ConversationEntry[], kind: K): EntryOf<K>[] {
  return entries.filter((entry): entry is EntryOf<K> => entry.kind === kind);
}

/** What stands is left alone. */
async function insertStarts(sql: Sql, clinicId: string, entries: readonly EntryOf<'started'>[]): Promise<void> {
  if (entries.length === 0) return;
  const started = storableJson(entries.map((entry) => ({ ...entry, epoch: epochOf(entry) })));
  await sql`
    insert into conversations (id, clinic_id, channel, customer_phone, customer_id, language, started_at, last_activity_at)
    select "conversationId", ${clinicId}, channel, "customerPhone",
           (select id from customers where clinic_id = ${clinicId} and phone = "customerPhone"),
           language, to_timestamp("startedAt" / 1000), to_timestamp("startedAt" / 1000)
    from json_to_recordset(${started}::text::json) as s(
      "conversationId" uuid, channel text, "customerPhone" text, language text, "startedAt" float8)
    order by 1
    on conflict (id) do nothing`;
  if (entries.every((entry) => entry.call === null)) return;
  await sql`
    insert into calls (call_sid, clinic_id, conversation_id, owner_node, owner_epoch, resumes, from_phone, to_phone,
                       started_at)
    select c."callSid", ${clinicId}, "conversationId", c."ownerNode", epoch, epoch - 1, c."from", c."to",
           to_timestamp("startedAt" / 1000)
    from json_to_recordset(${started}::text::json) as s("conversationId" uuid, "startedAt" float8, epoch int, call json),
         json_to_record(s.call) as c("callSid" text, "ownerNode" text, "from" text, "to" text)
    where c."callSid" is not null
    order by 1
    on conflict (call_sid) do nothing`;
}

/** A turn written again replaces what stood there, unless a later owner of the call wrote that. */
async function upsertTurns(sql: Sql, clinicId: string, entries: readonly EntryOf<'turn'>[]): Promise<void> {
  if (entries.length === 0) return;
  const turns = entries.map((entry) => ({ ...entry, epoch: epochOf(entry) }));
  await sql`
    insert into turns (clinic_id, conversation_id, n, role, text, started_at, ended_at, interrupted, answered_after_ms,
                       heard_after_ms, epoch)
    select ${clinicId}, "conversationId", n, role, text, to_timestamp("startedAt" / 1000), to_timestamp("endedAt" / 1000),
           interrupted, round("answeredAfterMs"), round("heardAfterMs"), epoch
    from json_to_recordset(${storableJson(turns)}::text::json) as t(
      "conversationId" uuid, n int, role text, text text, "startedAt" float8, "endedAt" float8, interrupted boolean,
      "answeredAfterMs" float8, "heardAfterMs" float8, epoch int)
    order by 2, 3
    on conflict (conversation_id, n) do update
    set role = excluded.role, text = excluded.text, started_at = excluded.started_at, ended_at = excluded.ended_at,
        interrupted = excluded.interrupted, answered_after_ms = excluded.answered_after_ms,
        heard_after_ms = excluded.heard_after_ms, epoch = excluded.epoch
    where turns.epoch <= excluded.epoch`;
}

async function upsertToolCalls(sql: Sql, clinicId: string, entries: readonly EntryOf<'tool_call'>[]): Promise<void> {
  if (entries.length === 0) return;
  await sql`
    insert into tool_calls (clinic_id, conversation_id, n, call_id, name, arguments, answer, success, error, started_at, took_ms)
    select ${clinicId}, "conversationId", n, "callId", name, arguments, answer, success, error,
           to_timestamp("startedAt" / 1000), round("tookMs")
    from json_to_recordset(${storableJson(entries)}::text::json) as t(
      "conversationId" uuid, n int, "callId" text, name text, arguments jsonb, answer jsonb, success boolean, error text,
      "startedAt" float8, "tookMs" float8)
    order by 2, 3
    on conflict (conversation_id, n) do update
    set call_id = excluded.call_id, name = excluded.name, arguments = excluded.arguments, answer = excluded.answer,
        success = excluded.success, error = excluded.error, started_at = excluded.started_at, took_ms = excluded.took_ms`;
}

async function touchConversations(sql: Sql, entries: readonly EntryOf<'turn' | 'tool_call'>[]): Promise<void> {
  if (entries.length === 0) return;
  const activity = entries.map((entry) => ({
    conversationId: entry.conversationId,
    at: entry.kind === 'turn' ? entry.endedAt : entry.startedAt + entry.tookMs,
  }));
  await sql`
    update conversations
    set last_activity_at = greatest(last_activity_at, latest.at)
    from (
      select "conversationId" as id, to_timestamp(max(at) / 1000) as at
      from json_to_recordset(${JSON.stringify(activity)}::text::json) as a("conversationId" uuid, at float8)
      group by 1
    ) as latest
    where conversations.id = latest.id`;
}

/** An end is no last word on the cost: what was billed meanwhile is told after it. */
async function setUsage(sql: Sql, entries: readonly EntryOf<'usage'>[]): Promise<void> {
  if (entries.length === 0) return;
  const used = entries.map(({ conversationId, usage: { costUsd, ...counts } }) => ({
    conversationId,
    costUsd,
    counts,
  }));
  await sql`
    update conversations
    set usage = u.counts, cost_usd = u."costUsd"
    from json_to_recordset(${storableJson(used)}::text::json) as u("conversationId" uuid, counts jsonb, "costUsd" numeric)
    where conversations.id = u."conversationId"`;
}

/** The first end stands, and is scored. Whoever was booked for is the customer; else whoever is known by the number. */
async function endConversations(sql: Sql, clinicId: string, entries: readonly EntryOf<'ended'>[]): Promise<void> {
  if (entries.length === 0) return;
  const ended = storableJson(entries);
  const closed = await sql<{ id: string }[]>`
    update conversations as c
    set status = 'ended', outcome = e.outcome, ended_by = e."endedBy", ended_at = to_timestamp(e."endedAt" / 1000),
        last_activity_at = greatest(last_activity_at, to_timestamp(e."endedAt" / 1000)),
        customer_id = coalesce(
          (select customer_id from appointments as a
           where a.clinic_id = ${clinicId} and a.conversation_id = c.id order by created_at desc limit 1),
          customer_id,
          (select id from customers where clinic_id = ${clinicId} and phone = c.customer_phone))
    from json_to_recordset(${ended}::text::json) as e("conversationId" uuid, outcome text, "endedBy" text, "endedAt" float8)
    where c.id = e."conversationId" and c.status = 'active'
    returning c.id`;
  await noteEnds(sql, clinicId, closed);
  await sql`
    update calls
    set status = 'ended', ended_at = to_timestamp(e."endedAt" / 1000)
    from json_to_recordset(${ended}::text::json) as e("conversationId" uuid, "endedAt" float8)
    where calls.clinic_id = ${clinicId} and calls.conversation_id = e."conversationId" and calls.status = 'live'`;
}
