/**
 * Messages to customers in Postgres, as they are sent (`text-queue.ts` has them noted): a worker takes a thread's messages
 * one after the other. One that is "sending" may have gone: its row says so before the carrier is asked, and nothing else
 * of the thread is sent until that is settled.
 */
import { z } from 'zod';
import { wallClock } from '../src/domain/clinic-time.ts';
import { refusedTask } from '../src/domain/texting-limits.ts';
import type { OutgoingText, SendClaim, SendRequest, SendResult, TextBook, TextReport } from '../src/domain/texts.ts';
import { claimDoorbell, endDoorbell, extendDoorbell, holdsDoorbell, leaveDoorbell } from './doorbells.ts';
import { upsertMessage } from './messages.ts';
import { SEND_SMS } from './outbox.ts';
import type { Database, Sql } from './postgres.ts';
import { lockThreadRow, setOptedOut } from './threads.ts';

/** Told by the carrier, where it did not take a message because of an opt-out that we had not heard of. */
const OPTED_OUT_CODE = 21_610;

const openRow = z.object({
  id: z.string(),
  body: z.string(),
  costUsd: z.number(),
  status: z.enum(['waiting', 'sending']),
  attemptedAt: z.number().nullable(),
  failures: z.number(),
  isLate: z.boolean(),
  isOptedOut: z.boolean(),
  isUntrue: z.boolean(),
  from: z.string(),
  to: z.string(),
  now: z.number(),
});
type OpenText = z.output<typeof openRow>;
const sidRow = z.object({ sid: z.string() });

export function postgresTextBook(database: Database): TextBook {
  const bound = <T>({ clinicId }: { readonly clinicId: string }, query: string, work: (sql: Sql) => Promise<T>) =>
    database.withClinic(clinicId, query, work);
  return {
    claim: (request) => bound(request, 'claim_text', (sql) => claim(sql, request)),
    settle: (held, result) =>
      bound(held, 'settle_text', async (sql) => {
        const [, isHeld] = await Promise.all([lockThreadRow(sql, held.threadId), holdsDoorbell(sql, doorbellOf(held))]);
        if (!isHeld) return 'lost';
        await store(sql, held, result);
        const next = await goOn(sql, held);
        if (next !== null) await extendDoorbell(sql, { ...doorbellOf(held), forMs: held.forMs });
        return next;
      }),
    leave: (held, afterMs, sent, reason) => bound(held, 'leave_text', (sql) => leave(sql, held, afterMs, sent, reason)),
    known: (clinicId, sids) =>
      bound({ clinicId }, 'known_texts', async (sql) => {
        const rows = await sql`
          select sid from texts
          where sid in (select json_array_elements_text(${JSON.stringify(sids)}::text::json))`;
        return new Set(rows.map((row) => sidRow.parse(row).sid));
      }),
    report: (report) => bound(report, 'report_text', (sql) => keepReport(sql, report)),
  };
}

const doorbellOf = ({ threadId, token }: SendRequest) => ({ kind: SEND_SMS, subjectId: threadId, token });

async function claim(sql: Sql, request: SendRequest): Promise<SendClaim | null> {
  const [, claimed] = await Promise.all([
    lockThreadRow(sql, request.threadId),
    claimDoorbell(sql, { ...doorbellOf(request), forMs: request.forMs }),
  ]);
  return claimed === undefined ? null : goOn(sql, request);
}

/** The next message of a thread that is claimed, noted as being sent; the claim ends where there is none. */
async function goOn(sql: Sql, { clinicId, threadId, token, forMs }: SendRequest): Promise<SendClaim | null> {
  const request = { clinicId, threadId, token, forMs };
  const open = await nextOpen(sql, threadId);
  if (open === undefined) {
    await endDoorbell(sql, doorbellOf(request));
    return null;
  }
  const { id, from, to, body, status, attemptedAt, costUsd, failures, now } = open;
  const text: OutgoingText = { id, clinicId, from, to, body };
  const unknownSince = status === 'sending' ? attemptedAt : null;
  if (unknownSince === null)
    await sql`
      update texts set status = 'sending', from_phone = ${from}, attempted_at = now(), updated_at = now()
      where id = ${id}`;
  return { ...request, text, costUsd, unknownSince, now, failures };
}

/** The first message that is still to be sent, once those before it that nobody wants any more are closed. */
async function nextOpen(sql: Sql, threadId: string): Promise<OpenText | undefined> {
  for (;;) {
    const [row] = await sql`
      select x.id, x.body, (x.segments * c.texting_segment_usd)::float8 as "costUsd", x.status, x.attempted_at as "attemptedAt", x.failures, x.useful_until <= now() as "isLate",
             t.opted_out_at is not null as "isOptedOut", coalesce(x.from_phone, n.phone, c.phone) as "from",
             t.phone as "to", now() as now,
             x.appointment_id is not null
               and (a.notice_version, k.phone) is distinct from (x.appointment_version, t.phone) as "isUntrue"
      from texts x
      join sms_threads t on t.id = x.thread_id
      join clinics c on c.id = x.clinic_id
      left join clinic_numbers n on n.clinic_id = x.clinic_id and n.phone = t.clinic_phone
      left join appointments a on a.id = x.appointment_id
      left join customers k on k.id = a.customer_id
      where x.thread_id = ${threadId} and x.status in ('waiting', 'sending')
      order by x.seq limit 1 for update of x`;
    const open = row && openRow.parse(row);
    const status = open && passedOverAs(open);
    if (!status) return open;
    await sql`
      update texts
      set status = ${status}, error_code = ${open.isOptedOut ? OPTED_OUT_CODE : null}, updated_at = now()
      where id = ${open.id}`;
  }
}

/** Why nobody sends it any more; null where it is to be sent. One that may have gone is settled first. */
function passedOverAs({ status, isOptedOut, isUntrue, isLate }: OpenText): 'refused' | 'withdrawn' | 'expired' | null {
  if (status !== 'waiting') return null;
  if (isOptedOut) return 'refused';
  if (isUntrue) return 'withdrawn';
  return isLate ? 'expired' : null;
}

async function store(sql: Sql, claimed: SendClaim, result: SendResult): Promise<void> {
  const { text } = claimed;
  switch (result.kind) {
    case 'accepted':
      await sql`
        update texts
        set status = 'accepted', sid = ${result.sid}, carrier_status = coalesce(carrier_status, ${result.status}),
            failures = 0, updated_at = now()
        where id = ${text.id} and status = 'sending'`;
      return;
    case 'refused':
      return refuse(sql, claimed, result);
    case 'unsent':
      await backToWaiting(sql, text.id);
  }
}

const refusedRow = z.object({ conversationId: z.string().nullable(), timeZone: z.string() });

/** Whoever waits for an answer is to have one from staff; a reminder, or an alert to staff, is told to nobody. */
async function refuse(
  sql: Sql,
  { clinicId, threadId, text, now }: SendClaim,
  { reason, code }: Extract<SendResult, { kind: 'refused' }>,
): Promise<void> {
  const rows = await sql`
    update texts as x set status = 'refused', error_code = ${code}, updated_at = now()
    from clinics as c
    where x.id = ${text.id} and x.status = 'sending' and c.id = x.clinic_id
    returning x.conversation_id as "conversationId", c.time_zone as "timeZone"`;
  if (reason === 'opted_out') await setOptedOut(sql, threadId, true);
  const [refused] = rows.map((row) => refusedRow.parse(row));
  if (!refused || refused.conversationId === null) return;
  const { conversationId, timeZone } = refused;
  const { key, text: told } = refusedTask(code, text.to, wallClock(now, timeZone).date);
  const content = { source: 'text', text: told } as const;
  await upsertMessage(sql, { clinicId, conversationId, key, customerName: null, customerPhone: text.to, content, now });
}

async function leave(
  sql: Sql,
  held: SendClaim,
  afterMs: number,
  sent: 'no' | 'unknown',
  reason: string | null,
): Promise<void> {
  const doorbell = doorbellOf(held);
  await lockThreadRow(sql, held.threadId);
  if (!(await holdsDoorbell(sql, doorbell))) return;
  if (sent === 'no') await backToWaiting(sql, held.text.id);
  if (reason !== null)
    await sql`update texts set failures = failures + 1, updated_at = now() where id = ${held.text.id}`;
  await leaveDoorbell(sql, doorbell, afterMs, reason);
}

async function backToWaiting(sql: Sql, textId: string): Promise<void> {
  await sql`
    update texts set status = 'waiting', from_phone = null, attempted_at = null, updated_at = now()
    where id = ${textId} and status = 'sending'`;
}

/** How far a message has come, by the carrier's words. */
const PROGRESS = ['accepted', 'queued', 'sending', 'sent', 'undelivered', 'delivered', 'failed', 'read'];

/** It may come before the answer to the request that sent it, and settles that as well. */
async function keepReport(sql: Sql, { textId, sid, status, code }: TextReport): Promise<void> {
  const earlier = JSON.stringify(PROGRESS.slice(0, PROGRESS.indexOf(status) + 1));
  await sql`
    update texts
    set status = 'accepted', sid = ${sid}, updated_at = now(),
        carrier_status = case when carrier_status is null
                                or carrier_status in (select json_array_elements_text(${earlier}::text::json))
                              then ${status} else carrier_status end,
        error_code = coalesce(${code}, error_code)
    where id = ${textId} and (status = 'sending' or sid = ${sid})`;
}
