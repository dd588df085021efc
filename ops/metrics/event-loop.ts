import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** Each look wakes a node that has nothing to do; a stall that callers hear is longer. */
const RESOLUTION_MS = 20;
const WINDOW_MS = 10_000;

export interface EventLoopWatch {
  /** The longest that a timer was late in the last 10 to 20 seconds, in seconds. */
  readonly lagS: () => number;
  close(): void;
}

/** One stall is audible to every call, so the longest counts: a percentile would hide it among thousands of ticks. */
const longestMs = (histogram: IntervalHistogram): number =>
  histogram.count > 0 ? histogram.max / 1e6 - RESOLUTION_MS : 0;

/** Watches the event loop from here on, in windows, so that an old stall is forgotten whoever scrapes how often. */
export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let lastWindowMs = 0;
  const timer = setInterval(() => {
    lastWindowMs = longestMs(histogram);
    histogram.reset();
  }, WINDOW_MS).unref();
  return {
    lagS: () => Math.max(0, lastWindowMs, longestMs(histogram)) / 1000,
    close() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
