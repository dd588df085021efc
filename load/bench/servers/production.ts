/**
 * The built server as production runs it, on loopback: its own Postgres and Redis, simulated vendors told of by address,
 * and a whole production configuration. Whatever is started here is ended by `close`.
 */
import { freePort } from '../../../ops/embedded/port.ts';
import { type AvaProcess, spawnAva } from '../../../test/support/ava-process.ts';
import { type Outside, type OutsideOptions, startOutside } from '../../../test/support/outside.ts';
import { openOwnPostgres, openOwnRedis } from '../../../test/support/own-stores.ts';

export interface Production {
  readonly outside: Outside;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly opsUrl: string;
  /** Starts one node; it takes the same ports each time, so one at a time. */
  start(options?: StartOptions): Promise<AvaProcess>;
  close(): Promise<void>;
}

export interface StartOptions {
  /** For node itself. */
  readonly nodeFlags?: readonly string[];
  readonly programFlags?: readonly string[];
  /** Put over the configuration that the benchmark has. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What production insists on; nothing here is ever shown to a vendor. */
const CREDENTIALS = {
  GOOGLE_CREDENTIALS: JSON.stringify({
    type: 'authorized_user',
    client_id: 'i',
    client_secret: 's',
    refresh_token: 't',
  }),
  SESSION_SECRET: 'a-session-secret-of-the-benchmark-and-nothing-else',
  ENCRYPTION_KEYS: 'an-encryption-key-of-the-benchmark-and-nothing-else',
};

export interface Servers {
  readonly start: Production['start'];
  close(): Promise<void>;
}

/** Servers as production runs them, told by `environment` of vendors and stores. */
export function openServers(environment: Readonly<Record<string, string>>): Servers {
  const running = new Set<AvaProcess>();
  return {
    async start(start = {}) {
      const given = { ...environment, ...CREDENTIALS, NODE_ENV: 'production', ...start.environment };
      const ava = await spawnAva({ ...start, program: 'built', environment: given });
      running.add(ava);
      return ava;
    },
    async close() {
      for (const ava of running) await ava.close();
    },
  };
}

/** `outside`: how the simulated vendors behave. */
export async function openProduction(outsideOptions: Omit<OutsideOptions, 'port'> = {}): Promise<Production> {
  const [port, opsPort] = await Promise.all([freePort(), freePort()]);
  const [postgres, redis, outside] = await Promise.all([
    openOwnPostgres(),
    openOwnRedis(),
    startOutside({ port, ...outsideOptions }),
  ]);
  const servers = openServers({
    ...outside.environment,
    OPS_PORT: String(opsPort),
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
  });
  return {
    outside,
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    opsUrl: `http://127.0.0.1:${opsPort}`,
    start: servers.start,
    async close() {
      await servers.close();
      await Promise.all([outside.stop(), postgres.close(), redis.close()]);
    },
  };
}
