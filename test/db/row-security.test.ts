import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresConversationLog } from '../../db/conversations.ts';
import { postgresMessageStore } from '../../db/messages.ts';
import { postgresPhraseStore } from '../../db/phrases.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { bookingRequest, holdRequest, lumen, radiance, waitlistRequest } from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { messageOf } from '../contract/message-store.ts';
import { phrase } from '../contract/phrase-store.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const FACTS = [
  'clinics',
  'opening_hours',
  'special_days',
  'special_day_hours',
  'services',
  'providers',
  'provider_services',
  'provider_hours',
  'staff_hours',
  'resources',
  'time_off',
  'clinic_changes',
];
const PRIVATE = [
  'customers',
  'appointments',
  'holds',
  'occupied',
  'outbox',
  'conversations',
  'turns',
  'tool_calls',
  'calls',
  'phrases',
  'phrase_claims',
  'messages',
  'waitlist',
];
/** Of the whole installation, and of no clinic. */
const OPERATIONAL = ['nodes'];
const REFUSED = /row-level security|permission denied/;

describe('a transaction bound to one clinic', () => {
  let fresh: FreshService;
  let database: Database;
  let appointmentId: string;
  let conversationId: string;

  beforeAll(async () => {
    fresh = await freshDatabase();
    database = openPostgres({ url: fresh.url, poolSize: 4 });
    const store = postgresBookingStore(database);
    const conversation = conversationOf(lumen.id);
    conversationId = conversation.conversationId;
    appointmentId = booked(await store.book(bookingRequest({ clinic: lumen, conversationId }))).id;
    await store.hold(holdRequest({ clinic: lumen, at: 60 }));
    const serviceId = lumen.services[0]?.id ?? '';
    await store.joinWaitlist(waitlistRequest({ clinicId: lumen.id, serviceId }));
    const log = postgresConversationLog(database);
    for (const entry of [conversation.started, conversation.turn(1, 'Hello.'), conversation.toolCall(1)])
      log.write(entry);
    await log.close(10_000);
    const phrases = postgresPhraseStore(database);
    await phrases.keep(lumen.id, [phrase('greeting')]);
    await phrases.claim(lumen.id, 'node-a', 60_000);
    await postgresMessageStore(database).leave(messageOf({ clinicId: lumen.id }));
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  const count = (table: string, clinicId: string) =>
    database.withClinic(clinicId, 'count', async (sql) => {
      const [row] = await sql`select count(*)::int as n from ${sql(table)}`;
      return Number(row?.['n']);
    });

  it('covers every table there is', async () => {
    const tables = await database.unbound(
      'tables',
      (sql) => sql<{ relname: string }[]>`
      select relname from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'migrations'`,
    );
    expect(tables.map(({ relname }) => relname).toSorted()).toEqual([...FACTS, ...PRIVATE, ...OPERATIONAL].toSorted());
  });

  it.each(PRIVATE)('sees its own rows of %s and none of another clinic', async (table) => {
    expect(await count(table, lumen.id)).toBeGreaterThan(0);
    expect(await count(table, radiance.id)).toBe(0);
  });

  it.each(OPERATIONAL)('cannot even look at %s', async (table) => {
    await expect(count(table, radiance.id)).rejects.toThrow(REFUSED);
  });

  it.each(FACTS)('sees no fact of another clinic in %s', async (table) => {
    const foreign = await database.withClinic(radiance.id, 'count', (sql) =>
      table === 'clinics'
        ? sql`select from clinics where id <> ${radiance.id}`
        : sql`select from ${sql(table)} where clinic_id <> ${radiance.id}`,
    );
    expect(foreign).toHaveLength(0);
  });

  it('sees nothing at all as a clinic that does not exist', async () => {
    for (const table of [...FACTS, ...PRIVATE]) expect(await count(table, randomUUID())).toBe(0);
  });

  it('changes nothing of another clinic, even by id', async () => {
    const changed = await database.withClinic(radiance.id, 'change', async (sql) => [
      await sql`update appointments set status = 'cancelled' where id = ${appointmentId}`,
      await sql`update conversations set outcome = 'failed' where id = ${conversationId}`,
      await sql`update customers set name = 'Nobody'`,
      await sql`delete from holds`,
      await sql`delete from occupied`,
    ]);
    expect(changed.map((result) => result.count)).toEqual([0, 0, 0, 0, 0]);
  });

  it('cannot write a row for another clinic', async () => {
    const insert = database.withClinic(
      radiance.id,
      'insert',
      (sql) => sql`insert into customers (clinic_id, phone) values (${lumen.id}, '+15550129999')`,
    );
    await expect(insert).rejects.toThrow(REFUSED);
    const move = database.withClinic(lumen.id, 'move', (sql) => sql`update customers set clinic_id = ${radiance.id}`);
    await expect(move).rejects.toThrow(REFUSED);
  });

  it('cannot book a provider of another clinic', async () => {
    const { slot, ...request } = bookingRequest({ at: 300 });
    const foreign = { ...slot, providerId: lumen.providers[0]?.id ?? '' };
    await expect(postgresBookingStore(database).book({ ...request, slot: foreign })).rejects.toThrow('foreign key');
  });

  it('cannot attach a turn to a conversation of another clinic', async () => {
    const attach = database.withClinic(
      radiance.id,
      'attach',
      (sql) => sql`
      insert into turns (clinic_id, conversation_id, n, role, text, started_at, ended_at)
      values (${radiance.id}, ${conversationId}, 9, 'customer', 'Hi.', now(), now())`,
    );
    await expect(attach).rejects.toThrow('foreign key');
  });

  it('cannot change the facts of its own clinic', async () => {
    const change = database.withClinic(radiance.id, 'change', (sql) => sql`update services set price_cents = 0`);
    await expect(change).rejects.toThrow(REFUSED);
  });

  it('leaves its role and its clinic behind on the pooled connection', async () => {
    const one = openPostgres({ url: fresh.url, poolSize: 1 });
    const who = () =>
      one.unbound('who', (sql) => sql`select current_user = session_user as itself, ava_clinic_id() as clinic`);
    await one.withClinic(radiance.id, 'read', (sql) => sql`select 1`);
    expect(await who()).toEqual([{ itself: true, clinic: null }]);
    await one.withClinic(radiance.id, 'fail', (sql) => sql`select 1 / 0`).catch(() => {});
    expect(await who()).toEqual([{ itself: true, clinic: null }]);
    await one.close();
  });
});
