/** The stand's Postgres and Redis: embedded ones, or those the environment names; the database migrated and seeded. */
import { join } from 'node:path';
import { startPostgres } from '../../../ops/embedded/postgres.ts';
import { describeEnding, type Ending } from '../../../ops/embedded/process.ts';
import { startRedis } from '../../../ops/embedded/redis.ts';
import type { Plan } from './plan.ts';
import type { Stack, Stoppable } from './stack.ts';

export interface StoreOptions {
  plan: Plan;
  dataDir: string;
  stack: Stack;
  report: (line: string) => void;
}

interface Server extends Stoppable {
  readonly url: string;
  readonly exited: Promise<Ending>;
}

/** Tells when a server ends that nobody stopped. */
async function watch(name: string, server: Server, { report, stack }: StoreOptions): Promise<void> {
  const ending = await server.exited;
  if (stack.closing) return;
  report(`${name} ended (${describeEnding(ending)}). Ava goes on without it; another npm start brings it back.`);
}

/** Starts or finds the database, brings its schema up to date and puts the demo clinics in; answers its URL. */
export async function openDatabase(options: StoreOptions): Promise<string> {
  const { plan, dataDir, stack, report } = options;
  const schema = Promise.all([import('../../../db/migrate.ts'), import('../../../db/seed.ts')]);
  schema.catch(() => undefined);
  let url = plan.environment.DATABASE_URL ?? '';
  if (plan.brings.has('postgres')) {
    const server = await stack.start('Postgres', () => startPostgres({ dir: join(dataDir, 'postgres'), report }));
    void watch('Postgres', server, options);
    url = server.url;
  }
  const [{ migrate }, { seed }] = await schema;
  const { applied } = await migrate({ databaseUrl: url, direction: 'up' });
  if (applied.length > 0) report(`Migrated the database: ${applied.length} applied.`);
  const { added } = await seed(url);
  if (added.length > 0) report(`Made the demo clinics: ${added.join(', ')}.`);
  return url;
}

/** Starts or finds Redis; answers its URL. */
export async function openRedis(options: StoreOptions): Promise<string> {
  const { plan, dataDir, stack, report } = options;
  if (!plan.brings.has('redis')) return plan.environment.REDIS_URL ?? '';
  const dirs = { dir: join(dataDir, 'redis'), cacheDir: join(dataDir, 'cache', 'redis') };
  const server = await stack.start('Redis', () => startRedis({ ...dirs, report }));
  void watch('Redis', server, options);
  return server.url;
}
