import { describe, expect, it } from 'vitest';
import { backOffMs, RETRY } from '../../queues/retry.ts';

const policy = { attempts: 10, firstMs: 100, longestMs: 1_000 };

describe('the back-off', () => {
  it('doubles with each failure, up to its bound', () => {
    expect([1, 2, 3, 4, 5, 1_000].map((failures) => backOffMs(policy, failures, () => 1))).toEqual([
      100, 200, 400, 800, 1_000, 1_000,
    ]);
  });

  it('lies anywhere in the upper half, so that those who failed together do not come back together', () => {
    expect(backOffMs(policy, 1, () => 0)).toBe(50);
    expect(new Set(Array.from({ length: 100 }, () => backOffMs(policy, 5))).size).toBeGreaterThan(20);
  });
});

it('housekeeping has given up before it is due again', () => {
  const { attempts } = RETRY.housekeeping;
  const delays = Array.from({ length: attempts - 1 }, (_, index) => backOffMs(RETRY.housekeeping, index + 1, () => 1));
  expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeLessThan(30_000);
});
