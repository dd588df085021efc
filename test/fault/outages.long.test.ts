/** Postgres, Redis and both, each stopped, killed and frozen, in the middle of a call that books. */
import { describe, expect, it } from 'vitest';
import { booksAcross, expectBookedOnce, openOutageStand, type StoreName, type Way } from './outages.ts';

const LIMIT_MS = 120_000;

const LOST: readonly (readonly [string, readonly StoreName[]])[] = [
  ['Postgres', ['postgres']],
  ['Redis', ['redis']],
  ['both', ['postgres', 'redis']],
];
const WAYS: readonly Way[] = ['stopped', 'killed', 'frozen'];
const CASES = LOST.flatMap(([what, names]) => WAYS.map((way) => [what, way, names] as const));

describe('in the middle of a call', () => {
  it.each(CASES)('%s: %s', { timeout: LIMIT_MS }, async (_what, way, names) => {
    const stand = await openOutageStand();
    try {
      await expectBookedOnce(stand, await booksAcross(stand, names, way));
    } finally {
      await stand.close();
    }
    expect(stand.crashes).toEqual([]);
  });
});
