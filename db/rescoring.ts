/** Has conversations scored again: rings their doorbells, apart in time, so that today's calls are scored in between. */
import { RUBRIC_VERSION } from '../src/domain/rubric.ts';
import { SCORE_CONVERSATION } from './outbox.ts';
import type { Database } from './postgres.ts';

export interface Rescoring {
  /** Of this clinic; null: of all. */
  readonly clinicId: string | null;
  /** Ended at this time or later; null: whenever. */
  readonly since: Date | null;
  /** Only where scoring by the present rubric failed. */
  readonly failedOnly: boolean;
}

/** Between two doorbells: no more than a worker answers. */
const APART_MS = 500;

/** Rings for each conversation that has ended and is meant, the latest first; answers how many there were. */
export function rescore(database: Database, { clinicId, since, failedOnly }: Rescoring): Promise<number> {
  return database.unbound('rescore', async (sql) => {
    const from = since?.toISOString() ?? null;
    const { count } = await sql`
      with meant as (
        select clinic_id, id, now() + (row_number() over (order by ended_at desc, id) - 1)
                                    * ${APART_MS}::float8 * interval '1 ms' as at
        from conversations as c
        where status = 'ended'
          and (${clinicId}::uuid is null or clinic_id = ${clinicId}::uuid)
          and (${from}::timestamptz is null or ended_at >= ${from}::timestamptz)
          and (not ${failedOnly}::boolean or exists (
            select from scores as s
            where s.conversation_id = c.id and s.rubric_version = ${RUBRIC_VERSION} and s.scoring_failed)))
      insert into outbox (clinic_id, kind, subject_id, due_at, ring_at)
      select clinic_id, ${SCORE_CONVERSATION}, id, at, at from meant
      on conflict (kind, subject_id) where status = 'due' do update set updated_at = now()`;
    return count;
  });
}
