/** What is known of whoever calls from a number, in Postgres. */
import { z } from 'zod';
import type { RecogniseCaller, TextedLine } from '../src/domain/known-caller.ts';
import { textConversationIn } from '../src/domain/texting.ts';
import type { Database } from './postgres.ts';

const callerRow = z.object({ name: z.string().nullable(), conversation: z.unknown() });

export function postgresKnownCallers(database: Database): RecogniseCaller {
  return async (clinicId, phone) => {
    const [[row]] = await database.readClinic(clinicId, 'known_caller', (sql) => [
      sql`
        select (select nullif(name, '') from customers where clinic_id = ${clinicId} and phone = ${phone}) as name,
               (select conversation from sms_threads
                where clinic_id = ${clinicId} and phone = ${phone} and conversation_id is not null) as conversation`,
    ]);
    const { name, conversation } = callerRow.parse(row);
    return { name, texted: linesOf(conversation) };
  };
}

function linesOf(stored: unknown): readonly TextedLine[] {
  const history = textConversationIn(stored)?.history ?? [];
  return history.flatMap((item): readonly TextedLine[] =>
    item.kind === 'customer' || item.kind === 'assistant' ? [{ by: item.kind, text: item.text }] : [],
  );
}
