import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresCallRegister } from '../../db/call-register.ts';
import { postgresConversationLog } from '../../db/conversations.ts';
import { postgresMessageStore } from '../../db/messages.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { isOutage } from '../../db/postgres-errors.ts';
import { StaleOwner } from '../../src/domain/call-keeping.ts';
import { bookingRequest, busyQuery } from '../contract/booking-requests.ts';
import { describeCallFences, type FenceBench } from '../contract/call-fences.ts';
import { claimed, claimOf, fenceOf } from '../contract/call-register.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { freshDatabase } from '../support/services.ts';

async function openBench(): Promise<FenceBench & { readonly database: Database }> {
  const fresh = await freshDatabase();
  const database = openPostgres({ url: fresh.url, poolSize: 20 });
  return {
    database,
    register: postgresCallRegister(database, { patienceMs: 20_000 }),
    bookings: postgresBookingStore(database),
    messages: postgresMessageStore(database),
    count: (clinicId) =>
      database.withClinic(clinicId, 'count', async (sql) => {
        const [row] = await sql`
          select (select count(*)::int from messages) + (select count(*)::int from waitlist) as n`;
        return Number(row?.['n']);
      }),
    close: async () => {
      await database.close();
      await fresh.drop();
    },
  };
}

describeCallFences('in Postgres', openBench);

const SOON = { timeout: 10_000 };

describe('a fence in Postgres', () => {
  const call = claimOf();
  const booking = { ...bookingRequest(), fence: fenceOf(call, 2) };

  /** A call of its second owner's. */
  async function taken() {
    const bench = await openBench();
    onTestFinished(() => bench.close());
    expect(await bench.register.claim(call)).toEqual(claimed(2));
    /** Resolves when so many statements wait for a lock. */
    const waiting = (count: number) =>
      vi.waitFor(async () => {
        const rows = await bench.database.unbound(
          'waiting',
          (sql) => sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        expect(rows).toHaveLength(count);
      }, SOON);
    return { ...bench, waiting };
  }

  it('keeps a claim waiting for what the owner has begun', async () => {
    const { database, bookings, register, waiting } = await taken();
    const { made, claim } = await database.transaction('hold', async (sql) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${booking.slot.providerId}, 0))`;
      const made = bookings.book(booking);
      await waiting(1);
      const claim = register.claim(call);
      await waiting(2);
      return { made, claim };
    });
    expect(await made).toMatchObject({ kind: 'booked' });
    expect(await claim).toEqual(claimed(3));
  });

  it('keeps a claim waiting for what the owner’s record is being told', async () => {
    const { database, register, waiting } = await taken();
    const { started, turn, ended, ...place } = conversationOf();
    const other = claimOf({ ...place, callSid: started.call?.callSid ?? '' });
    const log = postgresConversationLog(database);
    for (const entry of [started, turn(1, 'Hello.')]) log.write(entry);
    await log.settled(10_000);
    const { claim } = await database.transaction('hold', async (sql) => {
      await sql`update turns set text = text`;
      for (const entry of [turn(1, 'Hello?'), ended()]) log.write({ ...entry, fence: fenceOf(other, 1) });
      const closing = log.close(10_000);
      await waiting(1);
      const answer = register.claim(other);
      await waiting(2);
      return { claim: Promise.all([answer, closing]) };
    });
    expect(await claim).toEqual([{ kind: 'ended' }, undefined]);
  });

  it('has the owner’s record wait for a claim that is under way, and be told nothing more', async () => {
    const { database, waiting } = await taken();
    const { started, turn, conversationId, clinicId } = conversationOf();
    const log = postgresConversationLog(database);
    for (const entry of [started, turn(1, 'Hello.')]) log.write(entry);
    await log.settled(10_000);
    const { stored } = await database.transaction('hold', async (sql) => {
      await sql`update calls set owner_epoch = owner_epoch + 1 where conversation_id = ${conversationId}`;
      log.write({ ...turn(2, 'Is anybody there?'), fence: { callSid: started.call?.callSid ?? '', epoch: 1 } });
      const stored = log.close(10_000);
      await waiting(1);
      return { stored };
    });
    await stored;
    const said = await database.withClinic(
      clinicId,
      'said',
      (sql) => sql`select text from turns where conversation_id = ${conversationId}`,
    );
    expect(said.map(({ text }) => text)).toEqual(['Hello.']);
  });

  it('keeps a claim waiting for no longer than a second: the owner may be frozen', async () => {
    const { database } = await taken();
    const register = postgresCallRegister(database);
    await database.transaction('hold', async (sql) => {
      await sql`select from calls where call_sid = ${call.callSid} for share`;
      const begunAt = performance.now();
      await expect(register.claim(call)).rejects.toSatisfy(isOutage);
      expect(performance.now() - begunAt).toBeLessThan(3_000);
    });
    expect(await register.claim(call)).toEqual(claimed(3));
  });

  it('keeps none of the claims waiting that are made at once with one of a frozen owner’s', async () => {
    const { database } = await taken();
    const register = postgresCallRegister(database);
    const others = Array.from({ length: 5 }, () => claimOf({ clinicId: call.clinicId }));
    await database.transaction('hold', async (sql) => {
      await sql`select from calls where call_sid = ${call.callSid} for share`;
      const held = [register.claim(others[0] ?? call), register.claim(call).catch((error: unknown) => isOutage(error))];
      const free = others.slice(1).map((other) => register.claim(other));
      expect(await Promise.race([Promise.all(free), held[1]])).toEqual(free.map(() => claimed(2)));
      expect(await held[1]).toBe(true);
    });
  });

  it('waits for a claim that is under way', async () => {
    const { database, bookings, waiting } = await taken();
    const { late } = await database.transaction('hold', async (sql) => {
      await sql`update calls set owner_epoch = owner_epoch + 1`;
      const late = bookings.book(booking).catch((error: unknown) => error);
      await waiting(1);
      return { late };
    });
    expect(await late).toBeInstanceOf(StaleOwner);
    expect(await bookings.busy(busyQuery())).toEqual([]);
  });
});
