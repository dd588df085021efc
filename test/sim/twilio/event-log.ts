/**
 * A call's events: kept in order for latecomers, delivered to listeners as they happen, iterable to the end of the call.
 * Bounded: beyond `MAX_KEPT` the oldest are forgotten.
 */
const MAX_KEPT = 20_000;

export class EventLog<Event> implements AsyncIterable<Event> {
  private readonly kept: Event[] = [];
  private forgotten = 0;
  private readonly listeners = new Set<(event: Event) => void>();
  private readonly waiting = new Set<() => void>();
  private closed = false;

  /** What happened so far, oldest first. */
  get past(): readonly Event[] {
    return this.kept;
  }

  push(event: Event): void {
    this.kept.push(event);
    if (this.kept.length > MAX_KEPT) {
      this.kept.shift();
      this.forgotten++;
    }
    for (const listener of this.listeners) listener(event);
    this.wake();
  }

  /** Nothing more will happen: iterations end. */
  close(): void {
    this.closed = true;
    this.wake();
  }

  /** Calls the listener for each event from now on; the returned function stops it. */
  on(listener: (event: Event) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Every event from the first one on, ending when the log is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    let next = this.forgotten;
    for (;;) {
      next = Math.max(next, this.forgotten);
      const event = this.kept[next - this.forgotten];
      if (event !== undefined) {
        next++;
        yield event;
      } else if (this.closed) return;
      else await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resume of waiting) resume();
  }
}
