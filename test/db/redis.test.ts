import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openRedis, type RedisConnection, type RedisPurpose, reconnectDelayMs } from '../../db/redis.ts';
import { redisTicketLedger } from '../../db/ticket-ledger.ts';
import { parseRedisUrl } from '../../ops/config/redis-url.ts';
import { freshRedis } from '../support/services.ts';
import { redisCluster, redisWithSentinel } from './redis-groups.ts';
import { redisServer } from './redis-server.ts';

const DEADLINE_MS = 25_000;
const SOON = { timeout: DEADLINE_MS };

function opened(url: string, purpose: RedisPurpose): RedisConnection & { readonly told: string[] } {
  const reading = parseRedisUrl(url);
  if ('problem' in reading) throw new Error(reading.problem);
  const told: string[] = [];
  const connection = openRedis(reading.value, purpose, (state) => told.push(state));
  onTestFinished(() => connection.close());
  return Object.assign(connection, { told });
}

async function freshUrl(): Promise<string> {
  const redis = await freshRedis();
  onTestFinished(() => redis.drop());
  return redis.url;
}

/** Milliseconds until `work` has failed. */
async function failsAfterMs(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await expect(work).rejects.toBeInstanceOf(Error);
  return performance.now() - startedAt;
}

describe('a connection', () => {
  test.each(['sessions', 'pubsub', 'queue'] as const)('for %s comes up, answers and closes', async (purpose) => {
    const redis = opened(await freshUrl(), purpose);
    await redis.ready(DEADLINE_MS);
    await redis.ping();
    await redis.close();
    expect(redis.state).toBe('closed');
    expect(redis.told).toEqual(['up']);
    await vi.waitFor(() => expect(redis.client.status).toBe('end'), SOON);
    await expect(redis.ping()).rejects.toThrow('Connection is closed');
  });

  test('uses the database and the password of its address', async () => {
    const server = await redisServer('requirepass s3cret');
    const redis = opened(`redis://:s3cret@127.0.0.1:${server.port}/5`, 'sessions');
    await redis.ready(DEADLINE_MS);
    expect(String(await redis.client.call('CLIENT', 'INFO'))).toMatch(/name=ava-sessions .*\bdb=5\b/);

    const stranger = opened(`redis://:wrong@127.0.0.1:${server.port}`, 'sessions');
    await expect(stranger.ready(500)).rejects.toThrow('Redis is out of reach');
    await expect(stranger.ping()).rejects.toThrow(/NOAUTH|writeable|closed/);
  });

  test('that finds nobody says so, throws nothing by itself, and closes at once', async () => {
    const server = await redisServer();
    await server.kill();
    const redis = opened(`redis://127.0.0.1:${server.port}`, 'sessions');
    await vi.waitFor(() => expect(redis.told).toEqual(['down']), SOON);
    await expect(redis.ready(50)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await redis.close();
    expect(redis.state).toBe('closed');
  });
});

test('a connection that its client gave up for good is opened again', async () => {
  const redis = opened(await freshUrl(), 'sessions');
  await redis.ready(DEADLINE_MS);
  redis.client.disconnect();
  await vi.waitFor(() => expect(redis.told).toEqual(['up', 'down', 'up']), SOON);
  await redis.ping();
});

describe('Redis killed and started again', () => {
  test('fails commands for sessions at once, and serves them when it is back', async () => {
    const server = await redisServer();
    const redis = opened(`redis://127.0.0.1:${server.port}`, 'sessions');
    await redis.ready(DEADLINE_MS);
    await server.kill();
    await vi.waitFor(() => expect(redis.state).toBe('down'), SOON);
    expect(await failsAfterMs(redis.client.set('lost', '1'))).toBeLessThan(200);

    await server.start();
    await redis.ready(DEADLINE_MS);
    expect(await redis.client.get('lost')).toBeNull();
    expect(redis.told).toEqual(['up', 'down', 'up']);
  });

  test('keeps subscriptions', async () => {
    const server = await redisServer();
    const url = `redis://127.0.0.1:${server.port}`;
    const listener = opened(url, 'pubsub');
    const heard: string[] = [];
    listener.client.on('message', (_channel: string, text: string) => heard.push(text));
    await listener.client.subscribe('facts');
    await server.kill();
    await vi.waitFor(() => expect(listener.state).toBe('down'), SOON);
    await server.start();
    await listener.ready(DEADLINE_MS);
    const speaker = opened(url, 'sessions');
    await speaker.ready(DEADLINE_MS);
    await vi.waitFor(async () => {
      await speaker.client.publish('facts', 'changed');
      expect(heard).toContain('changed');
    }, SOON);
  });

  test('lets the commands of queues wait for it', async () => {
    const server = await redisServer();
    const redis = opened(`redis://127.0.0.1:${server.port}`, 'queue');
    await redis.ready(DEADLINE_MS);
    await server.kill();
    await vi.waitFor(() => expect(redis.state).toBe('down'), SOON);
    const waiting = redis.client.set('kept', '1');
    await server.start();
    expect(await waiting).toBe('OK');
  });
});

test('a frozen Redis fails a command in 250 ms, is cut off, never gets the command again, and is found again', async () => {
  const server = await redisServer();
  const redis = opened(`redis://127.0.0.1:${server.port}`, 'sessions');
  await redis.ready(DEADLINE_MS);
  server.freeze();
  const tookMs = await failsAfterMs(redis.client.incr('count'));
  expect(tookMs).toBeGreaterThan(200);
  expect(tookMs).toBeLessThan(1000);
  await vi.waitFor(() => expect(redis.state).toBe('down'), SOON);
  server.thaw();
  await redis.ready(DEADLINE_MS);
  // The frozen server had it in its buffer: done once, or not at all.
  expect(Number(await redis.client.get('count'))).toBeLessThanOrEqual(1);
});

test('what is asked together is answered each by itself, and a bug among it holds nothing back', async () => {
  const redis = opened(await freshUrl(), 'sessions');
  await redis.ready(DEADLINE_MS);
  const answers: Promise<number>[] = [];
  const asked = (): void => {
    for (let n = 0; n < 3; n++) answers.push(redis.client.incr('count'));
    throw new Error('a bug');
  };
  expect(() => redis.together(asked)).toThrow('a bug');
  expect(await Promise.all(answers)).toEqual([1, 2, 3]);
});

test('an answer that came while the process stood still is an answer', async () => {
  const redis = opened(await freshUrl(), 'sessions');
  await redis.ready(DEADLINE_MS);
  const answers = Array.from({ length: 3 }, () => redis.client.incr('count'));
  // The commands leave, and their answers are there, long before anybody looks for them.
  await new Promise((resolve) => setImmediate(resolve));
  const until = performance.now() + 600;
  while (performance.now() < until);
  expect(await Promise.all(answers)).toEqual([1, 2, 3]);
});

test('Sentinel leads to the primary, and to the new one after a failover', async () => {
  const { url, primary, replica } = await redisWithSentinel();
  const redis = opened(url, 'sessions');
  await redis.ready(DEADLINE_MS);
  await redis.client.set('before', '1');
  await vi.waitFor(async () => expect(await replica.command('GET before')).toBe('$1\r\n1\r\n'), SOON);

  await primary.kill();
  const failedOver = { timeout: 20_000 };
  await vi.waitFor(async () => expect(await redis.client.set('after', '1')).toBe('OK'), failedOver);

  expect(await replica.command('ROLE')).toContain('master');
  // Sentinel may tell of it after that, whereupon the client connects once more.
  await vi.waitFor(async () => expect(await redis.client.get('before')).toBe('1'), failedOver);
}, 60_000);

test('a Cluster is used by key, and found again when its node comes back', async () => {
  const {
    url,
    nodes: [server],
  } = await redisCluster(1);
  const redis = opened(url, 'sessions');
  await redis.ready(DEADLINE_MS);
  expect(await redis.client.set('{call}:head', '1')).toBe('OK');
  await redis.ping();

  await server?.kill();
  await vi.waitFor(() => expect(redis.state).toBe('down'), SOON);
  expect(await failsAfterMs(redis.client.get('{call}:head'))).toBeLessThan(1000);
  await server?.start();
  await redis.ready(DEADLINE_MS);
  await vi.waitFor(async () => expect(await redis.client.set('{call}:head', '2')).toBe('OK'), SOON);
}, 30_000);

describe('the ledger of tickets', () => {
  test('lets one of many spend a ticket, and forgets it after its life', async () => {
    const redis = opened(await freshUrl(), 'sessions');
    await redis.ready(DEADLINE_MS);
    const ledger = redisTicketLedger(redis.client);
    const spent = await Promise.all(Array.from({ length: 50 }, () => ledger.spend('nonce', 60)));
    expect(spent.filter(Boolean)).toHaveLength(1);
    expect(await ledger.spend('another', 60)).toBe(true);
    expect(await redis.client.ttl('ava:ticket:nonce')).toBeGreaterThan(50);
  });

  test('throws where Redis is away, so that the caller decides', async () => {
    const server = await redisServer();
    await server.kill();
    const redis = opened(`redis://127.0.0.1:${server.port}`, 'sessions');
    await expect(redisTicketLedger(redis.client).spend('nonce', 60)).rejects.toThrow(/writeable|closed/);
  });
});

test('the delay before connecting again grows, is bounded and differs', () => {
  expect(reconnectDelayMs(1, () => 0)).toBe(25);
  expect(reconnectDelayMs(1, () => 1)).toBe(50);
  expect(reconnectDelayMs(100_000, () => 1)).toBe(2000);
  expect(new Set(Array.from({ length: 50 }, () => reconnectDelayMs(8))).size).toBeGreaterThan(10);
});
