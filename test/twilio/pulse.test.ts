import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BEAT_MS, createPulse } from '../../src/twilio/pulse.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('beats for all who joined by one timer, which runs only while there are some', () => {
  const pulse = createPulse();
  const counts = { a: 0, b: 0 };
  expect(vi.getTimerCount()).toBe(0);
  const leaveA = pulse.join(() => counts.a++);
  const leaveB = pulse.join(() => counts.b++);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(3 * BEAT_MS);
  leaveA();
  vi.advanceTimersByTime(2 * BEAT_MS);
  expect(counts).toEqual({ a: 3, b: 5 });
  leaveB();
  expect(vi.getTimerCount()).toBe(0);
  const leaveAgain = pulse.join(() => counts.a++);
  vi.advanceTimersByTime(BEAT_MS);
  expect(counts.a).toBe(4);
  leaveAgain();
});
