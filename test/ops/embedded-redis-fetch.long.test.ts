import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findRedis } from '../../ops/embedded/redis-program.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ava-fetch-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

/** A folder with links to every program of the machine but those named so. */
async function pathWithout(name: RegExp): Promise<string> {
  const bin = join(dir, 'bin');
  await mkdir(bin);
  for (const program of (await readdir('/usr/bin')).filter((file) => !name.test(file))) {
    await symlink(join('/usr/bin', program), join(bin, program));
  }
  return bin;
}

/** Needs a Debian or Ubuntu whose package servers can be reached. */
describe('a Redis server that the machine lacks', () => {
  it('is fetched whole by two that want it at once', { timeout: 240_000 }, async () => {
    vi.stubEnv('PATH', await pathWithout(/^(redis|valkey)-/));
    const cache = join(dir, 'cache');
    const both = await Promise.all([findRedis(cache, () => undefined), findRedis(cache, () => undefined)]);
    expect(both[0]).toEqual(both[1]);
    expect(await readdir(cache)).toEqual(['root']);
  });
});
