import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { type PostgresConversationLog, postgresConversationLog } from '../../db/conversations.ts';
import { type Database, openPostgres, type PostgresSettings } from '../../db/postgres.ts';
import { DatabaseUnavailable, isOutage } from '../../db/postgres-errors.ts';
import {
  bookingRequest,
  busyQuery,
  cancelRequest,
  holdRequest,
  MINUTE_MS,
  MORNING,
  moveRequest,
  radiance,
  waitlistRequest,
} from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';
import { readConversation } from './recorded-conversation.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const DEADLINE_MS = 10_000;

describe('with Postgres failing', () => {
  let fresh: FreshService;
  let proxy: TcpProxy;
  let database: Database;
  let direct: Database;

  beforeEach(async () => {
    fresh = await freshDatabase();
    proxy = await openTcpProxy(fresh.url);
    direct = openPostgres({ url: fresh.url, poolSize: 2 });
  });
  afterEach(async () => {
    proxy.mend();
    await database.close();
    await direct.close();
    await proxy.close();
    await fresh.drop();
  });

  function open(settings: Partial<PostgresSettings> = {}): Database {
    database = openPostgres({ url: proxy.url, poolSize: 2, ...settings });
    return database;
  }

  it('finds the booking whose COMMIT was done but never answered, and makes no second one', async () => {
    const store = postgresBookingStore(open({ poolSize: 1 }));
    proxy.loseAnswerTo('commit');
    const result = await store.book(bookingRequest());
    expect(result).toMatchObject({ kind: 'booked', replayed: false });
    expect(await postgresBookingStore(direct).busy(busyQuery())).toHaveLength(1);
    const rows = await direct.unbound('read', (sql) => sql`select count(*)::int as n from appointments`);
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('moves and cancels once where COMMIT was done but never answered, and answers what was done', async () => {
    const store = postgresBookingStore(open({ poolSize: 1 }));
    const { id } = booked(await store.book(bookingRequest()));
    proxy.loseAnswerTo('commit');
    const moved = await store.reschedule(moveRequest(id, { at: 60 }));
    expect(moved).toMatchObject({ kind: 'rescheduled', appointment: { version: 2 } });
    expect(await postgresBookingStore(direct).busy(busyQuery())).toMatchObject([
      { startsAt: MORNING + 60 * MINUTE_MS },
    ]);
    proxy.loseAnswerTo('commit');
    expect(await store.cancel(cancelRequest(id))).toMatchObject({ kind: 'cancelled', appointment: { version: 3 } });
    expect(await postgresBookingStore(direct).busy(busyQuery())).toEqual([]);
  });

  it('puts a customer on the waitlist once, though the COMMIT was never answered', async () => {
    const store = postgresBookingStore(open({ poolSize: 1 }));
    proxy.loseAnswerTo('commit');
    const id = await store.joinWaitlist(waitlistRequest());
    expect(await direct.unbound('read', (sql) => sql`select id from waitlist`)).toEqual([{ id }]);
  });

  it('books after a connection broke in the middle of the transaction', async () => {
    const store = postgresBookingStore(open({ poolSize: 1 }));
    proxy.loseAnswerTo('pg_advisory_xact_lock');
    expect(await store.book(bookingRequest())).toMatchObject({ kind: 'booked', replayed: false });
    expect(await store.busy(busyQuery())).toHaveLength(1);
  });

  it('holds and reads through connections that died while they were unused', async () => {
    const store = postgresBookingStore(open());
    await Promise.all([store.busy(busyQuery()), store.busy(busyQuery())]);
    proxy.cut();
    expect(await store.hold(holdRequest())).toBe('held');
    proxy.cut();
    expect(await store.busy(busyQuery())).toHaveLength(1);
  });

  it('says so within the limits while Postgres refuses connections, and recovers by itself', async () => {
    const store = postgresBookingStore(open());
    proxy.cut({ refusing: true });
    const error = await store.book(bookingRequest()).catch((failure: unknown) => failure);
    expect(isOutage(error)).toBe(true);
    proxy.mend();
    await expect.poll(() => store.book(bookingRequest()), { timeout: DEADLINE_MS }).toMatchObject({ kind: 'booked' });
  });

  it('gives up at the deadline where Postgres falls silent, commits nothing later, and drops the dead connection', async () => {
    const patience = {
      deadlineMs: 300,
      statementTimeoutMs: 300,
      connectTimeoutMs: 300,
      idleTimeoutMs: 300,
      poolSize: 1,
    };
    const store = postgresBookingStore(open(patience));
    await store.busy(busyQuery());
    proxy.silence();
    await expect(store.book(bookingRequest())).rejects.toThrow(DatabaseUnavailable);
    proxy.mend();
    await expect.poll(() => database.ping().catch(() => -1), { timeout: DEADLINE_MS }).toBeGreaterThan(0);
    expect(await postgresBookingStore(direct).busy(busyQuery())).toEqual([]);
  });

  it('rolls back what nobody waits for any more', async () => {
    open({ deadlineMs: 100 });
    let proceed: (() => void) | undefined;
    const waiting = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const late = database.withClinic(radiance.id, 'late', async (sql) => {
      await sql`insert into customers (clinic_id, phone) values (${radiance.id}, '+15550125555')`;
      await waiting;
    });
    await expect(late).rejects.toThrow('no answer from Postgres in time');
    proceed?.();
    await expect
      .poll(() =>
        direct.unbound(
          'read',
          (sql) =>
            sql`select from pg_stat_activity where state like 'idle in transaction%' and datname = current_database()`,
        ),
      )
      .toHaveLength(0);
    expect(await direct.unbound('read', (sql) => sql`select from customers`)).toHaveLength(0);
  });

  it('keeps conversations in memory until Postgres is back, in order', async () => {
    let failures = 0;
    const log: PostgresConversationLog = postgresConversationLog(open(), {
      flushMs: 10,
      onFailure: () => (failures += 1),
    });
    const { clinicId, conversationId, started, turn, ended } = conversationOf();
    proxy.cut({ refusing: true });
    log.write(started);
    await expect.poll(() => failures, { timeout: DEADLINE_MS }).toBeGreaterThan(0);
    for (let n = 1; n <= 450; n += 1) log.write(turn(n, `Sentence ${n}.`));
    log.write(ended());
    await expect(log.settled(50)).rejects.toThrow('452 entries were not stored within 50 ms');
    proxy.mend();
    await log.close(DEADLINE_MS);
    const stored = await readConversation(direct, clinicId, conversationId);
    expect(stored?.turns.map(({ n }) => n)).toEqual(Array.from({ length: 450 }, (_, index) => index + 1));
    expect(stored?.ended).toEqual(ended());
  });

  it('reaches the second host of its URL where the first refuses', async () => {
    const url = fresh.url.replace('@', '@127.0.0.1:1,');
    const store = postgresBookingStore(open({ url }));
    expect(await store.busy(busyQuery())).toEqual([]);
    const unreachable = openPostgres({ url: 'postgres://nobody@127.0.0.1:1,127.0.0.1:2/none', poolSize: 1 });
    await expect(unreachable.ping()).rejects.toThrow('Postgres could not be reached');
    await unreachable.close();
  });

  it('says so where the server does not know it, and holds no place for that', async () => {
    const url = new URL(proxy.url);
    url.pathname = '/no_such_database';
    const store = postgresBookingStore(open({ url: url.href, poolSize: 1 }));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(store.busy(busyQuery())).rejects.toThrow('"no_such_database" does not exist');
    }
  });

  it('rolls back where a statement failed unnoticed, and says so', async () => {
    open();
    const careless = database.withClinic(radiance.id, 'careless', async (sql) => {
      await sql`insert into customers (clinic_id, phone) values (${radiance.id}, '+15550125555')`;
      await sql`select 1 / 0`.catch(() => {});
    });
    await expect(careless).rejects.toThrow('a statement in it had failed');
    expect(await database.withClinic(radiance.id, 'read', (sql) => sql`select from customers`)).toHaveLength(0);
  });

  it('reports every call by name, with its time and result', async () => {
    const reports: string[] = [];
    const store = postgresBookingStore(open({ onQuery: ({ query, result }) => reports.push(`${query} ${result}`) }));
    await store.busy(busyQuery());
    await store.hold(holdRequest());
    await store.hold(holdRequest());
    expect(await database.maxConnections()).toBeGreaterThan(10);
    expect(reports).toEqual(['busy ok', 'hold ok', 'hold failed', 'max_connections ok']);
  });
});
