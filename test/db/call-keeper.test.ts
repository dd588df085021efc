import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ENDED_MS, KEPT_MS, redisCallKeeper } from '../../db/call-keeper.ts';
import type { RedisConnection } from '../../db/redis.ts';
import { ONE_TEXT } from '../../src/domain/call-keeping.ts';
import { describeCallKeeper, keptAfter, saveOf, wholeOf } from '../contract/call-keeper.ts';
import { freshRedis } from '../support/services.ts';
import { connectRedis } from './clinic-node.ts';
import { redisCluster, redisWithSentinel } from './redis-groups.ts';

const SOON = { timeout: 20_000 };

describeCallKeeper('in Redis', async () => {
  const { client } = await freshConnection();
  return {
    keeper: redisCallKeeper(client),
    flush: async () => void (await client.flushdb()),
    close: async () => {},
  };
});

async function freshConnection(): Promise<RedisConnection> {
  const redis = await freshRedis();
  onTestFinished(() => redis.drop());
  const connection = connectRedis(redis.url);
  await connection.ready(10_000);
  return connection;
}

describe('the keeper of calls in Redis', () => {
  it('forgets a call 15 minutes after its last save, and 10 after its end', async () => {
    const { client } = await freshConnection();
    const keeper = redisCallKeeper(client);
    const keys = ['ava:{call:CA1}:head', 'ava:{call:CA1}:items'];
    const lives = () => Promise.all(keys.map((key) => client.pttl(key)));
    await keeper.save(wholeOf('CA1', 1));
    for (const key of keys) await client.pexpire(key, 5_000);
    await keeper.save(saveOf('CA1', 2, { items: [] }));
    for (const life of await lives()) expect(life).toBeGreaterThan(KEPT_MS - 10_000);
    expect(Math.max(...(await lives()))).toBeLessThanOrEqual(KEPT_MS);
    await keeper.end('CA1', 1, 'over');
    const [life, none] = await lives();
    expect(none).toBe(-2);
    expect(life).toBeGreaterThan(ENDED_MS - 10_000);
    expect(life).toBeLessThanOrEqual(ENDED_MS);
    await keeper.take('CA2', 1);
    expect(await client.pttl('ava:{call:CA2}:head')).toBeGreaterThan(KEPT_MS - 10_000);
  });

  it('reads what a release before kept as one text, until its new owner keeps it anew', async () => {
    const { client } = await freshConnection();
    const keeper = redisCallKeeper(client);
    await client.hset('ava:{call:CA1}:head', { epoch: 1, seq: 4, savedBy: 1, head: '{"mode":"talking"}' });
    await client.rpush('ava:{call:CA1}:items', 'one');
    const head = { [ONE_TEXT]: '{"mode":"talking"}' };
    expect(await keeper.take('CA1', 2)).toEqual({ kind: 'live', epoch: 2, seq: 4, head, items: ['one'] });
    await keeper.save(wholeOf('CA1', 5, { epoch: 2 }));
    expect(await keeper.read('CA1')).toEqual(keptAfter(5, { epoch: 2 }));
  });

  it('needs one command for each operation, whatever is kept, once the server has met its scripts', async () => {
    const { client } = await freshConnection();
    const keeper = redisCallKeeper(client);
    await keeper.save(wholeOf('CA1', 500));
    const sent = vi.spyOn(client, 'sendCommand');
    await keeper.save(saveOf('CA1', 501));
    const [command] = sent.mock.calls.map(([each]) => each);
    expect(sent).toHaveBeenCalledTimes(1);
    expect(command?.name).toBe('evalsha');
    expect(command?.args.join(' ').length).toBeLessThan(200);
  });
});

it('a Cluster of three nodes keeps calls on all of them', async () => {
  const { url, nodes } = await redisCluster(3);
  const connection = connectRedis(url);
  await connection.ready(10_000);
  const keeper = redisCallKeeper(connection.client);
  const keys = ['}', ...Array.from({ length: 60 }, (_, n) => `CA${n}`)];
  const each = (work: (key: string) => Promise<unknown>) => Promise.all(keys.map(work));
  const all = (answer: unknown) => keys.map(() => answer);

  expect(await each((key) => keeper.save(wholeOf(key, 1)))).toEqual(all('ok'));
  expect(await each((key) => keeper.save(saveOf(key, 2)))).toEqual(all('ok'));
  expect(await each((key) => keeper.take(key, 2))).toEqual(all(keptAfter(2, { epoch: 2, savedBy: 1 })));
  expect(await each((key) => keeper.save(saveOf(key, 3)))).toEqual(all('stale'));
  for (const node of nodes) expect(await node.command('DBSIZE')).not.toBe(':0\r\n');
  expect(await each((key) => keeper.end(key, 2, 'over'))).toEqual(all('ok'));
  expect(await each((key) => keeper.takeNext(key))).toEqual(all({ kind: 'ended', ending: 'over' }));
  expect(await each((key) => keeper.read(key))).toEqual(all({ kind: 'ended', ending: 'over' }));
}, 60_000);

it('a failover that lost the last saves asks for everything, and is mended by it', async () => {
  const { url, primary, replica } = await redisWithSentinel();
  const connection = connectRedis(url);
  await connection.ready(10_000);
  const keeper = redisCallKeeper(connection.client);
  await keeper.save(wholeOf('known', 1));
  expect(await connection.client.call('WAIT', 1, 5_000)).toBe(1);
  // Follows nobody any more: what is saved from now on is lost.
  await replica.command('REPLICAOF 127.0.0.1 1');
  expect(await keeper.save(saveOf('known', 2))).toBe('ok');
  expect(await keeper.save(wholeOf('new', 1))).toBe('ok');

  await primary.kill();
  await vi.waitFor(async () => expect(await keeper.save(saveOf('known', 3))).toBe('behind'), SOON);

  expect(await replica.command('ROLE')).toContain('master');
  expect(await keeper.save(saveOf('new', 2))).toBe('gone');
  expect(await keeper.save(wholeOf('known', 3))).toBe('ok');
  expect(await keeper.save(wholeOf('new', 2))).toBe('ok');
  expect(await keeper.read('known')).toEqual(keptAfter(3));
  expect(await keeper.save(saveOf('new', 3))).toBe('ok');
}, 60_000);
