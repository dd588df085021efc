/** Time as a port: actors take `now` as an argument, and only their shell asks a clock to be woken. */

export interface Clock {
  /** Milliseconds since the Unix epoch; never goes back within a process. */
  now(): number;
  /** Calls `wake` once, at `at` or soon after, never within this call; the returned function calls it off. */
  wakeAt(at: number, wake: () => void): () => void;
}

/** Node's largest timer delay; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** The real clock: wall time at start, moved on by the monotonic timer, so that a corrected system clock moves no deadline. */
export function systemClock(): Clock {
  return {
    now,
    wakeAt(at, wake) {
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const delayMs = Math.max(0, Math.ceil(at - now()));
        timer = setTimeout(ring, Math.min(delayMs, LONGEST_TIMER_MS));
      };
      // A long wait takes several timers, and a timer may fire a little before its time.
      const ring = (): void => (now() < at ? arm() : wake());
      arm();
      return () => clearTimeout(timer);
    },
  };
}
