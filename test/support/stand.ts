/**
 * The test run's own servers, behind a small HTTP door on loopback that the workers knock at (`services.ts`). Lives in
 * the runner's main process from before the first test until after the last. A run takes the first free slot folder
 * below `.data/test`, so that runs go side by side and a later one finds a cluster ready made; a slot whose run crashed
 * starts afresh.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Lock, takeLock } from '../../ops/embedded/lock.ts';
import { type Databases, openDatabases } from './stand-databases.ts';
import { openRedisIndexes, type RedisIndexes } from './stand-redis.ts';

export interface Stand {
  readonly url: string;
  close(): Promise<void>;
}

const SLOTS = 16;

function takeSlot(root: string): { dir: string; lock: Lock } {
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const dir = join(root, `slot-${slot}`);
    const lock = takeLock(`${dir}.lock`);
    if (typeof lock !== 'number') return { dir, lock };
  }
  throw new Error(`${SLOTS} test runs are under way in this folder already`);
}

/** Runs `make` at the first call and answers its one result to all; `made` is that result, if it was ever asked for. */
function lazily<T>(make: () => Promise<T>): { get: () => Promise<T>; made: () => Promise<T> | undefined } {
  let result: Promise<T> | undefined;
  return {
    get: () => {
      result ??= make();
      return result;
    },
    made: () => result,
  };
}

interface Services {
  databases: () => Promise<Databases>;
  redis: () => Promise<RedisIndexes>;
}

async function answer(request: IncomingMessage, services: Services): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand');
  const [, kind, id = ''] = pathname.split('/');
  if (request.method === 'POST' && kind === 'databases') {
    const { name, url } = await (await services.databases()).create(searchParams.get('migrated') !== 'false');
    return { path: `/databases/${name}`, url };
  }
  if (request.method === 'POST' && kind === 'redis') {
    const { index, url } = await (await services.redis()).take();
    return { path: `/redis/${index}`, url };
  }
  if (request.method === 'DELETE' && kind === 'databases') await (await services.databases()).drop(id);
  else if (request.method === 'DELETE' && kind === 'redis') await (await services.redis()).giveBack(Number(id));
  else throw new Error(`the stand knows no ${request.method} ${pathname}`);
  return {};
}

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

/** Opens the door; the servers behind it start when they are first asked for. `dataDir`: the project's `.data`. */
export async function openStand(dataDir: string): Promise<Stand> {
  const { dir, lock } = takeSlot(join(dataDir, 'test'));
  const databases = lazily(() => openDatabases({ dir: join(dir, 'postgres'), fresh: lock.afterCrash }));
  const redis = lazily(() => openRedisIndexes({ dir: join(dir, 'redis'), cacheDir: join(dataDir, 'cache', 'redis') }));
  const door = createServer((request, response) => {
    answer(request, { databases: databases.get, redis: redis.get }).then(
      (body) => send(response, 200, body),
      (error: unknown) => send(response, 500, { error: error instanceof Error ? error.message : String(error) }),
    );
  });
  await new Promise<void>((opened) => door.listen(0, '127.0.0.1', opened));
  const address = door.address();
  if (address === null || typeof address === 'string') throw new Error('the stand has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      door.closeAllConnections();
      await new Promise((closed) => door.close(closed));
      const results = await Promise.allSettled(
        [databases.made(), redis.made()].map(async (service) => (await service?.catch(() => undefined))?.close()),
      );
      const failures = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
      if (failures.length > 0) throw new Error(failures.join('; '));
      lock.release();
    },
  };
}
