/**
 * What a test asks for when it needs a real Postgres or Redis. The servers belong to the test run's main process
 * (`stand.ts`) and start when the first test asks, so that a run of pure tests starts none. Every test file gets
 * databases of its own and may run beside any other.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { z } from 'zod';

declare module 'vitest' {
  interface ProvidedContext {
    /** Root URL of the run's stand. */
    standUrl: string;
  }
}

/** A place of a test's own on a shared server. */
export interface FreshService {
  readonly url: string;
  /** Gives the place back, with all that is in it; live connections to it are cut. */
  drop(): Promise<void>;
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Where a fetched Redis server is kept: for tests that start a server of their own by `startRedis`. */
export const redisCacheDir = join(PROJECT, '.data', 'cache', 'redis');

const grant = z.object({ path: z.string(), url: z.string() });

async function ask(method: 'POST' | 'DELETE', path: string): Promise<unknown> {
  const response = await fetch(new URL(path, inject('standUrl')), { method });
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(`the test services answered: ${JSON.stringify(body)}`);
  return body;
}

async function fresh(path: string): Promise<FreshService> {
  const granted = grant.parse(await ask('POST', path));
  return {
    url: granted.url,
    drop: async () => {
      await ask('DELETE', granted.path);
    },
  };
}

/**
 * A database of one's own on the run's Postgres, owned by a superuser: migrated and seeded with the demo clinic, or
 * empty where `migrated` is false. About 60 ms.
 */
export const freshDatabase = ({ migrated = true }: { migrated?: boolean } = {}): Promise<FreshService> =>
  fresh(migrated ? '/databases' : '/databases?migrated=false');

/**
 * An empty numbered database of one's own on the run's Redis. Keys are apart; what Redis shares between databases
 * (published messages, scripts, `FLUSHALL`) is not.
 */
export const freshRedis = (): Promise<FreshService> => fresh('/redis');

/** Called once by the test runner, in its main process, before the first test; answers how to take all down again. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { openStand } = await import('./stand.ts');
  const stand = await openStand(join(PROJECT, '.data'));
  project.provide('standUrl', stand.url);
  return () => stand.close();
}
