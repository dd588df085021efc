/**
 * What runs, in the order in which it was started, to be stopped in reverse. Stopping may begin while something is
 * still starting: that is let start, and then stopped. No stop waits for ever, and one that fails keeps no other from
 * being tried.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Stoppable {
  stop(): Promise<unknown>;
}

interface Layer {
  readonly name: string;
  readonly limitMs: number;
  readonly started: Promise<Stoppable>;
}

const DEFAULT_LIMIT_MS = 25_000;

export class Stack {
  readonly #layers: Layer[] = [];
  #closing = false;

  /** Whether everything is being stopped, so that an ending is no news. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Starts something and answers it; `limitMs` bounds its start-and-stop once the stack is closed. */
  async start<T extends Stoppable>(name: string, start: () => Promise<T>, limitMs = DEFAULT_LIMIT_MS): Promise<T> {
    if (this.#closing) throw new Error(`${name} is not started: everything is being stopped`);
    const started = start();
    this.#layers.push({ name, limitMs, started });
    return started;
  }

  /** Stops everything, last first; answers what could not be stopped, in words. */
  async close(): Promise<string[]> {
    this.#closing = true;
    const troubles: string[] = [];
    for (let layer = this.#layers.pop(); layer; layer = this.#layers.pop()) {
      const trouble = await this.#stop(layer);
      if (trouble) troubles.push(trouble);
    }
    return troubles;
  }

  async #stop({ name, limitMs, started }: Layer): Promise<string | undefined> {
    const done = new AbortController();
    const stopped = started.then(
      (thing) =>
        thing.stop().then(
          () => undefined,
          (error: unknown) => `${name} could not be stopped: ${String(error)}`,
        ),
      // What never started was reported to the one who started it.
      () => undefined,
    );
    const late = sleep(limitMs, `${name} did not stop within ${limitMs / 1000} s`, { signal: done.signal });
    try {
      return await Promise.race([stopped, late]);
    } finally {
      done.abort();
      late.catch(() => undefined);
    }
  }
}
