/** The wall-clock timers of one session: its limit, the ages at which faults are due, and the caller's idle time. */
export interface ClockPorts {
  readonly limitMs: number;
  readonly agesMs: readonly number[];
  readonly onLimit: () => void;
  readonly onAge: () => void;
  readonly onIdle: () => void;
}

/** Longer delays make a timer fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class SessionClocks {
  private readonly timers: NodeJS.Timeout[];
  private readonly onIdle: () => void;
  private idleTimer: NodeJS.Timeout | undefined;
  /** Where on the caller's audio clock the idle time began, in ms. */
  idleFromMs = 0;

  constructor(ports: ClockPorts) {
    this.onIdle = ports.onIdle;
    this.timers = [
      setTimeout(ports.onLimit, Math.min(ports.limitMs, LONGEST_TIMER_MS)),
      ...ports.agesMs.map((ms) => setTimeout(ports.onAge, Math.min(ms, LONGEST_TIMER_MS))),
    ];
  }

  startIdle(ms: number, fromMs: number): void {
    this.cancelIdle();
    this.idleFromMs = fromMs;
    this.idleTimer = setTimeout(this.onIdle, ms);
  }

  cancelIdle(): void {
    clearTimeout(this.idleTimer);
  }

  stop(): void {
    this.cancelIdle();
    for (const timer of this.timers) clearTimeout(timer);
  }
}
