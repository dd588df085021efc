/**
 * Whether this node works and may be sent calls. Owns the node's state (starting, ready, draining, stopped) and the
 * last result of each check: probes come every second from several sides, so a check runs once at a time and its
 * result serves for a second. A probe that hangs has failed after its time, and is asked again only once it ended, or
 * after ten seconds.
 */
import { errorFacts } from './log/error-facts.ts';

const RESULT_TTL_MS = 1000;
/** How long a probe may hang before it is taken for lost and asked anew. */
const HANGING_LIMIT_MS = 10_000;

export type NodeState = 'starting' | 'ready' | 'draining' | 'stopped';

export interface Check {
  /** Resolves where the dependency answers, rejects where it doesn't. */
  readonly probe: () => Promise<void>;
  /** Whether the node is of no use without it. */
  readonly required: boolean;
  readonly timeoutMs: number;
}

export interface CheckResult {
  readonly state: 'ok' | 'failed';
  readonly latency_ms: number;
  /** Why it failed: a code or a kind of error, never an address or a message. */
  readonly detail?: string;
}

/** `ok` and `degraded` (something optional is out of reach) are ready; the others are not. */
export type HealthStatus = 'ok' | 'degraded' | 'starting' | 'draining' | 'unavailable';

export interface HealthReport {
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

export interface Health {
  /** Whether the process works: that it answers proves that its event loop turns; false once it has stopped. */
  live(): boolean;
  /** The state with every check's result, at most a second old. */
  ready(): Promise<HealthReport>;
  /** Whether calls may be sent here, whatever the checks say: a node without Postgres still answers them. */
  routable(): boolean;
  setState(state: NodeState): void;
}

export interface HealthOptions {
  readonly checks: Readonly<Record<string, Check>>;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

const briefly = (error: unknown): string => {
  const { code, type } = errorFacts(error);
  return code ?? type;
};

/** One run of a check. */
interface Run {
  readonly startedAt: number;
  /** Within the check's time, whatever the probe does; never rejects. */
  readonly result: Promise<CheckResult>;
  settledAt: number | undefined;
  /** Whether the probe itself still waits for an answer, in time or not. */
  hanging: boolean;
}

function start({ probe, timeoutMs }: Check, now: () => number): Run {
  const startedAt = now();
  const result = new Promise<CheckResult>((resolve) => {
    const settle = (detail?: string): void => {
      clearTimeout(timer);
      run.settledAt ??= now();
      const latency_ms = Math.round((now() - startedAt) * 10) / 10;
      resolve(detail === undefined ? { state: 'ok', latency_ms } : { state: 'failed', latency_ms, detail });
    };
    const timer = setTimeout(() => settle(`no answer within ${timeoutMs} ms`), timeoutMs);
    const end = (detail?: string): void => {
      run.hanging = false;
      settle(detail);
    };
    // Called from a promise, so that a probe that throws at once is one that failed.
    void Promise.resolve()
      .then(probe)
      .then(
        () => end(),
        (error: unknown) => end(briefly(error)),
      );
  });
  const run: Run = { startedAt, result, settledAt: undefined, hanging: true };
  return run;
}

/** A check whose result serves all who ask within a second. */
function remembered(check: Check, now: () => number): () => Promise<CheckResult> {
  let last: Run | undefined;
  const serves = ({ startedAt, settledAt, hanging }: Run): boolean => {
    if (settledAt === undefined) return true;
    return now() - settledAt < RESULT_TTL_MS || (hanging && now() - startedAt < HANGING_LIMIT_MS);
  };
  return () => {
    if (!last || !serves(last)) last = start(check, now);
    return last.result;
  };
}

/** A node that is starting, with these checks. */
export function createHealth({ checks, now }: HealthOptions): Health {
  const probes = Object.entries(checks).map(([name, check]) => ({ name, check, result: remembered(check, now) }));
  let state: NodeState = 'starting';

  const statusOf = (failed: readonly Check[]): HealthStatus => {
    if (state === 'starting') return 'starting';
    if (state !== 'ready') return 'draining';
    if (failed.length === 0) return 'ok';
    return failed.some(({ required }) => required) ? 'unavailable' : 'degraded';
  };

  return {
    live: () => state !== 'stopped',
    routable: () => state === 'ready',
    setState(next) {
      state = next;
    },
    async ready() {
      const results = await Promise.all(
        probes.map(async ({ name, check, result }) => ({ name, check, result: await result() })),
      );
      return {
        status: statusOf(results.filter(({ result }) => result.state === 'failed').map(({ check }) => check)),
        checks: Object.fromEntries(results.map(({ name, result }) => [name, result])),
      };
    },
  };
}
