/** A worker that is killed in the middle of a job: the job is not lost with it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { holdRequest, MINUTE_MS } from '../contract/booking-requests.ts';
import { environmentOf, startRole } from '../queues/node-of-role.ts';
import { type AvaProcess, spawnAva } from '../support/ava-process.ts';
import { type FreshService, freshDatabase, freshRedis } from '../support/services.ts';

const READY_MS = 20_000;
const SOON = { timeout: 10_000, interval: 20 };
/** A lock's life, and the time between two checks for stalled jobs; some slack for a busy machine. */
const TAKEN_OVER_MS = 27_000;

let postgres: FreshService;
let redis: FreshService;
let database: Database;
let killed: AvaProcess | undefined;

beforeEach(async () => {
  [postgres, redis] = await Promise.all([freshDatabase(), freshRedis()]);
  database = openPostgres({ url: postgres.url, poolSize: 3, deadlineMs: 60_000 });
});
afterEach(async () => {
  await killed?.close();
  await database.close();
  await Promise.all([postgres.drop(), redis.drop()]);
});

const jobWaits = () =>
  database.unbound('read', (sql) => sql`select from pg_locks where relation = 'holds'::regclass and not granted`);

it('is followed by another, that runs its job within seconds', async () => {
  const stores = { databaseUrl: postgres.url, redisUrl: redis.url };
  await postgresBookingStore(database).hold(holdRequest({ now: Date.now() - 10 * MINUTE_MS }));
  // Its first run comes as far as the holds, and is stuck there until it is killed.
  await database.unbound('hold up', async (sql) => {
    await sql`begin`;
    await sql`lock table holds in access exclusive mode`;
    const environment = await environmentOf('worker', 'worker-1', stores);
    killed = await spawnAva({ program: 'source', environment });
    await killed.answers(`http://127.0.0.1:${environment['OPS_PORT']}/health/ready`, READY_MS);
    await vi.waitFor(async () => expect(await jobWaits()).toHaveLength(1), SOON);
    killed.signal('SIGKILL');
    await killed.ended(5_000);
    await sql`rollback`;
  });
  const killedAt = performance.now();
  const { told } = await startRole('worker', 'worker-2', stores);

  await vi.waitFor(() => expect(told.housekeeping).toEqual([{ calls: 0, holds: 1, nodes: 0, threads: 0, rows: 0 }]), {
    timeout: TAKEN_OVER_MS,
    interval: 20,
  });

  expect(told.stalled).toContainEqual({ queue: 'housekeeping' });
  expect(performance.now() - killedAt).toBeLessThan(TAKEN_OVER_MS);
}, 90_000);
