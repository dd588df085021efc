/** A call that was cut off for good, and what its caller had been writing before they called. */
import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import type { Database } from '../../db/postgres.ts';
import { postgresThreadBook } from '../../db/thread-book.ts';
import { setWithStaff } from '../../db/threads.ts';
import { goOnByText } from '../../src/bin/cut-off.ts';
import { deal, NO_DEALINGS } from '../../src/domain/dealings.ts';
import type { AvaEventName } from '../../src/domain/events.ts';
import { newTextConversation } from '../../src/domain/texting.ts';
import { started } from '../../src/receptionist/texting.ts';
import { radiance } from '../contract/booking-requests.ts';
import { ownDatabase } from '../support/own-database.ts';

/** A Tuesday, ten in the morning in New York. */
const NOW = Date.parse('2026-11-24T15:00:00Z');
const TIMES = { settleMs: 0, wordlessMs: 0, usefulForMs: 3_600_000 };

let database: Database;
let told: AvaEventName[];
let phone = '+15550400000';

ownDatabase((opened) => {
  database = opened;
});
beforeEach(() => {
  told = [];
  phone = `+${Number(phone) + 1}`;
});

/** Their call breaks off with a time on offer. */
async function isCutOff(): Promise<void> {
  const [service] = radiance.services;
  const [provider] = radiance.providers;
  const startsAt = NOW + 24 * 3_600_000;
  const slot = { serviceId: service?.id ?? '', providerId: provider?.id ?? '', startsAt, endsAt: startsAt + 1_800_000 };
  const dealings = deal(NO_DEALINGS, { type: 'offered', slots: [slot], exact: null });
  const cut = { clinicId: radiance.id, conversationId: randomUUID(), phone, language: 'en', dealings, history: [] };
  await goOnByText(
    {
      book: postgresThreadBook(database, TIMES),
      directory: { byId: async () => radiance },
      bookings: postgresBookingStore(database),
      events: { emit: (name) => void told.push(name) },
      now: () => NOW,
    },
    cut,
  );
}

/** A conversation by text that is under way. Its id. */
async function writesBefore(): Promise<string> {
  const conversation = newTextConversation(randomUUID(), 'en', NOW);
  const text = { key: conversation.conversationId, body: 'How can I help?' };
  const entries = [started(conversation, radiance.id, phone)];
  const opened = { clinicId: radiance.id, phone, after: randomUUID(), conversation, entries, text };
  expect(await postgresThreadBook(database, TIMES).open(opened)).toBe(true);
  return conversation.conversationId;
}

/** Who ended their conversations, the first one first; null where one is under way. */
const endings = () =>
  database.unbound('endings', async (sql) => {
    const rows =
      await sql`select ended_by from conversations where customer_phone = ${phone} order by ended_at nulls last`;
    return rows.map((row) => row['ended_by']);
  });

const lastText = () =>
  database.unbound('last_text', async (sql) => {
    const [row] = await sql`
      select body from texts where thread_id = (select id from sms_threads where phone = ${phone}) order by seq desc`;
    return String(row?.['body']);
  });

it('what they wrote before they called is over, and they are written to about the call', async () => {
  await writesBefore();
  await isCutOff();
  expect(await endings()).toEqual(['call', null]);
  expect(await lastText()).toContain('our call was cut off');
  expect(told).toEqual(['call.ended', 'call.started']);
});

it('what still waits for an answer is answered first, and nothing is written about the call', async () => {
  await writesBefore();
  const text = {
    clinicId: radiance.id,
    from: phone,
    to: radiance.phone,
    messageSid: randomUUID(),
    body: 'And tomorrow?',
    media: 0,
  };
  await postgresThreadBook(database, TIMES).receive(text);
  await isCutOff();
  expect(await endings()).toEqual([null]);
  expect(told).toEqual([]);
});

it('what staff write is theirs', async () => {
  await writesBefore();
  await setWithStaff(database, radiance.id, phone, true);
  await isCutOff();
  expect(await endings()).toEqual([null]);
  expect(told).toEqual([]);
});
