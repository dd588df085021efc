/**
 * Bookings, moves and cancellations flow over a dozen calendars while the workers that write them are killed, and while
 * everything that they need fails. In the end each confirmed appointment has exactly one event, a cancelled one none.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { type GoogleSim, startGoogleSim } from '../sim/google/server.ts';
import { SEED, seededRandom } from '../support/seed.ts';
import { type FreshService, freshDatabase, freshRedis } from '../support/services.ts';
import { type Fleet, openFleet } from './calendar/fleet.ts';
import { claimHolders, discrepancies, type Flow, openCalendars, openFlow, readOutbox } from './calendar/flow.ts';

const isLong = Boolean(process.env.LONG_RUNS);
const KILLS = isLong ? 200 : 12;
const KILL_EVERY_MS = 300;
const CALENDARS = 12;
const CHANGES_PER_SECOND = 8;
const START_LIMIT_MS = 20_000;
const SETTLED_WITHIN_MS = 120_000;
const LIMIT_MS = 300_000;

let postgres: FreshService;
let redis: FreshService;
let database: Database;
let sim: GoogleSim;
let fleet: Fleet;
let flow: Flow;

beforeEach(async () => {
  [postgres, redis, sim] = await Promise.all([
    freshDatabase(),
    freshRedis(),
    // A write takes a while, so that a worker dies in the middle of it.
    startGoogleSim({ faults: { seed: SEED, faults: [{ kind: 'delay', ms: [20, 120] }] } }),
  ]);
  database = openPostgres({ url: postgres.url, poolSize: 6 });
  const calendars = await openCalendars(database, sim, CALENDARS);
  fleet = openFleet(4, { databaseUrl: postgres.url, redisUrl: redis.url, googleUrl: sim.url });
  flow = openFlow(database, calendars, seededRandom(SEED));
  await fleet.ready(START_LIMIT_MS);
});
afterEach(async () => {
  await flow.stop();
  fleet.close();
  await sim.stop();
  await database.close();
  await Promise.all([postgres.drop(), redis.drop()]);
});

/** Kills a worker that holds a claim, one each so often, or as soon as there is one. */
async function killHolders(kills: number): Promise<void> {
  for (let killed = 0; killed < kills; killed += 1) {
    const rest = sleep(KILL_EVERY_MS);
    while (!(await claimHolders(database)).some((number) => fleet.kill(number))) await sleep(10);
    await rest;
  }
}

/** Resolves once nothing is due any more; answers how long that took. */
async function settled(): Promise<number> {
  const begunAt = performance.now();
  for (;;) {
    const { due, reasons } = await readOutbox(database);
    const tookMs = performance.now() - begunAt;
    if (due === 0) return tookMs;
    if (tookMs > SETTLED_WITHIN_MS) throw new Error(`${due} still due (${reasons}); workers said:\n${fleet.tail()}`);
    await sleep(100);
  }
}

describe('workers that are killed in the middle of writing', () => {
  it(`lose and double nothing: ${KILLS} of them, one each ${KILL_EVERY_MS} ms`, { timeout: LIMIT_MS }, async () => {
    flow.start(CHANGES_PER_SECOND);
    await killHolders(KILLS);
    await flow.stop();
    const tookMs = await settled();
    expect(await discrepancies(database, sim)).toEqual([]);
    expect((await readOutbox(database)).dead).toBe(0);
    expect(flow.made).toMatchObject({ unknown: 0 });
    process.stdout.write(`${JSON.stringify(flow.made)}, settled ${Math.round(tookMs)} ms after the last\n`);
  });
});
