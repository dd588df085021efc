/** The fixed phrases of all clinics as audio, and who renders which at the moment. */
import type { PhraseStore, StoredPhrase } from '../src/domain/ports.ts';
import type { Database } from './postgres.ts';

export function postgresPhraseStore(database: Database): PhraseStore {
  return {
    load: (clinicId, keys) =>
      database.withClinic(clinicId, 'load_phrases', async (sql) => {
        // `encode` breaks its lines.
        const rows = await sql<StoredPhrase[]>`
          select key, text, ms, translate(encode(audio, 'base64'), E'\n', '') as payload
          from phrases
          where clinic_id = ${clinicId} and key in (select json_array_elements_text(${JSON.stringify(keys)}::text::json))`;
        return rows.map((row) => ({ ...row }));
      }),

    keep: (clinicId, phrases) =>
      database.withClinic(clinicId, 'keep_phrases', async (sql) => {
        await sql`
          insert into phrases (clinic_id, key, text, ms, audio)
          select ${clinicId}, key, text, round(ms), decode(payload, 'base64')
          from json_to_recordset(${JSON.stringify(phrases)}::text::json) as p(key text, text text, ms float8, payload text)
          order by key
          on conflict do nothing`;
      }),

    retire: (clinicId, keys) =>
      database.withClinic(clinicId, 'retire_phrases', async (sql) => {
        const { count } = await sql`
          delete from phrases
          where clinic_id = ${clinicId}
            and key not in (select json_array_elements_text(${JSON.stringify(keys)}::text::json))`;
        return count;
      }),

    claim: (clinicId, holder, forMs) =>
      database.withClinic(clinicId, 'claim_phrases', async (sql) => {
        const { count } = await sql`
          insert into phrase_claims (clinic_id, holder, until)
          values (${clinicId}, ${holder}, now() + ${forMs} * interval '1 millisecond')
          on conflict (clinic_id) do update set holder = excluded.holder, until = excluded.until
          where phrase_claims.holder = excluded.holder or phrase_claims.until <= now()`;
        return count > 0;
      }),

    release: (clinicId, holder) =>
      database.withClinic(clinicId, 'release_phrases', async (sql) => {
        await sql`delete from phrase_claims where clinic_id = ${clinicId} and holder = ${holder}`;
      }),
  };
}
