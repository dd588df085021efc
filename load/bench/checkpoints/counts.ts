/** What Redis and Postgres have counted, so that what calls cost can be told by the difference. */
import { type Database, openPostgres } from '../../../db/postgres.ts';
import { openRedis, type RedisClient } from '../../../db/redis.ts';
import { parseRedisUrl } from '../../../ops/config/redis-url.ts';

export interface Counts {
  /** Commands of clients; a script is one, whatever it does inside. */
  readonly commands: number;
  /** Scripts among them, and the server's time in them, µs. */
  readonly scripts: number;
  readonly scriptsUs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** In Postgres, written or deleted. */
  readonly rows: number;
  readonly transactions: number;
}

export interface Counting {
  now(): Promise<Counts>;
  /** Bytes that the keys of each live call take in Redis. */
  memoryOfCalls(): Promise<readonly number[]>;
  close(): Promise<void>;
}

const SCRIPTS = new Set(['eval', 'evalsha']);
/** What scripts call inside is counted as if clients had asked for it. */
const INSIDE = ['hmget', 'hset', 'rpush', 'pexpire', 'unlink', 'lrange', 'hgetall'];
const ASKED_HERE = ['info', 'keys', 'hexists', 'memory|usage'];
const NOT_OF_NODES = new Set([...INSIDE, ...ASKED_HERE]);

export function openCounting(urls: { readonly redis: string; readonly database: string }): Counting {
  const reading = parseRedisUrl(urls.redis);
  if ('problem' in reading) throw new Error(reading.problem);
  const redis = openRedis(reading.value, 'pubsub', () => undefined);
  const database = openPostgres({ url: urls.database, poolSize: 1, applicationName: 'bench' });
  return {
    now: async () => ({ ...(await countsOfRedis(redis.client)), ...(await countsOfPostgres(database)) }),
    memoryOfCalls: () => memoryOfCalls(redis.client),
    async close() {
      await Promise.all([redis.close(), database.close()]);
    },
  };
}

/** `each` of the counts of two moments, or of a span of time, together. */
export function combined(one: Counts, other: Counts, each: (a: number, b: number) => number): Counts {
  return {
    commands: each(one.commands, other.commands),
    scripts: each(one.scripts, other.scripts),
    scriptsUs: each(one.scriptsUs, other.scriptsUs),
    bytesIn: each(one.bytesIn, other.bytesIn),
    bytesOut: each(one.bytesOut, other.bytesOut),
    rows: each(one.rows, other.rows),
    transactions: each(one.transactions, other.transactions),
  };
}

async function countsOfRedis(client: RedisClient) {
  const [stats, commandStats] = await Promise.all([client.info('stats'), client.info('commandstats')]);
  const stat = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(stats)?.[1] ?? 0);
  const commands = [...commandStats.matchAll(/^cmdstat_(\S+?):calls=(\d+),usec=(\d+)/gm)].map(
    ([, name = '', calls, us]) => ({ name, calls: Number(calls), us: Number(us) }),
  );
  const sum = (of: 'calls' | 'us', isMeant: (name: string) => boolean): number =>
    commands.filter(({ name }) => isMeant(name)).reduce((total, each) => total + each[of], 0);
  return {
    commands: sum('calls', (name) => !NOT_OF_NODES.has(name)),
    scripts: sum('calls', (name) => SCRIPTS.has(name)),
    scriptsUs: sum('us', (name) => SCRIPTS.has(name)),
    bytesIn: stat('total_net_input_bytes'),
    bytesOut: stat('total_net_output_bytes'),
  };
}

async function countsOfPostgres(database: Database) {
  const [row] = await database.unbound(
    'counts',
    (sql) => sql<{ rows: number; transactions: number }[]>`
      select (tup_inserted + tup_updated + tup_deleted)::int as rows, xact_commit::int as transactions
      from pg_stat_database where datname = current_database()`,
  );
  return { rows: row?.rows ?? 0, transactions: row?.transactions ?? 0 };
}

async function memoryOfCalls(client: RedisClient): Promise<readonly number[]> {
  const sizes: number[] = [];
  for (const head of await client.keys('ava:{call:*}:head')) {
    // Of a call that is over its ending alone is kept.
    if ((await client.hexists(head, 'seq')) === 0) continue;
    const keys = [head, head.replace(/head$/, 'items')];
    const bytes = await Promise.all(keys.map((key) => client.memory('USAGE', key)));
    sizes.push(bytes.reduce<number>((total, each) => total + (each ?? 0), 0));
  }
  return sizes;
}
