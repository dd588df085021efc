/**
 * Threads of text messages in Postgres: what came in, who answers it, and how far they are. A thread is answered by
 * whoever has claimed its row in the outbox; each thing that is done is saved under that claim, and the last of a turn
 * commits its reply, its record and its state together.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { optKeyword } from '../src/domain/opt-outs.ts';
import {
  type AnswerClaim,
  type AnswerRequest,
  type InboundText,
  type OpenedThread,
  type QuietThread,
  type Receipt,
  type ReceivedText,
  type TextingEnd,
  type TextingProgress,
  type ThreadBook,
  textConversationIn,
} from '../src/domain/texting.ts';
import { storeEntries } from './conversation-statements.ts';
import { claimDoorbell, endDoorbell, extendDoorbell, holdsDoorbell, leaveDoorbell } from './doorbells.ts';
import { upsertMessage } from './messages.ts';
import { ANSWER_SMS, ringForAnswer } from './outbox.ts';
import type { Database, Sql } from './postgres.ts';
import { storableJson } from './storable-json.ts';
import { queueOn, queueText } from './text-queue.ts';
import { spentUsd } from './texting-spending.ts';
import { lockThread, lockThreadRow, setOptedOut } from './threads.ts';

export interface ThreadTimes {
  /** Messages that come within so long of each other are answered together, however fast the model is. */
  readonly settleMs: number;
  /** How long one without a word is left alone: a picture often comes before what is to be said of it. */
  readonly wordlessMs: number;
  /** An answer is not sent later than so long after it was due. */
  readonly usefulForMs: number;
}

/** What is sent in one go, by a phone or a carrier; whoever goes on writing while the model thinks is heard anyway. */
const TIMES: ThreadTimes = { settleMs: 200, wordlessMs: 2_000, usefulForMs: 6 * 3_600_000 };
/** More than a telephone is answered in an hour. */
const TEXTS_A_TURN = 50;
const QUIET_AT_ONCE = 100;

export function postgresThreadBook(database: Database, times: ThreadTimes = TIMES): ThreadBook {
  const bound = <T>({ clinicId }: { readonly clinicId: string }, query: string, work: (sql: Sql) => Promise<T>) =>
    database.withClinic(clinicId, query, work);
  /**
   * Does `work` where the claim still holds, and no more came in than is taken up; it is told whether more did, and whether
   * Ava is to be silent. Statements that need none of each other's answers are sent together, here and below.
   */
  const held = <T extends string>(
    claim: AnswerClaim,
    query: string,
    { taken, unlessMore }: TextingProgress,
    work: (sql: Sql, thread: { readonly isMore: boolean; readonly isSilent: boolean }) => Promise<T>,
  ): Promise<T | 'more' | 'lost'> =>
    bound(claim, query, async (sql) => {
      const { threadId } = claim;
      const [isSilent, isHeld, waiting] = await Promise.all([
        lockThreadRow(sql, threadId),
        holdsDoorbell(sql, doorbellOf(claim)),
        countWaiting(sql, [threadId]),
      ]);
      if (!isHeld) return 'lost';
      const isMore = (waiting.get(threadId) ?? 0) > taken.length;
      if (isMore && unlessMore && taken.length < TEXTS_A_TURN) return 'more';
      return work(sql, { isMore, isSilent });
    });
  return {
    receive: (text) => bound(text, 'receive_text', (sql) => receive(sql, text, times)),
    open: (thread) => bound(thread, 'open_thread', (sql) => open(sql, thread, times)),
    claim: (request) => bound(request, 'claim_thread', (sql) => claim(sql, request, times)),
    extend: (request) =>
      bound(request, 'extend_thread', (sql) => extendDoorbell(sql, { ...doorbellOf(request), forMs: request.forMs })),
    waiting: (threadIds) => database.unbound('waiting_texts', (sql) => countWaiting(sql, threadIds)),
    save: (claimed, progress) =>
      held(claimed, 'save_thread', progress, async (sql) => {
        await store(sql, claimed, progress, extendDoorbell(sql, { ...doorbellOf(claimed), forMs: claimed.forMs }));
        return 'saved';
      }),
    finish: (claimed, end) =>
      held(claimed, 'finish_thread', end, async (sql, { isMore, isSilent }) => {
        if (isSilent && end.reply !== null) return 'silent';
        await finish(sql, claimed, end, times, isMore);
        return isMore ? 'next' : 'saved';
      }),
    leave: (request, afterMs, reason) =>
      bound(request, 'leave_thread', (sql) => leaveDoorbell(sql, doorbellOf(request), afterMs, reason)),
    quiet: (quietMs) => database.unbound('quiet_threads', (sql) => readQuiet(sql, quietMs)),
    idle: (clinicId, phone) => bound({ clinicId }, 'idle_thread', (sql) => readIdle(sql, phone)),
    end: (thread, entries) => bound(thread, 'end_thread', (sql) => endQuiet(sql, thread, entries)),
  };
}

const doorbellOf = ({ threadId, token }: Pick<AnswerRequest, 'threadId' | 'token'>) => ({
  kind: ANSWER_SMS,
  subjectId: threadId,
  token,
});

async function receive(sql: Sql, text: ReceivedText, { wordlessMs }: ThreadTimes): Promise<Receipt> {
  const { clinicId, from, to, messageSid, body, media } = text;
  const { threadId, optedOut } = await lockThread(sql, clinicId, from, to);
  const keyword = optKeyword(body, optedOut);
  const { count } = await sql`
    insert into inbound_texts (clinic_id, thread_id, message_sid, body, media, keyword)
    values (${clinicId}, ${threadId}, ${messageSid}, ${body.replaceAll('\u0000', ' ')}, ${media}, ${keyword})
    on conflict (clinic_id, message_sid) do nothing`;
  if (count === 0) return 'repeated';
  if (keyword === null) {
    await ringForAnswer(sql, clinicId, threadId, body.trim() === '' ? wordlessMs : 0);
    return 'kept';
  }
  if (keyword === 'help') return 'help';
  await setOptedOut(sql, threadId, keyword !== 'start');
  if (keyword === 'cancel') await tellStaff(sql, text);
  return keyword === 'start' ? 'opted_in' : 'opted_out';
}

/** A bare "cancel" may have been about an appointment, and nobody may ask them by text any more. */
async function tellStaff(sql: Sql, { clinicId, from, messageSid }: ReceivedText): Promise<void> {
  const text =
    'They texted CANCEL, which turned text messages off. Please call and ask whether an appointment is to be cancelled.';
  const key = `cancel/${messageSid}`;
  const content = { source: 'text', text } as const;
  await upsertMessage(sql, {
    clinicId,
    conversationId: null,
    key,
    customerName: null,
    customerPhone: from,
    content,
    now: Date.now(),
  });
}

async function open(sql: Sql, thread: OpenedThread, { usefulForMs }: ThreadTimes): Promise<boolean> {
  const { clinicId, phone, after, conversation, entries, text } = thread;
  const { threadId } = await lockThread(sql, clinicId, phone);
  const { conversationId } = conversation;
  const { count } = await sql`
    update sms_threads
    set conversation_id = ${conversationId}, conversation = ${storableJson(conversation)}::text::jsonb, active_at = now(),
        updated_at = now()
    where id = ${threadId} and conversation_id is null and opted_out_at is null and staff_since is null
      and not exists (select from conversations where id = ${conversationId})
      and not exists (select from appointments where conversation_id = ${after} and status = 'confirmed')`;
  if (count === 0) return false;
  await storeEntries(sql, clinicId, entries);
  await queueText(sql, clinicId, { to: phone, ...text, conversationId, usefulForMs });
  return true;
}

const threadRow = z.object({
  phone: z.string(),
  conversationId: z.string().nullable(),
  conversation: z.unknown(),
  withStaff: z.boolean(),
  customerName: z.string().nullable(),
  optedOut: z.boolean(),
  ofNumber: z.number(),
  ofClinic: z.number(),
  spentUsd: z.number(),
  mostUsd: z.number(),
});
const inboundRow = z.object({ id: z.string(), body: z.string(), media: z.number(), waitedMs: z.number() });

async function claim(sql: Sql, request: AnswerRequest, times: ThreadTimes): Promise<AnswerClaim | null> {
  const { threadId, forMs } = request;
  const doorbell = doorbellOf(request);
  const [, claimed, found, waiting] = await Promise.all([
    lockThreadRow(sql, threadId),
    claimDoorbell(sql, { ...doorbell, forMs }),
    readThread(sql, threadId),
    readWaiting(sql, threadId),
  ]);
  if (claimed === undefined || found === undefined) return null;
  const { conversationId, conversation: stored, ...thread } = found;
  const conversation = conversationId === null ? null : textConversationIn(stored);
  const isUnderWay = conversation !== null && conversation.open !== null;
  if (!isUnderWay && waiting.length === 0) {
    await endDoorbell(sql, doorbell);
    return null;
  }
  const { phone, withStaff, customerName, ...soFar } = thread;
  return {
    ...request,
    phone,
    withStaff,
    customerName,
    soFar,
    conversationId: conversationId ?? (await begin(sql, threadId)),
    conversation,
    texts: waiting.map(({ id, body, media }) => ({ id, body, media })),
    waitedMs: waiting[0]?.waitedMs ?? 0,
    settleMs: times.settleMs,
  };
}

async function readThread(sql: Sql, threadId: string): Promise<z.output<typeof threadRow> | undefined> {
  const [row] = await sql`
    select t.phone, t.conversation_id as "conversationId", t.conversation, t.staff_since is not null as "withStaff",
           nullif(k.name, '') as "customerName", t.opted_out_at is not null as "optedOut",
           (select count(*)::int from inbound_texts as i
            where i.clinic_id = t.clinic_id and i.thread_id = t.id and i.received_at > now() - interval '1 hour') as "ofNumber",
           (select count(*)::int from inbound_texts as i
            where i.clinic_id = t.clinic_id and i.received_at > now() - interval '1 hour') as "ofClinic",
           ${spentUsd(sql)} as "spentUsd", c.texting_daily_usd::float8 as "mostUsd"
    from sms_threads t
    join clinics c on c.id = t.clinic_id
    left join customers k on k.clinic_id = t.clinic_id and k.phone = t.phone
    where t.id = ${threadId}`;
  return row && threadRow.parse(row);
}

async function readWaiting(sql: Sql, threadId: string) {
  const rows = await sql`
    select id, body, media, (extract(epoch from now() - received_at) * 1000)::float8 as "waitedMs"
    from inbound_texts
    where thread_id = ${threadId} and conversation_id is null and keyword is null
    order by seq limit ${TEXTS_A_TURN}`;
  return rows.map((row) => inboundRow.parse(row));
}

const countRow = z.object({ threadId: z.string(), count: z.number() });

async function countWaiting(sql: Sql, threadIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql`
    select thread_id as "threadId", count(*)::int as count
    from inbound_texts
    where thread_id in ${sql(threadIds)} and conversation_id is null and keyword is null
    group by thread_id`;
  return new Map(rows.map((row) => countRow.parse(row)).map(({ threadId, count }) => [threadId, count]));
}

async function begin(sql: Sql, threadId: string): Promise<string> {
  const conversationId = randomUUID();
  await sql`
    update sms_threads set conversation_id = ${conversationId}, conversation = null, updated_at = now()
    where id = ${threadId}`;
  return conversationId;
}

/** `claimed`: a statement about the claim, on its way already. */
async function store(
  sql: Sql,
  { clinicId, threadId, conversationId }: AnswerClaim,
  { conversation, taken, entries }: TextingProgress,
  claimed: Promise<void>,
): Promise<void> {
  await Promise.all([
    claimed,
    takeUp(sql, conversationId, taken),
    sql`
      update sms_threads
      set conversation = ${storableJson(conversation)}::text::jsonb, active_at = now(), updated_at = now()
      where id = ${threadId}`,
  ]);
  await storeEntries(sql, clinicId, entries);
}

async function takeUp(sql: Sql, conversationId: string, taken: readonly InboundText[]): Promise<void> {
  if (taken.length === 0) return;
  const ids = JSON.stringify(taken.map(({ id }) => id));
  await sql`
    update inbound_texts set conversation_id = ${conversationId}
    where id in (select id::uuid from json_array_elements_text(${ids}::text::json) as e(id))`;
}

/** `isMore`: the claim is kept, for what is left to be answered. */
async function finish(
  sql: Sql,
  claimed: AnswerClaim,
  end: TextingEnd,
  times: ThreadTimes,
  isMore: boolean,
): Promise<void> {
  const { clinicId, threadId, conversationId, phone, forMs } = claimed;
  const { reply, task } = end;
  const doorbell = doorbellOf(claimed);
  await store(sql, claimed, end, isMore ? extendDoorbell(sql, { ...doorbell, forMs }) : endDoorbell(sql, doorbell));
  if (reply !== null)
    await queueOn(sql, clinicId, threadId, { ...reply, conversationId, usefulForMs: times.usefulForMs });
  if (task !== null) {
    const { key, text, name: customerName } = task;
    const content = { source: 'text', text } as const;
    await upsertMessage(sql, {
      clinicId,
      conversationId,
      key,
      customerName,
      customerPhone: phone,
      content,
      now: Date.now(),
    });
  }
  if (end.isOver) await clear(sql, threadId);
}

async function clear(sql: Sql, threadId: string): Promise<void> {
  await sql`
    update sms_threads set conversation_id = null, conversation = null, updated_at = now() where id = ${threadId}`;
}

const quietRow = z.object({ clinicId: z.string(), threadId: z.string(), conversation: z.unknown() });

async function readQuiet(sql: Sql, quietMs: number): Promise<QuietThread[]> {
  const rows = await sql`
    select clinic_id as "clinicId", id as "threadId", conversation
    from sms_threads
    where conversation_id is not null and staff_since is null and active_at < now() - ${quietMs}::float8 * interval '1 ms'
    order by active_at limit ${QUIET_AT_ONCE}`;
  return rows.flatMap(quietThreadIn);
}

async function readIdle(sql: Sql, phone: string): Promise<QuietThread | null> {
  const rows = await sql`
    select clinic_id as "clinicId", id as "threadId", conversation
    from sms_threads where phone = ${phone} and conversation_id is not null and staff_since is null`;
  return rows.flatMap(quietThreadIn)[0] ?? null;
}

/** None where a turn of it is under way. */
function quietThreadIn(row: unknown): readonly QuietThread[] {
  const { conversation: stored, ...thread } = quietRow.parse(row);
  const conversation = textConversationIn(stored);
  return conversation === null || conversation.open !== null ? [] : [{ ...thread, conversation }];
}

async function endQuiet(
  sql: Sql,
  { clinicId, threadId, conversation }: QuietThread,
  entries: Parameters<typeof storeEntries>[2],
): Promise<boolean> {
  const rows = await sql`
    select from sms_threads as t
    where id = ${threadId} and conversation_id = ${conversation.conversationId}
      and conversation = ${storableJson(conversation)}::text::jsonb
      and not exists (
        select from inbound_texts as i where i.thread_id = t.id and i.conversation_id is null and i.keyword is null)
    for update`;
  if (rows.length === 0) return false;
  await storeEntries(sql, clinicId, entries);
  await clear(sql, threadId);
  return true;
}
