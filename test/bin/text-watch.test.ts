/** What comes in while an earlier text is being answered. */
import { expect, it, vi } from 'vitest';
import { watchTexts } from '../../src/bin/text-watch.ts';

const SOON = { timeout: 5_000, interval: 1 };

/** A watch over these counts, and what it asked for. */
function watched(counts: Map<string, number>) {
  const asked: (readonly string[])[] = [];
  const waiting = async (threadIds: readonly string[]) => {
    asked.push(threadIds);
    return counts;
  };
  return { watch: watchTexts({ waiting }, 1), asked };
}

it('is told of the thread that it is on, once there is more than was known', async () => {
  const counts = new Map([
    ['a', 1],
    ['b', 2],
  ]);
  const { watch, asked } = watched(counts);
  const [a, b] = [watch.begin('a', 1), watch.begin('b', 2)];
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(2), SOON);
  expect([a.more.aborted, b.more.aborted]).toEqual([false, false]);
  counts.set('b', 3);
  await vi.waitFor(() => expect(b.more.aborted).toBe(true), SOON);
  expect(a.more.aborted).toBe(false);
  a.end();
  b.end();
});

it('asks for all threads at once, and for none that nobody watches any more', async () => {
  const { watch, asked } = watched(new Map());
  const all = [watch.begin('a', 1), watch.begin('b', 1), watch.begin('a', 1)];
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0), SOON);
  expect(asked[0]).toEqual(['a', 'b']);
  for (const each of all) each.end();
  const before = asked.length;
  const other = watch.begin('c', 1);
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before), SOON);
  expect(asked.slice(before).flat()).not.toContain('a');
  other.end();
});

it('goes on where the book does not answer', async () => {
  let asked = 0;
  const watch = watchTexts(
    {
      async waiting() {
        asked += 1;
        if (asked < 3) throw new Error('no answer');
        return new Map([['a', 2]]);
      },
    },
    1,
  );
  const a = watch.begin('a', 1);
  await vi.waitFor(() => expect(a.more.aborted).toBe(true), SOON);
  a.end();
});
