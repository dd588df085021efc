/**
 * A Postgres and a Redis of a test's own, that may be stopped, killed or frozen and started again on the same port with
 * the same folder. Each is made by `open…` and taken down by its `close`, which also removes what it kept.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '../../db/migrate.ts';
import { seed } from '../../db/seed.ts';
import { startPostgres } from '../../ops/embedded/postgres.ts';
import { stopProcess } from '../../ops/embedded/process.ts';
import { startRedis } from '../../ops/embedded/redis.ts';

export interface OwnStore {
  readonly url: string;
  /** As who runs it would; resolves once the server is gone. */
  stop(): Promise<void>;
  /** SIGKILL; resolves once the server is gone. Harmless when it is. */
  kill(): Promise<void>;
  /** SIGSTOP, of all its processes: connections stay open, new ones are taken, and nothing is answered. */
  freeze(): void;
  /** Lets it go on, or starts it again where it was; resolves once it answers. */
  revive(): Promise<void>;
  close(): Promise<void>;
}

interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Folders that it fills. */
  readonly dirs: readonly string[];
  stop(): Promise<void>;
}

const KILL = [{ signal: 'SIGKILL', graceMs: 5_000 }] as const;
/** Where a fetched Redis server is kept. */
const CACHE_DIR = fileURLToPath(new URL('../../.data/cache/redis', import.meta.url));

/** `start` is called with no port first, then with the port that the first server had. */
async function ownStore(start: (port?: number) => Promise<RunningServer>): Promise<OwnStore> {
  let server = await start();
  let frozen: readonly number[] = [];
  const { url, port, dirs } = server;
  const thaw = (): boolean => {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
    const wasFrozen = frozen.length > 0;
    frozen = [];
    return wasFrozen;
  };
  return {
    url,
    stop: () => server.stop(),
    kill: () => stopProcess(server.pid, KILL),
    freeze() {
      // The parent first: it starts no further ones then.
      process.kill(server.pid, 'SIGSTOP');
      const children = childrenOf(server.pid);
      for (const pid of children) process.kill(pid, 'SIGSTOP');
      frozen = [server.pid, ...children];
    },
    async revive() {
      if (!thaw()) server = await start(port);
    },
    async close() {
      thaw();
      await server.stop();
      await Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true })));
    },
  };
}

/** Linux alone tells; a server elsewhere is frozen without them. */
function childrenOf(pid: number): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** A database with the demo clinics in it. About 3 s. */
export async function openOwnPostgres(): Promise<OwnStore> {
  const dir = await mkdtemp(join(tmpdir(), 'ava-own-postgres-'));
  const store = await ownStore(async (port) => {
    // Killed, it must have kept all that it said it had committed; only the machine outlives it.
    const settings = { synchronous_commit: 'on' };
    const server = await startPostgres({ dir: join(dir, 'postgres'), durable: false, settings, ...(port && { port }) });
    return { ...server, dirs: [dir, server.dir] };
  });
  try {
    await migrate({ databaseUrl: store.url, direction: 'up' });
    await seed(store.url);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/** An empty Redis that keeps nothing on disk. */
export async function openOwnRedis(): Promise<OwnStore> {
  const dir = await mkdtemp(join(tmpdir(), 'ava-own-redis-'));
  return ownStore(async (port) => {
    const options = { dir: join(dir, 'redis'), cacheDir: CACHE_DIR, durable: false, ...(port && { port }) };
    return { ...(await startRedis(options)), dirs: [dir] };
  });
}
