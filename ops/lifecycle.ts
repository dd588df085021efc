/**
 * What the process holds, opened in order and closed in reverse. Every wait is bounded, every error is collected and
 * none keeps the others from being closed. One lifecycle a process; `add` is called by the composition root, `stop` by
 * whoever ends it (process-signals.ts), as often as they like.
 */
import { setMaxListeners } from 'node:events';

const OPEN_LIMIT_MS = 30_000;
const CLOSE_LIMIT_MS = 10_000;
/** What a close that is under way, or yet to come, is given once there is a hurry. */
const HURRIED_CLOSE_LIMIT_MS = 2000;

export interface StopFailure {
  readonly name: string;
  readonly error: unknown;
}

export interface Limits {
  /** Until `open` has to resolve; 30 s by default. */
  readonly openMs?: number;
  /** Until `close` has to resolve; 10 s by default. */
  readonly closeMs?: number;
}

export interface Lifecycle {
  /**
   * Opens a resource and keeps its way to close. Rejects where opening fails or takes too long, and at once where the
   * lifecycle is being stopped. `close` is told by `hurry` when it should drop what it waits for.
   */
  add<Resource>(
    name: string,
    open: () => Resource | Promise<Resource>,
    close: (resource: Resource, hurry: AbortSignal) => unknown,
    limits?: Limits,
  ): Promise<Resource>;
  /** Closes everything, last first. Never rejects; the same promise for everybody who asks. */
  stop(): Promise<readonly StopFailure[]>;
  /** From now on nothing is waited for longer than two seconds. */
  hurry(): void;
}

interface Held {
  readonly name: string;
  readonly close: (hurry: AbortSignal) => Promise<void>;
  readonly closeMs: number;
}

/** Settles as `work` does, or rejects after `limitMs`, or two seconds after `hurry` where that is earlier. */
function bounded<T>(work: Promise<T>, what: string, limitMs: number, hurry?: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const startedAt = performance.now();
    const fail = (): void => {
      release();
      reject(new Error(`${what} took longer than ${Math.round(performance.now() - startedAt)} ms`));
    };
    let timer = setTimeout(fail, limitMs);
    const shorten = (): void => {
      const leftMs = Math.max(0, limitMs - (performance.now() - startedAt));
      clearTimeout(timer);
      timer = setTimeout(fail, Math.min(leftMs, HURRIED_CLOSE_LIMIT_MS));
    };
    const release = (): void => {
      clearTimeout(timer);
      hurry?.removeEventListener('abort', shorten);
    };
    if (hurry?.aborted) shorten();
    else hurry?.addEventListener('abort', shorten);
    void work.then(resolve, reject).finally(release);
  });
}

/** A lifecycle that holds nothing yet. */
export function createLifecycle(): Lifecycle {
  const held: Held[] = [];
  const hurrying = new AbortController();
  // Whoever closes listens, and there are more of them than node takes for a leak.
  setMaxListeners(0, hurrying.signal);
  let stopping: Promise<readonly StopFailure[]> | undefined;

  const closeAll = async (): Promise<readonly StopFailure[]> => {
    const failures: StopFailure[] = [];
    for (let last = held.pop(); last; last = held.pop()) {
      const { name, close, closeMs } = last;
      try {
        await bounded(close(hurrying.signal), `closing ${name}`, closeMs, hurrying.signal);
      } catch (error) {
        failures.push({ name, error });
      }
    }
    return failures;
  };

  return {
    add(name, open, close, { openMs = OPEN_LIMIT_MS, closeMs = CLOSE_LIMIT_MS } = {}) {
      if (stopping) return Promise.reject(new Error(`${name} is not opened: the process is stopping`));
      const opening = Promise.resolve().then(open);
      const entry: Held = {
        name,
        closeMs,
        // Held from the start, so that what opens late, even past its time, is closed nevertheless.
        close: async (hurry) => {
          await close(await opening, hurry);
        },
      };
      held.push(entry);
      opening.catch(() => held.splice(held.indexOf(entry), held.includes(entry) ? 1 : 0));
      return bounded(opening, `opening ${name}`, openMs);
    },
    stop() {
      stopping ??= closeAll();
      return stopping;
    },
    hurry: () => hurrying.abort(),
  };
}
