/**
 * Scores in Postgres, and who is at which conversation: a score is owed while the conversation's row in the outbox is
 * due. Whoever claims the row asks the model; the score and the end of the row are one commit, so that whatever dies in
 * between has it claimed again, and what a lapsed claim brings does not count.
 */
import { z } from 'zod';
import { OUTCOMES } from '../src/domain/ports.ts';
import { type EndedConversation, RUBRIC_VERSION, type TranscriptTurn } from '../src/domain/rubric.ts';
import type { ScoreClaim, ScoreRequest, ScoreStore } from '../src/domain/score-store.ts';
import type { Verdict } from '../src/domain/scores.ts';
import { SCORE_CONVERSATION } from './outbox.ts';
import type { Database, Sql } from './postgres.ts';
import { noteWebhookEvents } from './webhook-events.ts';

const claimedRow = z.object({ attempts: z.number() });
const conversationRow = z.object({ outcome: z.enum(OUTCOMES).nullable() });

export function postgresScoreStore(database: Database): ScoreStore {
  const bound = <T>({ clinicId }: ScoreRequest, query: string, work: (sql: Sql) => Promise<T>): Promise<T> =>
    database.withClinic(clinicId, query, work);
  return {
    claim: (request) => bound(request, 'claim_score', (sql) => claim(sql, request)),
    keep: (held, verdict, failed) =>
      bound(held, 'keep_score', async (sql) => {
        const isHeld = await finish(sql, held);
        if (!isHeld) return false;
        await upsertScore(sql, held, verdict, failed);
        await noteWebhookEvents(sql, held.clinicId, 'conversation.scored', [held.conversationId]);
        return true;
      }),
    leave: (held, afterMs, reason) => bound(held, 'leave_score', (sql) => putOff(sql, held, afterMs, reason)),
  };
}

async function claim(sql: Sql, request: ScoreRequest): Promise<ScoreClaim | null> {
  const { conversationId, token, forMs } = request;
  const [row] = await sql`
    update outbox
    set claim_token = ${token}, claimed_until = now() + ${forMs}::float8 * interval '1 ms',
        ring_at = now() + ${forMs}::float8 * interval '1 ms', attempts = attempts + 1, updated_at = now()
    where id = (
      select id from outbox
      where kind = ${SCORE_CONVERSATION} and subject_id = ${conversationId} and status = 'due' and due_at <= now()
        and coalesce(claimed_until <= now(), true)
      for update skip locked)
    returning attempts`;
  if (row === undefined) return null;
  const conversation = await readEnded(sql, conversationId);
  if (conversation !== null) return { ...request, ...claimedRow.parse(row), conversation };
  // Erased meanwhile.
  await finish(sql, request);
  return null;
}

async function readEnded(sql: Sql, conversationId: string): Promise<EndedConversation | null> {
  const [found] = await sql`select outcome from conversations where id = ${conversationId} and status = 'ended'`;
  if (found === undefined) return null;
  const turns = await sql<TranscriptTurn[]>`
    select role, text from turns where conversation_id = ${conversationId} order by n`;
  return { ...conversationRow.parse(found), turns: turns.map(({ role, text }) => ({ role, text })) };
}

/** False where the row is not this claimant's any more. */
async function finish(sql: Sql, { conversationId, token }: ScoreRequest): Promise<boolean> {
  const { count } = await sql`
    update outbox
    set status = 'done', claim_token = null, claimed_until = null, reason = null, updated_at = now()
    where kind = ${SCORE_CONVERSATION} and subject_id = ${conversationId} and status = 'due' and claim_token = ${token}`;
  return count > 0;
}

async function putOff(
  sql: Sql,
  { conversationId, token }: ScoreClaim,
  afterMs: number,
  reason: string | null,
): Promise<void> {
  await sql`
    update outbox
    set due_at = now() + ${afterMs}::float8 * interval '1 ms', ring_at = now() + ${afterMs}::float8 * interval '1 ms',
        attempts = greatest(0, attempts - ${reason === null ? 1 : 0}::int), claim_token = null, claimed_until = null,
        reason = ${reason}, updated_at = now()
    where kind = ${SCORE_CONVERSATION} and subject_id = ${conversationId} and status = 'due' and claim_token = ${token}`;
}

async function upsertScore(
  sql: Sql,
  { clinicId, conversationId }: ScoreRequest,
  { score, model, usage }: Verdict,
  failed: boolean,
): Promise<void> {
  const { costUsd = null, ...counts } = usage ?? {};
  await sql`
    insert into scores (clinic_id, conversation_id, rubric_version, sentiment, satisfaction, summary, topics,
                        follow_up_needed, scoring_failed, model, usage, cost_usd)
    values (${clinicId}, ${conversationId}, ${RUBRIC_VERSION}, ${score.sentiment}, ${score.satisfaction}, ${score.summary},
            array(select json_array_elements_text(${JSON.stringify(score.topics)}::text::json)),
            ${score.followUpNeeded}, ${failed}, ${model}, ${usage && JSON.stringify(counts)}::text::jsonb, ${costUsd})
    on conflict (conversation_id, rubric_version) do update
    set sentiment = excluded.sentiment, satisfaction = excluded.satisfaction, summary = excluded.summary,
        topics = excluded.topics, follow_up_needed = excluded.follow_up_needed, scoring_failed = excluded.scoring_failed,
        model = excluded.model, usage = excluded.usage, cost_usd = excluded.cost_usd, scored_at = now()
    where scores.scoring_failed or not excluded.scoring_failed`;
}
