/**
 * Tells the queue of work that is due in the database. The database is the truth and jobs are doorbells: one that was
 * lost, with a worker or with all of Redis, is rung again, and rung twice it does no harm. Every worker node has a relay;
 * each bell is rung by one of them. It also watches how long work waits: where a worker heard nothing for long though
 * there was some, it is replaced.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Events } from '../src/domain/events.ts';
import type { Executor } from './executor.ts';

/** Work that is due. */
export interface DueWork {
  readonly clinicId: string;
  readonly kind: string;
  readonly subjectId: string;
  /** The trace of what made it necessary; null where that was not traced. */
  readonly carried: string | null;
}

/** Where due work is kept; see `db/outbox.ts`. */
export interface DueWorkStore {
  ring(kinds: readonly string[], limit: number, againMs: number): Promise<readonly DueWork[]>;
  count(): Promise<{
    readonly pending: number;
    readonly oldestMs: number;
    readonly overdueMs: number;
    readonly dead: number;
  }>;
}

/** Which job does a kind of work, and what it is told. */
export interface Bell {
  readonly kind: string;
  readonly job: string;
  readonly dataOf: (work: DueWork) => unknown;
}

export interface RelayOptions {
  readonly store: DueWorkStore;
  readonly executor: Pick<Executor, 'enqueueAll' | 'renew'>;
  readonly bells: readonly Bell[];
  readonly events: Events;
  /** How often it is looked for due work; the constants' where nothing else is given. */
  readonly everyMs?: number;
  readonly countEveryMs?: number;
  /** How long work may be due, with no worker of this node beginning any, before the worker is replaced. */
  readonly overdueMs?: number;
}

export interface Relay {
  /** Looks for due work now: there is some, and somebody waits for it. */
  hurry(): void;
  /** Rings no more. Waits for a round under way for a moment. */
  close(): Promise<void>;
}

const EVERY_MS = 100;
const MOST_BELLS = 200;
/** A bell that nobody answered is rung again. */
const AGAIN_MS = 5_000;
const COUNT_EVERY_MS = 5_000;
const OVERDUE_MS = 20_000;
/** A round that takes longer is told of: Redis or Postgres is away. */
const STUCK_MS = 5_000;
const CLOSE_LIMIT_MS = 500;

export function startRelay(options: RelayOptions): Relay {
  const { everyMs = EVERY_MS, countEveryMs = COUNT_EVERY_MS } = options;
  const relay = new OutboxRelay(options);
  const [ringing, watching] = [repeat(everyMs, () => relay.ring()), repeat(countEveryMs, () => relay.watch())];
  return {
    hurry: () => ringing.hurry(),
    async close() {
      await Promise.all([ringing.stop(), watching.stop()]);
    },
  };
}

class OutboxRelay {
  readonly #options: RelayOptions;
  readonly #kinds: readonly string[];
  #isStuck = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#kinds = options.bells.map(({ kind }) => kind);
  }

  /** Resolves with whether there may be more at once. One that Redis keeps waiting keeps the next from ringing. */
  async ring(): Promise<boolean> {
    const late = setTimeout(() => this.#stuck(new Error(`a round took longer than ${STUCK_MS} ms`)), STUCK_MS);
    try {
      const due = await this.#options.store.ring(this.#kinds, MOST_BELLS, AGAIN_MS);
      await Promise.all(this.#options.bells.map((bell) => this.#tell(bell, due)));
      this.#isStuck = false;
      return due.length === MOST_BELLS;
    } catch (error) {
      this.#stuck(error);
      return false;
    } finally {
      clearTimeout(late);
    }
  }

  async watch(): Promise<boolean> {
    const { store, events, executor, bells, overdueMs: limitMs = OVERDUE_MS } = this.#options;
    try {
      const { pending, oldestMs, overdueMs, dead } = await store.count();
      events.emit('outbox.counted', { pending, oldestMs, dead });
      if (overdueMs < limitMs) return false;
      for (const { job } of bells)
        if (executor.renew(job, limitMs)) events.emit('queue.renewed', { queue: job, overdueMs });
    } catch {
      // That the database is away is told by whoever rings.
    }
    return false;
  }

  async #tell({ kind, job, dataOf }: Bell, due: readonly DueWork[]): Promise<void> {
    const asked = due.filter((work) => work.kind === kind);
    const all = asked.map((work) => ({ data: dataOf(work), carried: work.carried }));
    if (all.length > 0) await this.#options.executor.enqueueAll(job, all);
  }

  #stuck(error: unknown): void {
    if (this.#isStuck) return;
    this.#isStuck = true;
    this.#options.events.emit('outbox.stuck', { error });
  }
}

interface Rounds {
  /** Another round without a pause; one under way may have begun too early. */
  hurry(): void;
  stop(): Promise<void>;
}

/** Runs `round` again and again, a pause after each; at once where it answers true. */
function repeat(pauseMs: number, round: () => Promise<boolean>): Rounds {
  const stop = new AbortController();
  let isHurried = false;
  let wake = new AbortController();
  const hurry = (): void => {
    isHurried = true;
    wake.abort();
  };
  const rounds = (async () => {
    while (!stop.signal.aborted) {
      isHurried = false;
      wake = new AbortController();
      if (!(await round()) && !isHurried) await paused(pauseMs, wake.signal);
    }
  })();
  return {
    hurry,
    async stop() {
      stop.abort();
      hurry();
      await Promise.race([rounds, sleep(CLOSE_LIMIT_MS, undefined, { ref: false })]);
    },
  };
}

/** Resolves after so long, or as soon as it is woken. */
const paused = (ms: number, wake: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, { signal: wake }).catch(() => undefined);
