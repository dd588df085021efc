/** Time as a port: actors take `now` as an argument, and only their shell asks a clock to be woken. */

export interface Clock {
  /** Milliseconds since the Unix epoch; never goes back within a process. */
  now(): number;
  /** Calls `wake` once, at `at` or soon after; the returned function calls it off. */
  wakeAt(at: number, wake: () => void): () => void;
}

/** Node's largest timer delay; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real clock: wall time at start, moved on by the monotonic timer, so that a corrected system clock moves no deadline. */
export function systemClock(): Clock {
  const now = (): number => performance.timeOrigin + performance.now();
  return {
    now,
    wakeAt(at, wake) {
      const timer = setTimeout(wake, Math.min(Math.max(0, at - now()), LONGEST_TIMER_MS));
      return () => clearTimeout(timer);
    },
  };
}
