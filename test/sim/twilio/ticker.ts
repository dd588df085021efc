/**
 * One 20 ms clock for every phone. Due ticks are counted from the start, so a late timer is caught up and time does not
 * drift; after a long stall at most `MAX_CATCH_UP` ticks come at once and the rest of the stall is skipped, as a real
 * line would not play it any more. It runs only while somebody listens.
 */
export const TICK_MS = 20;
const MAX_CATCH_UP = 5;

export class Ticker {
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private startedMs = 0;
  private ticks = 0;
  /** Ticks skipped because the process was stalled, since the ticker was made. */
  skipped = 0;

  /** Calls `listener` each 20 ms until the returned function is called. */
  add(listener: () => void): () => void {
    this.listeners.add(listener);
    if (this.timer === undefined) {
      this.startedMs = performance.now();
      this.ticks = 0;
      this.schedule();
    }
    return () => this.remove(listener);
  }

  private remove(listener: () => void): void {
    this.listeners.delete(listener);
    if (this.listeners.size > 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    const nextMs = this.startedMs + (this.ticks + 1) * TICK_MS;
    this.timer = setTimeout(() => this.wake(), Math.max(0, nextMs - performance.now()));
  }

  private wake(): void {
    const due = Math.floor((performance.now() - this.startedMs) / TICK_MS) - this.ticks;
    const stalled = Math.max(0, due - MAX_CATCH_UP);
    this.skipped += stalled;
    this.ticks += stalled;
    for (let i = stalled; i < due; i++) {
      this.ticks++;
      for (const listener of this.listeners) listener();
    }
    if (this.listeners.size > 0) this.schedule();
  }
}
