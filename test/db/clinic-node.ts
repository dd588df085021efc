/**
 * A node as far as it knows clinics: its directory, over connections of its own that can be cut or silenced, with a
 * clock that a test can set ahead. Closed when the test is finished.
 */
import { onTestFinished } from 'vitest';
import { type CachedClinicDirectory, cachedClinicDirectory } from '../../db/clinic-directory.ts';
import { redisClinicVault } from '../../db/clinic-vault.ts';
import { openPostgres } from '../../db/postgres.ts';
import { openRedis, type RedisConnection } from '../../db/redis.ts';
import { parseRedisUrl } from '../../ops/config/redis-url.ts';
import { freshDatabase, freshRedis } from '../support/services.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';

export interface ClinicStores {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

export interface ClinicNode {
  readonly directory: CachedClinicDirectory;
  readonly postgres: TcpProxy;
  readonly redis: TcpProxy;
  readonly redisConnection: RedisConnection;
  /** Names of the queries it made. */
  readonly queries: string[];
  /** What it told of: `lost postgres`, `back redis`, `unreadable ID`. */
  readonly told: string[];
  /** Moves its clock ahead. */
  pass(ms: number): void;
}

/** Longer than anything a caller, or a starting node, may wait: whoever waits for a silent Postgres is found out. */
export const DEADLINE_MS = 6_000;

/** A seeded database and an empty Redis of the test's own. */
export async function clinicStores(): Promise<ClinicStores> {
  const [database, redis] = await Promise.all([freshDatabase(), freshRedis()]);
  onTestFinished(() => Promise.all([database.drop(), redis.drop()]).then(() => undefined));
  return { databaseUrl: database.url, redisUrl: redis.url };
}

export function connectRedis(url: string): RedisConnection {
  const reading = parseRedisUrl(url);
  if ('problem' in reading) throw new Error(reading.problem);
  const connection = openRedis(reading.value, 'sessions', () => undefined);
  onTestFinished(() => connection.close());
  return connection;
}

/** A node that is not started yet. It looks for changes every `pauseMs`, as in production where none is given. */
export async function clinicNode(stores: ClinicStores, { pauseMs }: { pauseMs?: number } = {}): Promise<ClinicNode> {
  const [postgres, redis] = await Promise.all([openTcpProxy(stores.databaseUrl), openTcpProxy(stores.redisUrl)]);
  const queries: string[] = [];
  const told: string[] = [];
  let aheadMs = 0;
  const database = openPostgres({
    url: postgres.url,
    poolSize: 4,
    deadlineMs: DEADLINE_MS,
    onQuery: ({ query }) => queries.push(query),
  });
  const redisConnection = connectRedis(redis.url);
  await redisConnection.ready(5_000);
  const directory = cachedClinicDirectory({
    database,
    vault: redisClinicVault(redisConnection.client),
    onLost: (store) => told.push(`lost ${store}`),
    onBack: (store) => told.push(`back ${store}`),
    onUnreadable: (clinicId) => told.push(`unreadable ${clinicId}`),
    now: () => performance.now() + aheadMs,
    ...(pauseMs === undefined ? {} : { pauseMs }),
  });
  onTestFinished(async () => {
    // Ends what waits for a silent store.
    postgres.cut();
    redis.cut();
    await directory.close();
    await database.close();
    await redisConnection.close();
    await Promise.all([postgres.close(), redis.close()]);
  });
  const pass = (ms: number): void => {
    aheadMs += ms;
  };
  return { directory, postgres, redis, redisConnection, queries, told, pass };
}
