import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresConversationLog } from '../../db/conversations.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { openRedis } from '../../db/redis.ts';
import { parseRedisUrl } from '../../ops/config/redis-url.ts';
import { bookingRequest, cancelRequest, holdRequest, MINUTE_MS, moveRequest } from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { readConversation } from '../db/recorded-conversation.ts';
import { startGoogleSim } from '../sim/google/server.ts';
import { type FreshService, freshDatabase, freshRedis } from '../support/services.ts';
import { type NodeOfRole, startRole } from './node-of-role.ts';

const PRIYA = 'priya@radiance.test';
const SOON = { timeout: 15_000, interval: 20 };

let postgres: FreshService;
let redis: FreshService;
let database: Database;

beforeEach(async () => {
  [postgres, redis] = await Promise.all([freshDatabase(), freshRedis()]);
  database = openPostgres({ url: postgres.url, poolSize: 2 });
});
afterEach(async () => {
  await database.close();
  await Promise.all([postgres.drop(), redis.drop()]);
});

const start = (role: string, nodeId = 'this-node'): Promise<NodeOfRole> =>
  startRole(role, nodeId, { databaseUrl: postgres.url, redisUrl: redis.url });

const nodes = () =>
  database.unbound(
    'read',
    (sql) => sql`select node_id as id, role, stopped_at is not null as stopped from nodes order by 1`,
  );

async function queueKeys(): Promise<string[]> {
  const reading = parseRedisUrl(redis.url);
  if ('problem' in reading) throw new Error(reading.problem);
  const connection = openRedis(reading.value, 'queue', () => undefined);
  try {
    return await connection.client.keys('{ava}:*');
  } finally {
    await connection.close();
  }
}

/** A call left open by a node that was killed minutes ago, a hold long lapsed, and a witness of both. */
async function leftovers() {
  const conversation = conversationOf();
  const log = postgresConversationLog(database);
  log.write(conversation.started);
  log.write(conversation.turn(1, 'Hello.'));
  await log.close(10_000);
  await postgresBookingStore(database).hold(holdRequest({ now: Date.now() - 10 * MINUTE_MS }));
  await database.unbound(
    'nodes',
    (sql) => sql`
      insert into nodes (node_id, role, started_at, heartbeat_at, beating_since)
      values ('node-a', 'server', now() - interval '1 day', now() - interval '10 min', now() - interval '1 day'),
             ('witness', 'server', now() - interval '1 day', now(), now() - interval '1 day')`,
  );
  return conversation;
}

describe('a worker', () => {
  it('does the work of jobs and takes no calls', async () => {
    const { clinicId, conversationId } = await leftovers();
    const { node, told, metrics } = await start('worker');
    expect(node.port).toBe(0);
    await vi.waitFor(
      () => expect(told.housekeeping).toEqual([{ calls: 1, holds: 1, nodes: 0, threads: 0, rows: 0 }]),
      SOON,
    );
    expect((await readConversation(database, clinicId, conversationId))?.ended).toMatchObject({
      outcome: 'abandoned',
      endedBy: 'node_lost',
    });
    await vi.waitFor(async () => {
      const page = await metrics();
      expect(page).toContain('ava_calls_capacity 0\n');
      expect(page).toContain('ava_job_duration_seconds_count{queue="housekeeping",result="done"} 1\n');
      expect(page).toContain('ava_queue_jobs{queue="housekeeping",state="delayed"} 1\n');
    }, SOON);
  });

  it('shows appointments in their provider’s calendar, with who, what and how long, and takes them out again', async () => {
    const google = await startGoogleSim({ calendars: [{ id: PRIYA }] });
    onTestFinished(() => google.stop());
    const stores = { databaseUrl: postgres.url, redisUrl: redis.url, googleUrl: google.url };
    await startRole('worker', 'this-node', stores);
    const store = postgresBookingStore(database);
    const { id } = booked(await store.book(bookingRequest({ name: 'Jordan Lee', email: 'jordan@example.com' })));
    const shown = () => google.live(PRIYA).map(({ summary, start }) => `${summary} ${start?.dateTime}`);
    await vi.waitFor(() => expect(shown()).toEqual(['Botox: Jordan Lee 2026-03-02T09:00:00-05:00']), SOON);
    const description = google.live(PRIYA)[0]?.description;
    for (const fact of ['Botox (30 minutes)', 'Priya Sharma', '(555) 012-3456', 'jordan@example.com', 'by phone'])
      expect(description).toContain(fact);
    await store.reschedule(moveRequest(id, { at: 60 }));
    await vi.waitFor(() => expect(shown()).toEqual(['Botox: Jordan Lee 2026-03-02T10:00:00-05:00']), SOON);
    await store.cancel(cancelRequest(id));
    await vi.waitFor(() => expect(shown()).toEqual([]), SOON);
  });

  it('starts without Redis and without Postgres, and stops again', async () => {
    const { node, told } = await startRole('worker', 'this-node', {
      databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
      redisUrl: 'redis://127.0.0.1:1',
    });
    expect(told.heartbeatLost).toHaveLength(1);
    expect(await node.lifecycle.stop()).toEqual([]);
    expect(told.finished).toEqual([]);
  }, 30_000);
});

describe('a server', () => {
  it('runs no job and keeps no queue', async () => {
    await leftovers();
    const { node, told } = await start('server');
    expect(node.port).toBeGreaterThan(0);
    await vi.waitFor(async () => expect(await nodes()).toHaveLength(3), SOON);
    expect(await queueKeys()).toEqual([]);
    await node.lifecycle.stop();
    expect([...told.finished, ...told.counted, ...told.housekeeping]).toEqual([]);
  });
});

describe('a node of both roles', () => {
  it('takes calls, does the work, shows its heartbeat and says goodbye', async () => {
    await leftovers();
    const { node, told } = await start('all');
    expect(node.port).toBeGreaterThan(0);
    const tidied = expect.objectContaining({ queue: 'housekeeping', result: 'done' });
    await vi.waitFor(() => expect(told.finished).toContainEqual(tidied), SOON);
    expect(await nodes()).toContainEqual({ id: 'this-node', role: 'all', stopped: false });
    expect(await node.lifecycle.stop()).toEqual([]);
    expect(await nodes()).toContainEqual({ id: 'this-node', role: 'all', stopped: true });
  });
});
