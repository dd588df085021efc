import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Ticker } from './ticker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the ticker', () => {
  it('ticks each 20 ms for everybody, and stops with the last listener', () => {
    const ticker = new Ticker();
    const [one, two] = [vi.fn<() => void>(), vi.fn<() => void>()];
    const [stopOne, stopTwo] = [ticker.add(one), ticker.add(two)];
    vi.advanceTimersByTime(1000);
    expect([one.mock.calls.length, two.mock.calls.length]).toEqual([50, 50]);
    stopOne();
    vi.advanceTimersByTime(100);
    expect([one.mock.calls.length, two.mock.calls.length]).toEqual([50, 55]);
    stopTwo();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('catches up what a late timer missed, and skips what a stalled process missed', () => {
    const ticker = new Ticker();
    const listener = vi.fn<() => void>();
    const stop = ticker.add(listener);
    const realNow = performance.now();
    const clock = vi.spyOn(performance, 'now');
    clock.mockReturnValue(realNow + 90);
    vi.advanceTimersToNextTimer();
    expect(listener).toHaveBeenCalledTimes(4);
    clock.mockReturnValue(realNow + 1090);
    vi.advanceTimersToNextTimer();
    expect(listener).toHaveBeenCalledTimes(9);
    expect(ticker.skipped).toBe(45);
    stop();
    clock.mockRestore();
  });
});
