/** Conversations as they stand in the database, for people who look at one: the caller's console, later the dashboard. */
import type { Database, Sql } from './postgres.ts';

export interface StoredToolCall {
  readonly n: number;
  readonly name: string;
  readonly arguments: unknown;
  readonly success: boolean;
  readonly error: string | null;
  readonly tookMs: number;
}

export interface StoredAppointment {
  readonly id: string;
  readonly status: string;
  readonly service: string;
  readonly provider: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly customer: string;
  readonly phone: string;
  readonly email: string | null;
}

/** A message for staff that was left in the conversation. */
export interface StoredMessage {
  readonly id: string;
  readonly status: string;
  readonly customer: string | null;
  readonly phone: string | null;
  readonly text: string | null;
  readonly recordingUrl: string | null;
}

/** How it went, by the newest rubric it was scored by. */
export interface StoredScore {
  readonly sentiment: string;
  readonly satisfaction: number;
  readonly summary: string | null;
  readonly topics: readonly string[];
  readonly followUpNeeded: boolean;
  readonly failed: boolean;
}

export interface StoredConversation {
  readonly id: string;
  readonly status: string;
  readonly outcome: string | null;
  /** What the model's service cost so far, in US dollars; null until something was told. */
  readonly costUsd: number | null;
  readonly turns: readonly {
    readonly n: number;
    readonly role: 'assistant' | 'customer';
    readonly text: string;
    readonly interrupted: boolean;
  }[];
  readonly toolCalls: readonly StoredToolCall[];
  readonly appointments: readonly StoredAppointment[];
  readonly messages: readonly StoredMessage[];
  /** Null until it is scored, some seconds after its end. */
  readonly score: StoredScore | null;
}

/** The conversation a phone call carried, as far as it is stored by now; undefined before its first entry is. */
export function conversationOfCall(
  database: Database,
  clinicId: string,
  callSid: string,
): Promise<StoredConversation | undefined> {
  return database.withClinic(clinicId, 'conversation_of_call', async (sql) => {
    const [found] = await sql<{ id: string; status: string; outcome: string | null; costUsd: number | null }[]>`
      select v.id, v.status, v.outcome, v.cost_usd::float8 as "costUsd"
      from calls c join conversations v on v.id = c.conversation_id
      where c.call_sid = ${callSid}`;
    if (!found) return undefined;
    return { ...found, ...(await contents(sql, found.id)) };
  });
}

/** The newest conversation by text with a telephone; undefined where there is none. */
export function conversationByText(
  database: Database,
  clinicId: string,
  phone: string,
): Promise<StoredConversation | undefined> {
  return database.withClinic(clinicId, 'conversation_by_text', async (sql) => {
    const [found] = await sql<{ id: string; status: string; outcome: string | null; costUsd: number | null }[]>`
      select id, status, outcome, cost_usd::float8 as "costUsd"
      from conversations
      where channel = 'sms' and customer_phone = ${phone}
      order by started_at desc limit 1`;
    if (!found) return undefined;
    return { ...found, ...(await contents(sql, found.id)) };
  });
}

async function contents(
  sql: Sql,
  id: string,
): Promise<Pick<StoredConversation, 'turns' | 'toolCalls' | 'appointments' | 'messages' | 'score'>> {
  const turns = await sql<StoredConversation['turns'][number][]>`
    select n, role, text, interrupted from turns where conversation_id = ${id} order by n`;
  const toolCalls = await sql<StoredToolCall[]>`
    select n, name, arguments, success, error, took_ms as "tookMs"
    from tool_calls where conversation_id = ${id} order by n`;
  const appointments = await sql<StoredAppointment[]>`
    select a.id, a.status, s.name as service, p.name as provider, a.starts_at as "startsAt", a.ends_at as "endsAt",
           k.name as customer, k.phone, k.email
    from appointments a
    join services s on s.id = a.service_id
    join providers p on p.id = a.provider_id
    join customers k on k.id = a.customer_id
    where a.conversation_id = ${id} order by a.starts_at`;
  const messages = await sql<StoredMessage[]>`
    select id, status, customer_name as customer, customer_phone as phone, text, recording_url as "recordingUrl"
    from messages where conversation_id = ${id} order by created_at`;
  const [score = null] = await sql<StoredScore[]>`
    select sentiment, satisfaction::float8 as satisfaction, summary, to_json(topics) as topics,
           follow_up_needed as "followUpNeeded", scoring_failed as failed
    from scores where conversation_id = ${id} order by rubric_version desc limit 1`;
  return { turns, toolCalls, appointments, messages, score };
}
