import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../actors/kernel/clock.ts';
import { SimulatedClock } from '../../../actors/kernel/simulated-clock.ts';

describe('the simulated clock', () => {
  it('wakes in order of time, then of asking, each at its own time', () => {
    const clock = new SimulatedClock(100);
    const woken: [string, number][] = [];
    const wake = (name: string) => () => woken.push([name, clock.now()]);
    clock.wakeAt(300, wake('late'));
    clock.wakeAt(200, wake('first of two'));
    clock.wakeAt(200, wake('second of two'));
    clock.advance(1_000);
    expect(woken).toEqual([
      ['first of two', 200],
      ['second of two', 200],
      ['late', 300],
    ]);
    expect([clock.now(), clock.pending]).toEqual([1_100, 0]);
  });

  it('wakes what an alarm sets inside the same stretch, and not what lies beyond it', () => {
    const clock = new SimulatedClock();
    const woken: number[] = [];
    const tick = (): void => {
      woken.push(clock.now());
      clock.wakeAt(clock.now() + 40, tick);
    };
    clock.wakeAt(40, tick);
    clock.advance(100);
    expect(woken).toEqual([40, 80]);
    expect(clock.pending).toBe(1);
  });

  it('wakes at once, and not in the past, where the time is over', () => {
    const clock = new SimulatedClock(500);
    const woken: number[] = [];
    clock.wakeAt(10, () => woken.push(clock.now()));
    clock.advance(0);
    expect(woken).toEqual([500]);
  });

  it('does not wake what was called off, also by an alarm of the same moment', () => {
    const clock = new SimulatedClock();
    const woken: string[] = [];
    const callOff = clock.wakeAt(10, () => woken.push('called off before'));
    const calledOffLate: { off: () => void } = { off: () => {} };
    clock.wakeAt(10, () => calledOffLate.off());
    calledOffLate.off = clock.wakeAt(10, () => woken.push('called off in the moment'));
    callOff();
    callOff();
    clock.advance(100);
    expect([woken, clock.pending]).toEqual([[], 0]);
  });

  it('keeps its order with very many alarms', () => {
    const clock = new SimulatedClock();
    const woken: number[] = [];
    for (let made = 0; made < 5_000; made++) {
      const at = (made * 7_919) % 4_999;
      const callOff = clock.wakeAt(at, () => woken.push(at));
      if (made % 3 === 0) callOff();
    }
    clock.advance(5_000);
    expect(woken).toEqual([...woken].sort((a, b) => a - b));
    expect([woken.length, clock.pending]).toEqual([3_333, 0]);
  });
});

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells the time of day', () => {
    vi.useRealTimers();
    expect(Math.abs(systemClock().now() - Date.now())).toBeLessThan(1_000);
  });

  it('does not go back where the machine’s time of day is corrected', () => {
    const clock = systemClock();
    const before = clock.now();
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(clock.now()).toBeGreaterThanOrEqual(before);
    vi.advanceTimersByTime(5);
    expect(clock.now() - before).toBeCloseTo(5, 1);
  });

  it('wakes once, not before its time', () => {
    const clock = systemClock();
    const woken: number[] = [];
    const at = clock.now() + 100.6;
    clock.wakeAt(at, () => woken.push(clock.now()));
    vi.advanceTimersByTime(100);
    expect(woken).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(woken).toHaveLength(1);
    expect(woken[0]).toBeGreaterThanOrEqual(at);
  });

  it('wakes soon where the time is over, and never within the call', () => {
    const clock = systemClock();
    const wake = vi.fn<() => void>();
    clock.wakeAt(clock.now() - 10_000, wake);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  it('waits longer than a timer of Node’s can', () => {
    const clock = systemClock();
    const wake = vi.fn<() => void>();
    const days = 60 * 86_400_000;
    clock.wakeAt(clock.now() + days, wake);
    vi.advanceTimersByTime(days - 10);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(20);
    expect(wake).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('can be called off at any time, also in the second stretch of a long wait', () => {
    const clock = systemClock();
    const wake = vi.fn<() => void>();
    const callOff = clock.wakeAt(clock.now() + 60 * 86_400_000, wake);
    vi.advanceTimersByTime(30 * 86_400_000);
    callOff();
    callOff();
    vi.advanceTimersByTime(60 * 86_400_000);
    expect(wake).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
