/** Changes whose outcome a caller waits for: run again until it is known. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isConflict, isOutage } from './postgres-errors.ts';

const MAX_ATTEMPTS = 5;
/** No new attempt after this: a caller is waiting on the phone. */
const RETRY_WINDOW_MS = 3_000;
const RETRY_BASE_MS = 20;
const RETRY_LIMIT_MS = 500;

/**
 * Runs a change until its outcome is known, within limits: again where it lost a race, again where Postgres broke off.
 * It must be one that may be repeated. Throws what the last attempt threw.
 */
export async function settle<T>(attempt: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  for (let n = 1; ; n += 1) {
    try {
      return await attempt();
    } catch (error) {
      const late = n === MAX_ATTEMPTS || performance.now() - startedAt > RETRY_WINDOW_MS;
      if (late || !(isConflict(error) || isOutage(error))) throw error;
      await sleep(Math.random() * Math.min(RETRY_BASE_MS * 2 ** n, RETRY_LIMIT_MS));
    }
  }
}
