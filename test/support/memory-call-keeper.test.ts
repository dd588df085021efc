import { describe, expect, it } from 'vitest';
import { describeCallKeeper, keptAfter, saveOf, wholeOf } from '../contract/call-keeper.ts';
import { memoryCallKeeper } from './memory-call-keeper.ts';

describeCallKeeper('in memory', async () => {
  const keeper = memoryCallKeeper();
  return { keeper, flush: async () => keeper.flush(), close: async () => {} };
});

describe('the keeper of calls in memory', () => {
  it('can lose what came after a copy, as a failover does', async () => {
    const keeper = memoryCallKeeper();
    await keeper.save(wholeOf('CA1', 1));
    const copy = keeper.copy();
    await keeper.save(saveOf('CA1', 2));
    keeper.restore(copy);
    expect(await keeper.read('CA1')).toEqual(keptAfter(1));
    expect(await keeper.save(saveOf('CA1', 3))).toBe('behind');
  });
});
