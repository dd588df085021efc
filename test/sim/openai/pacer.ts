/**
 * One timer for everything that is paced: a performance is an iterator that does a step and yields how many ms to wait
 * for the next. All performances share one interval, which runs only while there is something to play, so two hundred
 * speaking sessions cost one timer. A late tick catches up: due times add up and do not drift.
 */
export type Steps = Generator<number, void, void>;

export interface Performance {
  readonly steps: Steps;
  dueAtMs: number;
}

const TICK_MS = 10;

export class Pacer {
  private readonly playing = new Set<Performance>();
  private timer: NodeJS.Timeout | undefined;

  /** Starts at the next tick. */
  play(steps: Steps): Performance {
    const performance: Performance = { steps, dueAtMs: nowMs() };
    this.playing.add(performance);
    this.timer ??= setInterval(() => this.tick(nowMs()), TICK_MS);
    return performance;
  }

  /** Takes no further step of it; harmless where it has ended. */
  stop(performance: Performance): void {
    this.playing.delete(performance);
    this.rest();
  }

  /** How many performances are under way. */
  get size(): number {
    return this.playing.size;
  }

  private tick(now: number): void {
    for (const performance of this.playing) this.catchUp(performance, now);
    this.rest();
  }

  private catchUp(performance: Performance, now: number): void {
    while (performance.dueAtMs <= now && this.playing.has(performance)) {
      const step = performance.steps.next();
      if (step.done === true) this.playing.delete(performance);
      else performance.dueAtMs += step.value;
    }
  }

  private rest(): void {
    if (this.playing.size > 0 || this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function nowMs(): number {
  return performance.now();
}
