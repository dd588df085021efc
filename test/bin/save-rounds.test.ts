/** Calls that share a round, on the timers of the test. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ROUND_MS, SaveRounds } from '../../src/bin/save-rounds.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Rounds that write down what each of them saved. */
function rounds() {
  const pieces: string[][] = [];
  const broken: unknown[] = [];
  const opened = new SaveRounds({
    together: (save) => {
      pieces.push([]);
      save();
    },
    onBroken: (error) => void broken.push(error),
  });
  const call = (name: string, behindSince: number | null = null) => ({
    behindSince,
    saveDue: () => void pieces.at(-1)?.push(name),
  });
  return { rounds: opened, pieces, broken, call };
}

it('calls that change within a round are kept in one piece, as it ends, and not again', async () => {
  const { rounds: opened, pieces, call } = rounds();
  opened.join(call('a'));
  await vi.advanceTimersByTimeAsync(ROUND_MS - 1);
  opened.join(call('b'));
  expect(pieces).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(pieces).toEqual([['a', 'b']]);
  await vi.advanceTimersByTimeAsync(10 * ROUND_MS);
  expect(pieces).toHaveLength(1);
});

it('what changes while a round is kept is kept with the next one', async () => {
  const { rounds: opened, pieces, call } = rounds();
  const second = call('b');
  const first = { behindSince: null, saveDue: () => opened.join(second) };
  opened.join(first);
  await vi.advanceTimersByTimeAsync(ROUND_MS);
  expect(pieces).toEqual([[]]);
  await vi.advanceTimersByTimeAsync(ROUND_MS);
  expect(pieces).toEqual([[], ['b']]);
});

it('a call that cannot be kept is told of, and the others of its round are kept', async () => {
  const { rounds: opened, pieces, broken, call } = rounds();
  const bug = new Error('a bug');
  const bad = {
    behindSince: null,
    saveDue: () => {
      throw bug;
    },
  };
  for (const each of [call('a'), bad, call('b')]) opened.join(each);
  await vi.advanceTimersByTimeAsync(ROUND_MS);
  expect(pieces).toEqual([['a', 'b']]);
  expect(broken).toEqual([bug]);
});

it('the lag is that of the call that is behind longest, of those that are here', () => {
  const { rounds: opened, call } = rounds();
  expect(opened.lagMs(1_000)).toBe(0);
  const late = call('late', 400);
  for (const each of [call('kept'), late, call('new', 900)]) opened.enter(each);
  expect(opened.lagMs(1_000)).toBe(600);
  opened.leave(late);
  expect(opened.lagMs(1_000)).toBe(100);
});
