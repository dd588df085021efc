import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isRunning } from '../../ops/embedded/process.ts';
import { type EmbeddedRedis, startRedis } from '../../ops/embedded/redis.ts';
import { findRedis } from '../../ops/embedded/redis-program.ts';
import { redisCacheDir } from '../support/services.ts';

let dir: string;
const started: EmbeddedRedis[] = [];
const said: string[] = [];
const report = (line: string): void => {
  said.push(line);
};

const start = async (): Promise<EmbeddedRedis> => {
  const server = await startRedis({ dir: join(dir, 'redis'), cacheDir: redisCacheDir, report });
  started.push(server);
  return server;
};

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

beforeEach(async () => {
  said.length = 0;
  dir = await mkdtemp(join(tmpdir(), 'ava-redis-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(started.map((server) => server.stop()));
  started.length = 0;
  await rm(dir, { recursive: true, force: true });
});

describe('the embedded Redis', () => {
  it('keeps its data from start to start, and never evicts', async () => {
    const first = await start();
    await ask(first.url, (redis) => redis.set('job', 'waiting'));
    await first.stop();
    expect(isRunning(first.pid)).toBe(false);
    const second = await start();
    expect(await ask(second.url, (redis) => redis.get('job'))).toBe('waiting');
    expect(await ask(second.url, (redis) => redis.config('GET', 'maxmemory-policy'))).toContain('noeviction');
  });

  it('stops a server that an earlier run left behind before it starts its own', async () => {
    const leftover = await start();
    await ask(leftover.url, (redis) => redis.set('job', 'waiting'));
    const server = await start();
    expect(isRunning(leftover.pid)).toBe(false);
    expect(said.join()).toContain(`process ${leftover.pid}`);
    expect(await ask(server.url, (redis) => redis.get('job'))).toBe('waiting');
  });

  it('is taken from the cache folder where the machine has none', async () => {
    const kept = join(dir, 'cache', 'root', 'usr', 'bin', 'redis-server');
    await mkdir(join(kept, '..'), { recursive: true });
    await writeFile(kept, '#!/bin/sh\nexit 0\n');
    await chmod(kept, 0o755);
    vi.stubEnv('PATH', dir);
    expect(await findRedis(join(dir, 'cache'), report)).toMatchObject({ file: kept });
    expect(said).toEqual([]);
  });

  it('names the ways to provide one where nothing helps', async () => {
    vi.stubEnv('PATH', dir);
    await expect(findRedis(join(dir, 'cache'), report)).rejects.toThrow(/no apt-get[^]*install one[^]*REDIS_URL/);
  });
});
