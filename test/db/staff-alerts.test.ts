import { expect, it } from 'vitest';
import { postgresConversationLog } from '../../db/conversations.ts';
import { postgresMessageStore } from '../../db/messages.ts';
import type { Database } from '../../db/postgres.ts';
import { radiance } from '../contract/booking-requests.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { messageOf } from '../contract/message-store.ts';
import { emptied, ownDatabase } from '../support/own-database.ts';

let database: Database;
ownDatabase(
  (opened) => {
    database = opened;
  },
  (sql) => emptied(sql, 'sms_threads'),
);

const texts = () =>
  database.withClinic(radiance.id, 'texts', async (sql) => {
    const rows = await sql<{ phone: string; body: string }[]>`
      select t.phone, x.body from texts x join sms_threads t on t.id = x.thread_id order by t.phone, x.seq`;
    return rows.map(({ phone, body }) => `${phone} ${body}`);
  });

async function ended(outcome: 'escalated' | 'browsing', endedBy = 'ava') {
  const conversation = conversationOf();
  const log = postgresConversationLog(database);
  const end = { ...conversation.ended(outcome), endedBy };
  for (const entry of [conversation.started, end, end]) log.write(entry);
  await log.close(10_000);
}

it('the staff line is told of a message, once however often it is left', async () => {
  const messages = postgresMessageStore(database);
  const message = messageOf({ customerName: 'Ada', content: { source: 'conversation', text: 'Call me "soon".' } });
  await messages.leave(message);
  await messages.leave(message);
  expect(await texts()).toEqual([
    `+15550100099 Radiance Med Spa: message from Ada, ${message.customerPhone}: "Call me "soon"." STOP ends texts.`,
  ]);
});

it('a conversation that needs a person is told of, and no other', async () => {
  await ended('browsing');
  expect(await texts()).toEqual([]);
  await ended('escalated');
  expect(await texts()).toEqual([expect.stringMatching(/^\+15550100099 Radiance Med Spa: a person is needed by \+1/)]);
});

it('a call that staff took is not told of', async () => {
  await ended('escalated', 'staff');
  expect(await texts()).toEqual([]);
});

it('a clinic’s own numbers for that are told instead', async () => {
  await database.unbound(
    'phones',
    (sql) => sql`update clinics set alert_phones = array['+15550109998', '+15550109997'] where id = ${radiance.id}`,
  );
  await ended('escalated');
  expect(await texts()).toEqual([expect.stringMatching(/^\+15550109997/), expect.stringMatching(/^\+15550109998/)]);
});
