import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SILENCE_LIMITS, SilenceWatch } from '../../src/openai/silence-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function session(watch: SilenceWatch) {
  const heard: string[] = [];
  const watched = {
    silentTicks: 0,
    probe: () => void heard.push('probe'),
    fellSilent: () => {
      heard.push('silent');
      watch.remove(watched);
    },
  };
  watch.add(watched);
  return { watched, heard };
}

const ticks = (count: number): void => void vi.advanceTimersByTime(count * SILENCE_LIMITS.tickMs);

describe('sessions that are watched', () => {
  it('are asked for a sign of life after a silence, once, and lost where none comes', () => {
    const { heard } = session(new SilenceWatch());
    ticks(SILENCE_LIMITS.probeTicks - 1);
    expect(heard).toEqual([]);
    ticks(SILENCE_LIMITS.lostTicks - SILENCE_LIMITS.probeTicks);
    expect(heard).toEqual(['probe']);
    ticks(1);
    expect(heard).toEqual(['probe', 'silent']);
  });

  it('are asked again only after another silence where they answer', () => {
    const { watched, heard } = session(new SilenceWatch());
    for (let n = 0; n < 3; n++) {
      ticks(SILENCE_LIMITS.probeTicks);
      watched.silentTicks = 0;
    }
    expect(heard).toEqual(['probe', 'probe', 'probe']);
  });

  it('share one timer, which ends with the last of them', () => {
    const watch = new SilenceWatch();
    const sessions = [session(watch), session(watch), session(watch)];
    expect(vi.getTimerCount()).toBe(1);
    for (const { watched } of sessions) watch.remove(watched);
    expect(vi.getTimerCount()).toBe(0);
  });
});
