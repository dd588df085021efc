/** Messages to customers that are to be sent, noted in the transaction that makes them necessary. */
import { createHash } from 'node:crypto';
import { splitText, textLength } from '../src/domain/text-length.ts';
import type { NewText } from '../src/domain/texts.ts';
import { ringForTexts } from './outbox.ts';
import type { Sql } from './postgres.ts';
import { lockThread } from './threads.ts';

/** Has a message sent, once for its key, after those of its thread that were queued before. */
export async function queueText(sql: Sql, clinicId: string, { to, ...text }: NewText): Promise<void> {
  const { threadId } = await lockThread(sql, clinicId, to);
  await queueOn(sql, clinicId, threadId, text);
}

/** The same on a thread that is locked already. */
export async function queueOn(sql: Sql, clinicId: string, threadId: string, text: Omit<NewText, 'to'>): Promise<void> {
  await Promise.all([
    ...splitText(text.body).map((body, n) => insertText(sql, clinicId, threadId, text, body, n)),
    ringForTexts(sql, clinicId, threadId),
  ]);
}

async function insertText(
  sql: Sql,
  clinicId: string,
  threadId: string,
  { key, conversationId, usefulForMs, appointment }: Omit<NewText, 'to'>,
  body: string,
  part: number,
): Promise<void> {
  await sql`
    insert into texts (clinic_id, thread_id, text_key, conversation_id, body, segments, useful_until, appointment_id,
                       appointment_version)
    values (${clinicId}, ${threadId}, ${hashed(`${key}/${part}`)}, ${conversationId}, ${body}, ${textLength(body).segments},
            now() + ${usefulForMs}::float8 * interval '1 ms', ${appointment?.id ?? null}, ${appointment?.version ?? null})
    on conflict (clinic_id, text_key) do nothing`;
}

/** A key may be longer than an index takes. */
function hashed(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
