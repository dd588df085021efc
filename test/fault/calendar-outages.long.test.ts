/** The stores go in the middle of writing calendars, one by one and all with killed workers and Google at its worst. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RedisServer, redisServer } from '../db/redis-server.ts';
import { openOwnPostgres } from '../support/own-stores.ts';
import { type CalendarStandOptions, openCalendarStand } from './calendar/stand.ts';
import { AT_ITS_WORST, STORM } from './calendar/weather.ts';

const LIMIT_MS = 300_000;
const OUTAGE_MS = 10_000;

type Outage = (redis: RedisServer) => Promise<void>;

const redisKilled: Outage = async (redis) => {
  await redis.kill();
  await sleep(2_000);
  await redis.start();
};
const redisFlushed: Outage = async (redis) => {
  for (let n = 0; n < 3; n += 1) {
    await redis.command('FLUSHALL');
    await sleep(1_000);
  }
};
const redisFrozen: Outage = async (redis) => {
  redis.freeze();
  await sleep(OUTAGE_MS);
  redis.thaw();
};
const nothing: Outage = () => sleep(5_000);

describe('calendars show what is booked', { timeout: LIMIT_MS }, () => {
  const foul: CalendarStandOptions = { faults: AT_ITS_WORST, missedCollisions: 0.01, reconciles: true };
  it.for<[string, Outage, CalendarStandOptions]>([
    ['Redis is killed and comes back empty', redisKilled, {}],
    ['Redis is flushed, three times', redisFlushed, {}],
    ['Redis is frozen for ten seconds', redisFrozen, {}],
    ['Google refuses everything for half a minute', nothing, { faults: STORM }],
    ['Redis is flushed while Google is at its worst', redisFlushed, foul],
  ])('though %s', async ([, outage, options], context) => {
    const redis = await redisServer();
    const stand = await openCalendarStand(context, { ...options, redisUrl: `redis://127.0.0.1:${redis.port}` });
    stand.flow.start(8);
    await sleep(2_000);
    await outage(redis);
    await sleep(2_000);
    const tookMs = await stand.settled();
    process.stdout.write(`${JSON.stringify(stand.flow.made)}, settled ${Math.round(tookMs)} ms after the last\n`);
    expect(stand.flow.made.unknown).toBe(0);
  });

  it('though Postgres is killed and starts again', async (context) => {
    const postgres = await openOwnPostgres();
    onTestFinished(() => postgres.close());
    const stand = await openCalendarStand(context, { databaseUrl: postgres.url });
    stand.flow.start(8);
    await sleep(2_000);
    await postgres.kill();
    await sleep(2_000);
    await postgres.revive();
    await sleep(2_000);
    const tookMs = await stand.settled();
    process.stdout.write(`${JSON.stringify(stand.flow.made)}, settled ${Math.round(tookMs)} ms after the last\n`);
    expect(stand.flow.made.booked).toBeGreaterThan(5);
  });

  it('though workers are killed, Redis is flushed and Google is at its worst, all at once', async (context) => {
    const redis = await redisServer();
    const stand = await openCalendarStand(context, { ...foul, redisUrl: `redis://127.0.0.1:${redis.port}` });
    stand.flow.start(8);
    await Promise.all([stand.killHolders(30, 500), redisFlushed(redis)]);
    const tookMs = await stand.settled();
    process.stdout.write(`${JSON.stringify(stand.flow.made)}, settled ${Math.round(tookMs)} ms after the last\n`);
    expect(stand.flow.made.booked).toBeGreaterThan(5);
  });
});
