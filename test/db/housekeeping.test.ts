import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { deleteCallEvents, foldsOf } from '../../db/call-events.ts';
import { postgresCallRegister } from '../../db/call-register.ts';
import { postgresConversationLog } from '../../db/conversations.ts';
import { postgresForgetting } from '../../db/forgetting.ts';
import { type HousekeepingStore, postgresHousekeeping } from '../../db/housekeeping.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import {
  bookingRequest,
  busyQuery,
  HOLD_MS,
  holdRequest,
  lumen,
  NOW,
  radiance,
  waitlistRequest,
} from '../contract/booking-requests.ts';
import { claimOf } from '../contract/call-register.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';
import { readConversation } from './recorded-conversation.ts';

const SILENT_MS = 120_000;
const DAY_MS = 24 * 3_600_000;
/** Before every call of these tests. */
const LONG_AGO = '2026-01-01';
/** After every call of these tests. */
const LATER = '2026-06-01';

let fresh: FreshService;
let database: Database;
let housekeeping: HousekeepingStore;

beforeEach(async () => {
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 6 });
  housekeeping = postgresHousekeeping(database);
});
afterEach(async () => {
  await database.close();
  await fresh.drop();
});

interface NodeRow {
  readonly id: string;
  /** Since the last heartbeat. */
  readonly silentS?: number;
  /** Since the heart began to beat without a gap. */
  readonly steadyS?: number;
  readonly startedAt?: string;
}

const node = ({ id, silentS = 0, steadyS = 3_600, startedAt = LONG_AGO }: NodeRow) =>
  database.unbound(
    'node',
    (sql) => sql`
      insert into nodes (node_id, role, started_at, heartbeat_at, beating_since)
      values (${id}, 'all', ${startedAt}::timestamptz, now() - ${silentS}::float8 * interval '1 s',
              now() - ${Math.max(steadyS, silentS)}::float8 * interval '1 s')`,
  );

/** A call that is under way on `node-a`, with two turns. */
async function openCall(clinicId: string = radiance.id, channel: 'voice' | 'web' = 'voice') {
  const conversation = conversationOf(clinicId);
  const log = postgresConversationLog(database);
  for (const entry of [
    { ...conversation.started, channel },
    conversation.turn(1, 'Hello.'),
    conversation.turn(2, 'Hi.'),
  ])
    log.write(entry);
  await log.close(10_000);
  return conversation;
}

const stateOf = async ({ clinicId, conversationId }: { clinicId: string; conversationId: string }) => {
  const [row] = await database.withClinic(
    clinicId,
    'read',
    (sql) => sql`
      select v.status, v.outcome, v.ended_by as "endedBy", v.ended_at as "endedAt", c.status as call,
             c.ended_at as "callEndedAt", k.name as customer
      from conversations v join calls c on c.conversation_id = v.id left join customers k on k.id = v.customer_id
      where v.id = ${conversationId}`,
  );
  return row;
};

const lastWord = (interval: string) =>
  database.unbound('age', (sql) => sql`update conversations set last_activity_at = now() - ${interval}::interval`);

const taken = async () => {
  const [row] = await database.unbound(
    'count',
    (sql) => sql`select (select count(*)::int from holds) as holds, (select count(*)::int from occupied) as occupied`,
  );
  return row;
};

describe('the calls of a node', () => {
  const OPEN = { status: 'active', outcome: null, endedBy: null, call: 'live' };

  it('that is silent for too long are ended, as abandoned at their last word', async () => {
    await node({ id: 'node-a', silentS: 121 });
    await node({ id: 'node-b' });
    const calls = [await openCall(), await openCall(lumen.id), await openCall(lumen.id)];
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(3);
    for (const call of calls) {
      const lastWordAt = call.turn(2, '').endedAt;
      expect(await stateOf(call)).toMatchObject({
        status: 'ended',
        outcome: 'abandoned',
        endedBy: 'node_lost',
        endedAt: lastWordAt,
        call: 'ended',
        callEndedAt: lastWordAt,
      });
    }
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(0);
  });

  it.each(['voice', 'web'] as const)('by %s are scored once they are ended for it', async (channel) => {
    await node({ id: 'node-a', silentS: 121 });
    await node({ id: 'node-b' });
    const { conversationId } = await openCall(radiance.id, channel);
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(1);
    const rung = await database.unbound(
      'rung',
      (sql) => sql`
        select v.channel from outbox o join conversations v on v.id = o.subject_id
        where o.kind = 'score_conversation' and v.id = ${conversationId} and v.outcome = 'abandoned'`,
    );
    expect(rung.map((row) => row['channel'])).toEqual([channel]);
  });

  it('that is silent are left open as long as they can be resumed', async () => {
    await node({ id: 'node-a', silentS: 115 });
    await node({ id: 'node-b' });
    const call = await openCall();
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(0);
    expect(await stateOf(call)).toMatchObject(OPEN);
  });

  it('that lives are left alone, however long nothing was said', async () => {
    await node({ id: 'node-a', startedAt: LONG_AGO });
    const call = await openCall();
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(0);
    expect(await stateOf(call)).toMatchObject(OPEN);
  });

  it('are left alone while every node was silent: it was the database that was away', async () => {
    await node({ id: 'node-a', silentS: 600 });
    await node({ id: 'node-b', silentS: 0, steadyS: 10 });
    const call = await openCall();
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(0);
    expect(await stateOf(call)).toMatchObject(OPEN);
    await database.unbound(
      'later',
      (sql) => sql`update nodes set beating_since = now() - interval '16 s' where node_id = 'node-b'`,
    );
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(1);
  });

  it('that booked end as a booking, with its customer', async () => {
    await node({ id: 'node-a', silentS: 121 });
    await node({ id: 'node-b' });
    const [booked, cancelled] = [await openCall(), await openCall()];
    const store = postgresBookingStore(database);
    await store.book(bookingRequest({ conversationId: booked.conversationId, phone: '+15550127777', name: 'Bea Ray' }));
    await store.book(bookingRequest({ conversationId: cancelled.conversationId, at: 60 }));
    await database.withClinic(
      radiance.id,
      'cancel',
      (sql) => sql`update appointments set status = 'cancelled' where conversation_id = ${cancelled.conversationId}`,
    );
    await housekeeping.endLostCalls(SILENT_MS);
    expect(await stateOf(booked)).toMatchObject({ outcome: 'appointment_scheduled', customer: 'Bea Ray' });
    expect(await stateOf(cancelled)).toMatchObject({ outcome: 'abandoned' });
  });

  it('that moved or cancelled an appointment, or left somebody waiting, end as that', async () => {
    await node({ id: 'node-a', silentS: 121 });
    await node({ id: 'node-b' });
    const calls = await Promise.all([openCall(), openCall(), openCall(), openCall()]);
    const [moved, cancelled, refused, waiting] = calls;
    const log = postgresConversationLog(database);
    log.write(moved.toolCall(1, { name: 'reschedule_appointment' }));
    log.write(cancelled.toolCall(1, { name: 'cancel_appointment' }));
    log.write(refused.toolCall(1, { name: 'cancel_appointment', success: false, error: 'appointment_not_found' }));
    await log.close(10_000);
    await postgresBookingStore(database).joinWaitlist(waitlistRequest({ conversationId: waiting.conversationId }));
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(4);
    const outcomes = await Promise.all(calls.map(async (call) => (await stateOf(call))?.['outcome']));
    expect(outcomes).toEqual(['rescheduled', 'cancelled', 'abandoned', 'waitlisted']);
  });

  it('whose row is gone, or never was, are ended', async () => {
    await node({ id: 'node-b' });
    const call = await openCall();
    await lastWord('115 seconds');
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(0);
    await lastWord('125 seconds');
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(1);
    expect(await stateOf(call)).toMatchObject({ status: 'ended' });
  });

  it('that came back under its old name are ended once they could no longer have been taken up again', async () => {
    await node({ id: 'node-a', startedAt: LATER, steadyS: 230 });
    const call = await openCall();
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(0);
    await database.unbound('later', (sql) => sql`update nodes set beating_since = now() - interval '250 s'`);
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(1);
    expect(await stateOf(call)).toMatchObject({ status: 'ended', endedBy: 'node_lost' });
  });

  it('are left to whoever claimed them', async () => {
    await node({ id: 'node-a', silentS: 121 });
    await node({ id: 'node-b' });
    const call = await openCall();
    await database.unbound(
      'claim',
      (sql) => sql`update calls set owner_node = 'node-b', owner_epoch = owner_epoch + 1`,
    );
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(0);
    expect(await stateOf(call)).toMatchObject(OPEN);
  });

  it('are left to whoever claims them while they are being ended', async () => {
    await node({ id: 'node-a', silentS: 121 });
    await node({ id: 'node-b' });
    const [claimed, lost] = [await openCall(), await openCall()];
    const { callSid = '' } = claimed.started.call ?? {};
    const meanwhile = postgresHousekeeping({
      ...database,
      unbound: async (query, work) => {
        const found = await database.unbound(query, work);
        await postgresCallRegister(database).claim(claimOf({ ...claimed, callSid }));
        return found;
      },
    });
    expect(await meanwhile.endLostCalls(SILENT_MS)).toBe(1);
    expect(await stateOf(claimed)).toMatchObject(OPEN);
    expect(await stateOf(lost)).toMatchObject({ status: 'ended' });
  });

  it('that were claimed before they were written are left to whoever claimed them', async () => {
    await node({ id: 'node-b' });
    const call = conversationOf();
    await postgresCallRegister(database).claim(claimOf(call));
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(0);
  });

  it('that ended by themselves keep their end, and a late end changes nothing', async () => {
    await node({ id: 'node-a', silentS: 121 });
    await node({ id: 'node-b' });
    const [ended, lost] = [await openCall(), await openCall()];
    const log = postgresConversationLog(database);
    log.write(ended.ended('info_only'));
    await log.settled(10_000);
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(1);
    log.write(lost.ended('info_only'));
    await log.close(10_000);
    expect(await stateOf(ended)).toMatchObject({ outcome: 'info_only', endedBy: 'caller' });
    expect(await stateOf(lost)).toMatchObject({ outcome: 'abandoned', endedBy: 'node_lost' });
    expect((await readConversation(database, lost.clinicId, lost.conversationId))?.turns).toHaveLength(2);
  });

  it('without a stored conversation are ended when they began', async () => {
    await node({ id: 'node-a', silentS: 121 });
    await node({ id: 'node-b' });
    await database.withClinic(
      radiance.id,
      'call',
      (sql) => sql`
        insert into calls (call_sid, clinic_id, conversation_id, owner_node, to_phone, started_at)
        values ('CA1', ${radiance.id}, ${randomUUID()}, 'node-a', '+15550100001', ${NOW})`,
    );
    expect(await housekeeping.endLostCalls(SILENT_MS)).toBe(1);
    const rows = await database.unbound('read', (sql) => sql`select status, ended_at from calls`);
    expect(rows).toEqual([{ status: 'ended', ended_at: NOW }]);
  });

  it('are ended once by workers that look at the same moment', async () => {
    await node({ id: 'node-a', silentS: 121 });
    await node({ id: 'node-b' });
    for (let n = 0; n < 5; n += 1) await openCall();
    const counts = await Promise.all(Array.from({ length: 4 }, () => housekeeping.endLostCalls(SILENT_MS)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
  });
});

describe('holds', () => {
  it('are deleted once they have lapsed, with what they occupied, at every clinic', async () => {
    const store = postgresBookingStore(database);
    await store.hold(holdRequest());
    await store.hold(holdRequest({ clinic: lumen }));
    await store.hold(holdRequest({ provider: 1, now: NOW + HOLD_MS }));
    await store.book(bookingRequest({ at: 120 }));
    expect(await housekeeping.dropLapsedHolds(NOW + HOLD_MS + 10_000)).toBe(2);
    expect(await taken()).toEqual({ holds: 1, occupied: 2 });
  });

  it('that have not lapsed stay, and so do those that have this moment: clocks differ', async () => {
    await postgresBookingStore(database).hold(holdRequest());
    expect(await housekeeping.dropLapsedHolds(NOW + HOLD_MS + 1_000)).toBe(0);
    expect(await taken()).toEqual({ holds: 1, occupied: 1 });
  });

  it('can be tidied while everybody books', async () => {
    const store = postgresBookingStore(database);
    for (let at = 0; at < 480; at += 30) await store.hold(holdRequest({ at }));
    const now = NOW + HOLD_MS + 10_000;
    const booking = Array.from({ length: 16 }, (_, n) => store.book(bookingRequest({ at: n * 30, now })));
    const tidying = Array.from({ length: 6 }, () => housekeeping.dropLapsedHolds(now));
    const [results] = await Promise.all([Promise.all(booking), Promise.all(tidying)]);
    expect(results.map(({ kind }) => kind)).toEqual(Array.from({ length: 16 }, () => 'booked'));
    expect(await taken()).toEqual({ holds: 0, occupied: 16 });
    expect(await store.busy(busyQuery({ now }))).toHaveLength(16);
  });
});

it('nodes that have been gone for a day are forgotten', async () => {
  await node({ id: 'node-a', silentS: DAY_MS / 1_000 + 60 });
  await node({ id: 'node-b', silentS: DAY_MS / 1_000 - 60 });
  await node({ id: 'node-c' });
  expect(await housekeeping.forgetNodes(DAY_MS)).toBe(1);
  const left = await database.unbound('read', (sql) => sql`select node_id from nodes order by 1`);
  expect(left.map((row) => row['node_id'])).toEqual(['node-b', 'node-c']);
});

it('what calls folded is forgotten after a while, and no more at a time than asked for', async () => {
  const { started, folded, clinicId, conversationId } = conversationOf();
  const log = postgresConversationLog(database);
  for (const entry of [started, folded(0), folded(1), folded(2)]) log.write(entry);
  await log.close(10_000);
  expect(await postgresForgetting(database).forgetCallEvents(60_000)).toBe(0);
  expect(await database.unbound('forget', (sql) => deleteCallEvents(sql, -60_000, 2))).toBe(2);
  expect(await postgresForgetting(database).forgetCallEvents(-60_000)).toBe(1);
  expect(await foldsOf(database, clinicId, conversationId)).toEqual([]);
});
