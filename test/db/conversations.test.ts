import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { foldsOf } from '../../db/call-events.ts';
import { postgresCallRegister } from '../../db/call-register.ts';
import { type PostgresConversationLog, postgresConversationLog } from '../../db/conversations.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import type { CallFence } from '../../src/domain/call-keeping.ts';
import { bookingRequest, radiance } from '../contract/booking-requests.ts';
import { conversationOf, describeConversationLog } from '../contract/conversation-log.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';
import { readConversation } from './recorded-conversation.ts';

const DEADLINE_MS = 10_000;

describeConversationLog('in Postgres', async () => {
  const fresh = await freshDatabase();
  const database = openPostgres({ url: fresh.url, poolSize: 4 });
  const stale: CallFence[] = [];
  const log = postgresConversationLog(database, { flushMs: 20, onStale: (owner) => stale.push(owner) });
  return {
    log,
    register: postgresCallRegister(database),
    stale,
    read: (clinicId, conversationId) => readConversation(database, clinicId, conversationId),
    folds: (clinicId, conversationId) => foldsOf(database, clinicId, conversationId),
    close: async () => {
      await log.close(DEADLINE_MS);
      await database.close();
      await fresh.drop();
    },
  };
});

describe('the conversation log in Postgres, besides', () => {
  let fresh: FreshService;
  let database: Database;
  let log: PostgresConversationLog | undefined;

  beforeEach(async () => {
    fresh = await freshDatabase();
    database = openPostgres({ url: fresh.url, poolSize: 4 });
  });
  afterEach(async () => {
    await log?.close(DEADLINE_MS);
    await database.close();
    await fresh.drop();
  });

  it('writes on its own, without being asked to settle', async () => {
    log = postgresConversationLog(database, { flushMs: 20 });
    const { clinicId, conversationId, started } = conversationOf();
    log.write(started);
    await expect
      .poll(() => readConversation(database, clinicId, conversationId), { timeout: DEADLINE_MS })
      .toBeDefined();
    expect(log.pending()).toBe(0);
  });

  it('stores characters that Postgres refuses as replacement characters', async () => {
    log = postgresConversationLog(database);
    const { clinicId, conversationId, started, turn, toolCall } = conversationOf();
    log.write(started);
    log.write(turn(1, 'zero \u0000 half \ud83d whole \u{1f600} backslash \\u0000'));
    log.write(toolCall(1, { arguments: { 'a\u0000b': '\udc00' } }));
    await log.settled(DEADLINE_MS);
    const stored = await readConversation(database, clinicId, conversationId);
    expect(stored?.turns[0]?.text).toBe('zero \ufffd half \ufffd whole \u{1f600} backslash \\u0000');
    expect(stored?.toolCalls[0]?.arguments).toEqual({ 'a\ufffdb': '\ufffd' });
  });

  it('drops and reports what Postgres refuses for good, and stores all the rest', async () => {
    const dropped: string[] = [];
    log = postgresConversationLog(database, { onDropped: (count, cause) => dropped.push(`${count} ${cause}`) });
    const [good, orphan] = [conversationOf(), conversationOf()];
    for (const entry of [good.started, orphan.turn(1, 'Nobody started this.'), good.turn(1, 'Hello.'), good.ended()])
      log.write(entry);
    await log.settled(DEADLINE_MS);
    expect(dropped).toEqual(['1 refused']);
    expect(await readConversation(database, good.clinicId, good.conversationId)).toMatchObject({
      turns: [good.turn(1, 'Hello.')],
      ended: good.ended(),
    });
  });

  it('keeps the last activity and the end of the phone call', async () => {
    log = postgresConversationLog(database);
    const { clinicId, conversationId, started, turn, ended } = conversationOf();
    for (const entry of [started, turn(3, 'Later.'), turn(1, 'Earlier.')]) log.write(entry);
    await log.settled(DEADLINE_MS);
    const activity = () =>
      database.withClinic(
        clinicId,
        'read',
        (sql) => sql`
        select last_activity_at, conversations.status, calls.status as call_status, calls.ended_at
        from conversations join calls on calls.conversation_id = conversations.id
        where conversations.id = ${conversationId}`,
      );
    expect(await activity()).toEqual([
      { last_activity_at: turn(3, '').endedAt, status: 'active', call_status: 'live', ended_at: null },
    ]);
    log.write(ended());
    await log.settled(DEADLINE_MS);
    expect(await activity()).toEqual([
      { last_activity_at: ended().endedAt, status: 'ended', call_status: 'ended', ended_at: ended().endedAt },
    ]);
  });

  it('names the customer: known by the number at the start, or booked for by the end', async () => {
    log = postgresConversationLog(database);
    const store = postgresBookingStore(database);
    const known = conversationOf();
    const web = conversationOf();
    await store.book(bookingRequest({ phone: '+15550123456', name: 'Ada Quinn' }));
    log.write(known.started);
    log.write({ ...web.started, channel: 'web', customerPhone: null, call: null });
    await store.book(
      bookingRequest({ phone: '+15550127777', name: 'Bea Ray', at: 60, conversationId: web.conversationId }),
    );
    log.write(web.ended('appointment_scheduled'));
    await log.settled(DEADLINE_MS);
    const customerOf = (conversationId: string) =>
      database.withClinic(
        radiance.id,
        'read',
        (sql) => sql`
        select name from conversations join customers on customers.id = customer_id
        where conversations.id = ${conversationId}`,
      );
    expect(await customerOf(known.conversationId)).toEqual([{ name: 'Ada Quinn' }]);
    expect(await customerOf(web.conversationId)).toEqual([{ name: 'Bea Ray' }]);
  });

  it('lets what calls folded go before anything that was said, the oldest of it first, and counts it apart', async () => {
    const lost = { words: 0, folds: 0 };
    const unreachable = openPostgres({ url: 'postgres://nobody@127.0.0.1:1/none', poolSize: 1, connectTimeoutMs: 200 });
    log = postgresConversationLog(unreachable, {
      maxFolds: 150,
      onDropped: (count) => (lost.words += count),
      onFoldsDropped: (count) => (lost.folds += count),
    });
    const { started, turn, folded } = conversationOf();
    log.write(started);
    for (let n = 0; n < 200; n += 1) log.write(folded(n));
    log.write(turn(1, 'Hello.'));
    expect(lost).toEqual({ words: 0, folds: 100 });
    expect(log.pending()).toBe(102);
    await expect(log.close(50)).rejects.toThrow('were not stored within 50 ms');
    log = undefined;
    await unreachable.close();
  });

  it('keeps the newest and the frame of conversations when it overflows, and counts what went', async () => {
    let dropped = 0;
    const unreachable = openPostgres({ url: 'postgres://nobody@127.0.0.1:1/none', poolSize: 1, connectTimeoutMs: 200 });
    log = postgresConversationLog(unreachable, { maxBuffered: 10, onDropped: (count) => (dropped += count) });
    const { started, turn, ended } = conversationOf(radiance.id, randomUUID());
    log.write(started);
    for (let n = 1; n <= 30; n += 1) log.write(turn(n, 'Word.'));
    log.write(ended());
    expect(log.pending()).toBe(10);
    expect(dropped).toBe(22);
    await expect(log.close(50)).rejects.toThrow('were not stored within 50 ms');
    log = undefined;
    await unreachable.close();
  });
});
