import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SILENCE_LIMITS, SilenceWatch } from '../../src/openai/silence-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A watch of a service that answers probes. */
function watchOfAnswering(): SilenceWatch {
  const watch = new SilenceWatch();
  watch.answered();
  return watch;
}

function session(watch: SilenceWatch) {
  const heard: string[] = [];
  const watched = {
    silentTicks: 0,
    ponged: false,
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
    const { heard } = session(watchOfAnswering());
    ticks(SILENCE_LIMITS.probeTicks - 1);
    expect(heard).toEqual([]);
    ticks(SILENCE_LIMITS.lostTicks - SILENCE_LIMITS.probeTicks);
    expect(heard).toEqual(['probe']);
    ticks(1);
    expect(heard).toEqual(['probe', 'silent']);
  });

  it('are asked again only after another silence where they answer', () => {
    const { watched, heard } = session(watchOfAnswering());
    for (let n = 0; n < 3; n++) {
      ticks(SILENCE_LIMITS.probeTicks);
      watched.silentTicks = 0;
    }
    expect(heard).toEqual(['probe', 'probe', 'probe']);
  });

  it('are lost though pongs come, where the service is known to answer, and not where it never did', () => {
    for (const [watch, expected] of [
      [watchOfAnswering(), ['probe', 'silent']],
      [new SilenceWatch(), ['probe', 'probe']],
    ] as const) {
      const { watched, heard } = session(watch);
      ticks(SILENCE_LIMITS.probeTicks);
      watched.ponged = true;
      ticks(SILENCE_LIMITS.lostTicks - SILENCE_LIMITS.probeTicks);
      expect(heard).toEqual(expected);
    }
  });

  it('are lost where not even a pong comes', () => {
    const { heard } = session(new SilenceWatch());
    ticks(SILENCE_LIMITS.lostTicks);
    expect(heard).toEqual(['probe', 'probe', 'silent']);
  });

  it('share one timer, which ends with the last of them', () => {
    const watch = new SilenceWatch();
    const sessions = [session(watch), session(watch), session(watch)];
    expect(vi.getTimerCount()).toBe(1);
    for (const { watched } of sessions) watch.remove(watched);
    expect(vi.getTimerCount()).toBe(0);
  });
});
