/** Ava's fixed sentences: she is measured as a node that has served a while, with all of them rendered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Database } from '../../../db/postgres.ts';

const LIMIT_MS = 120_000;
/** Without another one for so long, all are. */
const QUIET_MS = 8_000;
const POLL_MS = 500;

/** Waits until no further phrase comes; resolves with how many there are. */
export async function renderedPhrases(database: Database): Promise<number> {
  const until = performance.now() + LIMIT_MS;
  let found = 0;
  let since = performance.now();
  while (performance.now() < until && performance.now() - since < QUIET_MS) {
    await sleep(POLL_MS);
    const rows = await database.unbound('phrases', (sql) => sql`select count(*)::int as n from phrases`);
    const { n } = z.object({ n: z.number() }).parse(rows[0]);
    if (n !== found) since = performance.now();
    found = n;
  }
  return found;
}
