import { describe, expect, it } from 'vitest';
import { postgresMessageStore } from '../../db/messages.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import type { MessageContent, NewMessage } from '../../src/domain/ports.ts';
import { radiance } from '../contract/booking-requests.ts';
import { describeMessageStore, type MessageBench, messageOf } from '../contract/message-store.ts';
import { freshDatabase } from '../support/services.ts';

interface Row extends Omit<NewMessage, 'key' | 'content'> {
  readonly id: string;
  readonly source: string;
  readonly text: string;
  readonly sid: string;
  readonly url: string;
  readonly seconds: number | null;
}

async function openBench(): Promise<MessageBench & { readonly database: Database }> {
  const fresh = await freshDatabase();
  const database = openPostgres({ url: fresh.url, poolSize: 4 });
  return {
    database,
    store: postgresMessageStore(database),
    of: (clinicId) =>
      database.withClinic(clinicId, 'messages', async (sql) => {
        const rows = await sql<Row[]>`
          select id, clinic_id as "clinicId", conversation_id as "conversationId", customer_name as "customerName",
                 customer_phone as "customerPhone", created_at as now, source, text, recording_sid as sid,
                 recording_url as url, recording_seconds as seconds
          from messages order by created_at`;
        return rows.map(({ source, text, sid, url, seconds, ...row }) => {
          const content: MessageContent =
            source === 'conversation' ? { source, text } : { source: 'voicemail', recording: { sid, url, seconds } };
          return { ...row, content };
        });
      }),
    close: async () => {
      await database.close();
      await fresh.drop();
    },
  };
}

describeMessageStore('in Postgres', openBench);

describe('a message in Postgres', () => {
  it('is open until staff are done with it, and stays done when it is left again', async ({ onTestFinished }) => {
    const bench = await openBench();
    onTestFinished(() => bench.close());
    const message = messageOf();
    await bench.store.leave(message);
    const statuses = () =>
      bench.database.withClinic(radiance.id, 'status', async (sql) => {
        const rows = await sql<{ status: string }[]>`select status from messages`;
        return rows.map(({ status }) => status);
      });
    expect(await statuses()).toEqual(['open']);
    await bench.database.withClinic(
      radiance.id,
      'done',
      async (sql) => void (await sql`update messages set status = 'done'`),
    );
    await bench.store.leave(message);
    expect(await statuses()).toEqual(['done']);
  });
});
