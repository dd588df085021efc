/** Postgres, Redis and both, each stopped, killed and frozen, in the middle of a call that books. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../support/ava.ts';
import { openOwnPostgres, openOwnRedis } from '../support/own-stores.ts';
import { GOODBYE, GREETED, hears, says } from '../support/talk.ts';
import { openCluster } from './cluster.ts';
import {
  booksAcross,
  expectBookedOnce,
  loseBy,
  openKept,
  openOutageStand,
  type StoreName,
  type Way,
} from './outages.ts';

const LIMIT_MS = 120_000;

const LOST: readonly (readonly [string, readonly StoreName[]])[] = [
  ['Postgres', ['postgres']],
  ['Redis', ['redis']],
  ['both', ['postgres', 'redis']],
];
const WAYS: readonly Way[] = ['stopped', 'killed', 'frozen'];
const CASES = LOST.flatMap(([what, names]) => WAYS.map((way) => [what, way, names] as const));

describe('in the middle of a call', () => {
  it.each(CASES)('%s: %s', { timeout: LIMIT_MS }, async (_what, way, names) => {
    const stand = await openOutageStand();
    try {
      await expectBookedOnce(stand, await booksAcross(stand, names, way));
    } finally {
      await stand.close();
    }
    expect(stand.crashes).toEqual([]);
  });
});

const KEPT_MS = 30_000;
const QUESTIONS = ['How much is Botox?', 'What are your opening hours?', 'How much is a Hydrafacial?'] as const;

describe('a node that is killed after both were lost and are back', () => {
  it.each(WAYS)('is followed by another one: %s', { timeout: LIMIT_MS }, async (way) => {
    const [postgres, redis] = await Promise.all([openOwnPostgres(), openOwnRedis()]);
    const kept = openKept(redis.url);
    onTestFinished(() => Promise.all([kept.close(), postgres.close(), redis.close()]).then(() => undefined));
    const cluster = await openCluster({ onTestFinished }, { databaseUrl: postgres.url, redisUrl: redis.url });
    const call = cluster.place('+15550100142');
    await hears(call, GREETED);
    await says(call, QUESTIONS[0], /\$350/);
    await Promise.all([loseBy(way, postgres), loseBy(way, redis)]);
    await says(call, QUESTIONS[1], /9 AM to 6 PM/);
    await Promise.all([postgres.revive(), redis.revive()]);
    const isWhole = async (): Promise<true | undefined> => {
      const said = await kept.callers(call).catch(() => []);
      return String(said) === String(QUESTIONS.slice(0, 2)) ? true : undefined;
    };
    await until('all that was said to be kept', KEPT_MS, isWhole);
    await cluster.killOwnerOf(call);
    await says(call, QUESTIONS[2], /\$199/);
    await call.say(GOODBYE);
    expect((await call.ended).by).toBe('twiml');
    const { turns } = await cluster.recordOf(call);
    expect(turns.filter(({ role }) => role === 'customer').map(({ text }) => text)).toEqual([...QUESTIONS, GOODBYE]);
  });
});
