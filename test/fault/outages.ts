/**
 * An Ava whose Postgres and Redis are a test's own, to be lost in the middle of calls: stopped as who runs them would,
 * killed, or frozen; and what can be seen of that from outside: by the caller, in health, metrics, rows, and what is
 * kept of a call.
 */
import { expect } from 'vitest';
import { z } from 'zod';
import { redisCallKeeper } from '../../db/call-keeper.ts';
import { conversationOfCall } from '../../db/conversation-reader.ts';
import { openRedis } from '../../db/redis.ts';
import { parseRedisUrl } from '../../ops/config/redis-url.ts';
import { restored, telephoneKey } from '../../src/bin/call-snapshot.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { type OwnStore, openOwnPostgres, openOwnRedis } from '../support/own-stores.ts';
import {
  BOOKED,
  CANNOT_CONFIRM,
  DETAILS,
  expectWholeRecord,
  GOODBYE,
  GREETED,
  hears,
  NAME_ASKED,
  says,
  WISH,
} from '../support/talk.ts';

export type StoreName = 'postgres' | 'redis';
export type Way = 'stopped' | 'killed' | 'frozen';

/** Until a loss, or a return, is seen from outside: a frozen server is given up by the deadline of what was asked of it. */
const SEEN_MS = 20_000;
/** Nothing here depends on how fast people talk. */
const PACE = 8;

export interface OutageStand {
  readonly ava: AvaStand;
  lose(way: Way, names: readonly StoreName[]): Promise<void>;
  bringBack(names: readonly StoreName[]): Promise<void>;
  /** Resolves once health and metrics say that these are lost, and no others. */
  seenLost(names: readonly StoreName[]): Promise<unknown>;
  /** Resolves once all that was said in a call so far is kept in Redis, and in the rows. */
  keptWhole(call: Call): Promise<void>;
  /** What should never happen, as it was told. */
  readonly crashes: unknown[];
  close(): Promise<void>;
}

export async function openOutageStand(): Promise<OutageStand> {
  const [postgres, redis] = await Promise.all([openOwnPostgres(), openOwnRedis()]);
  const stores: Readonly<Record<StoreName, OwnStore>> = { postgres, redis };
  const ava = await startAva({ pace: PACE, stores: { databaseUrl: postgres.url, redisUrl: redis.url } });
  const crashes: unknown[] = [];
  for (const name of ['call.crashed', 'process.unhandled', 'http.failed', 'log.entries_dropped'] as const) {
    ava.events.on(name, (event) => crashes.push(event));
  }
  const keptOf = openKept(redis.url);
  return {
    ava,
    crashes,
    lose: (way, names) => each(names, (name) => loseBy(way, stores[name])),
    bringBack: (names) => each(names, (name) => stores[name].revive()),
    seenLost: (names) =>
      until(`${names.join(', ') || 'nothing'} to be seen lost`, SEEN_MS, () => isSeenLost(ava, names)),
    async keptWhole(call) {
      const said = call.said.map(({ text }) => text);
      await until('all that was said to be kept', SEEN_MS, async () => {
        const kept = await keptOf.callers(call).catch(() => undefined);
        const rows = (await conversationOfCall(ava.database, ava.clinic.id, call.sid))?.turns ?? [];
        const written = rows.filter(({ role }) => role === 'customer').map(({ text }) => text);
        return String(kept) === String(said) && String(written) === String(said) ? true : undefined;
      });
    },
    async close() {
      await Promise.all([keptOf.close(), ava.stop()]);
      await Promise.all([postgres.close(), redis.close()]);
    },
  };
}

async function each(names: readonly StoreName[], act: (name: StoreName) => Promise<void>): Promise<void> {
  await Promise.all(names.map(act));
}

export async function loseBy(way: Way, store: OwnStore): Promise<void> {
  if (way === 'stopped') await store.stop();
  else if (way === 'killed') await store.kill();
  else store.freeze();
}

/** What the caller said, as it is kept in Redis: read as a node would that takes the call up. */
export function openKept(redisUrl: string) {
  const reading = parseRedisUrl(redisUrl);
  if ('problem' in reading) throw new Error(reading.problem);
  const redis = openRedis(reading.value, 'sessions', () => undefined);
  const keeper = redisCallKeeper(redis.client);
  return {
    async callers(call: Call): Promise<string[]> {
      const kept = await keeper.read(telephoneKey(call.sid));
      if (kept?.kind !== 'live') return [];
      const { history } = restored(kept.head, kept.items);
      return history.flatMap((item) => (item.kind === 'caller' ? [item.text] : []));
    },
    close: () => redis.close(),
  };
}

const healthReport = z.object({ status: z.string(), checks: z.record(z.string(), z.object({ state: z.string() })) });

/** By what Kubernetes and Prometheus ask. A store that was never lost may be absent from the metrics. */
async function isSeenLost({ node }: AvaStand, names: readonly StoreName[]): Promise<true | undefined> {
  const ops = `http://127.0.0.1:${node.opsPort}`;
  const health = await fetch(`${ops}/health/ready`);
  const { status, checks } = healthReport.parse(await health.json());
  const metrics = await (await fetch(`${ops}/metrics`)).text();
  const isRight = (['postgres', 'redis'] as const).every((name) => {
    const isLost = names.includes(name);
    const isUp = !metrics.includes(`ava_dependency_up{name="${name}"} 0`);
    return isUp === !isLost && checks[name]?.state === (isLost ? 'failed' : 'ok');
  });
  if (!isRight) return undefined;
  const expected = names.includes('postgres') ? 'unavailable' : names.length > 0 ? 'degraded' : 'ok';
  expect([status, health.status]).toEqual([expected, expected === 'unavailable' ? 503 : 200]);
  return true;
}

/** Everything up to the moment at which she asks for the caller's name. */
export async function wishedFor(call: Call): Promise<void> {
  await hears(call, GREETED);
  await says(call, WISH, NAME_ASKED);
}

/**
 * A caller books while stores are lost. Without Redis nothing is heard of it; without Postgres she says that she can't
 * confirm, and books once it is back. `meanwhile`: what else is to happen before they are.
 */
export async function booksAcross(
  stand: OutageStand,
  names: readonly StoreName[],
  way: Way,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<Call> {
  const call = stand.ava.place(undefined);
  await wishedFor(call);
  await stand.lose(way, names);
  const cannotBook = names.includes('postgres');
  const answer = await says(call, DETAILS, cannotBook ? CANNOT_BOOK : BOOKED);
  expect(answer).not.toMatch(cannotBook ? /booked/i : /trouble/);
  await stand.seenLost(names);
  await meanwhile();
  await stand.bringBack(names);
  await stand.seenLost([]);
  await stand.keptWhole(call);
  if (cannotBook) {
    expect(await says(call, 'No, thank you.', /anything else/)).not.toMatch(/booked/i);
    expect(await says(call, WISH, BOOKED)).not.toMatch(/trouble/);
    await stand.keptWhole(call);
  }
  return call;
}

/** A frozen Postgres costs a tool all of its time. */
const CANNOT_BOOK = new RegExp(`${CANNOT_CONFIRM.source}|longer than usual, and I can't confirm it right now`);

/** From the farewell to the record: it is whole, with one appointment. */
export async function expectBookedOnce({ ava, crashes }: OutageStand, call: Call): Promise<void> {
  await call.say(GOODBYE);
  await call.ended;
  const record = await ava.conversation(call);
  expectWholeRecord(call, record);
  expect(record.outcome).toBe('appointment_scheduled');
  expect(record.appointments).toEqual([expect.objectContaining({ status: 'confirmed', customer: 'Jordan Lee' })]);
  expect(call.log.violations).toEqual([]);
  expect(crashes).toEqual([]);
}
