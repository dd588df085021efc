/** Reads a conversation's rows back into the entries they were written from. */
import { z } from 'zod';
import type { Database, Sql } from '../../db/postgres.ts';
import { OUTCOMES } from '../../src/domain/ports.ts';
import { TOKEN_KINDS } from '../../src/domain/usage.ts';
import type { RecordedConversation } from '../support/memory-conversations.ts';

const conversation = z.object({
  channel: z.enum(['voice', 'web', 'sms']),
  customerPhone: z.string().nullable(),
  language: z.string(),
  startedAt: z.number(),
  outcome: z.enum(OUTCOMES).nullable(),
  endedAt: z.number().nullable(),
  endedBy: z.string().nullable(),
  counts: z
    .object({
      tokens: z.record(z.enum(TOKEN_KINDS), z.number()),
      transcription: z.object({ seconds: z.number(), tokensIn: z.number(), tokensOut: z.number() }),
    })
    .nullable(),
  costUsd: z.coerce.number(),
});
const call = z.object({
  callSid: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  ownerNode: z.string(),
});
/** What nobody knew was left out when it was written. */
function absent(stored: number | null): number | undefined {
  return stored ?? undefined;
}
const turn = z.object({
  n: z.number(),
  role: z.enum(['assistant', 'customer']),
  text: z.string(),
  startedAt: z.number(),
  endedAt: z.number(),
  interrupted: z.boolean(),
  answeredAfterMs: z.number().nullable().transform(absent),
  heardAfterMs: z.number().nullable().transform(absent),
});
const toolCall = z.object({
  n: z.number(),
  callId: z.string(),
  name: z.string(),
  arguments: z.unknown(),
  answer: z.unknown(),
  success: z.boolean(),
  error: z.string().nullable(),
  startedAt: z.number(),
  tookMs: z.number(),
});

export function readConversation(
  database: Database,
  clinicId: string,
  conversationId: string,
): Promise<RecordedConversation | undefined> {
  return database.withClinic(clinicId, 'read_conversation', async (sql) => {
    const rows = await readRows(sql, conversationId);
    if (rows === undefined) return undefined;
    const place = { clinicId, conversationId };
    const { outcome, endedAt, endedBy, counts, costUsd, ...start } = rows.conversation;
    return {
      started: { kind: 'started', ...place, ...start, call: rows.call },
      turns: rows.turns.map((row) => ({ kind: 'turn', ...place, ...row })),
      toolCalls: rows.toolCalls.map((row) => ({ kind: 'tool_call', ...place, ...row })),
      usage: counts === null ? undefined : { kind: 'usage', ...place, usage: { ...counts, costUsd } },
      ended:
        outcome === null || endedAt === null || endedBy === null
          ? undefined
          : { kind: 'ended', ...place, outcome, endedAt, endedBy },
    };
  });
}

async function readRows(sql: Sql, conversationId: string) {
  const [found] = await sql`
    select channel, customer_phone as "customerPhone", language, started_at as "startedAt", outcome,
           ended_at as "endedAt", ended_by as "endedBy", usage as counts, cost_usd as "costUsd"
    from conversations where id = ${conversationId}`;
  if (found === undefined) return undefined;
  const [dialled] = await sql`
    select call_sid as "callSid", from_phone as "from", to_phone as "to", owner_node as "ownerNode"
    from calls where conversation_id = ${conversationId}`;
  const turns = await sql`
    select n, role, text, started_at as "startedAt", ended_at as "endedAt", interrupted,
           answered_after_ms as "answeredAfterMs", heard_after_ms as "heardAfterMs"
    from turns where conversation_id = ${conversationId} order by n`;
  const toolCalls = await sql`
    select n, call_id as "callId", name, arguments, answer, success, error, started_at as "startedAt", took_ms as "tookMs"
    from tool_calls where conversation_id = ${conversationId} order by n`;
  return {
    conversation: conversation.parse(found),
    call: dialled === undefined ? null : call.parse(dialled),
    turns: turns.map((row) => turn.parse(row)),
    toolCalls: toolCalls.map((row) => toolCall.parse(row)),
  };
}
