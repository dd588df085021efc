import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const WINDOW_MS = 10_000;

export interface EventLoopWatch {
  /** How late timers were in the last 10 to 20 seconds, 99th percentile, in seconds. */
  readonly lagS: () => number;
  close(): void;
}

function p99Ms(histogram: IntervalHistogram): number {
  return histogram.count > 0 ? histogram.percentile(99) / 1e6 - RESOLUTION_MS : 0;
}

/** Watches the event loop from here on, in windows, so that an old stall is forgotten whoever scrapes how often. */
export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let lastWindowMs = 0;
  const timer = setInterval(() => {
    lastWindowMs = p99Ms(histogram);
    histogram.reset();
  }, WINDOW_MS).unref();
  return {
    lagS: () => Math.max(0, lastWindowMs, p99Ms(histogram)) / 1000,
    close() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
