/**
 * Ava as a child of the stand: started, awaited until ready, started again when she dies (a few times, with growing
 * pauses), and stopped in steps. One at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../../ops/config/environment.ts';
import { EXIT_CONFIG } from '../../../ops/config.ts';
import {
  describeEnding,
  type ServerProcess,
  type StopStep,
  spawnServer,
  stopProcess,
} from '../../../ops/embedded/process.ts';
import { waitUntil } from '../../../ops/embedded/wait.ts';

export interface AvaOptions {
  projectDir: string;
  environment: Environment;
  /** Where `/health/ready` is asked. */
  opsUrl: string;
  drainTimeoutMs: number;
  report: (line: string) => void;
  /** Told at each start. */
  onStart: (pid: number) => void;
}

export interface Ava {
  /** Resolves once she answers that she is ready; rejects where she ends or hangs before. */
  readonly ready: Promise<void>;
  /** Call once she is ready: starts her again when she dies; resolves with the stand's exit code when there is no point. */
  keepAlive(): Promise<number>;
  /** SIGINT ends calls at once, SIGTERM lets them end or moves them; `hurry` cuts either short. */
  stop(signal: 'SIGINT' | 'SIGTERM', hurry: AbortSignal): Promise<void>;
}

const READY_DEADLINE_MS = 60_000;
const READY_POLL_MS = 50;
const HEALTH_TIMEOUT_MS = 2_000;
const PAUSES_MS = [500, 2_000, 8_000];
/** Having run this long, earlier deaths are forgotten. */
const STEADY_MS = 60_000;
const STOP_SLACK_MS = 10_000;

const isReady = (opsUrl: string): Promise<boolean> =>
  fetch(`${opsUrl}/health/ready`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) }).then(
    async (response) => {
      await response.body?.cancel();
      return response.status === 200;
    },
    () => false,
  );

const stopSteps = (signal: 'SIGINT' | 'SIGTERM', drainTimeoutMs: number): StopStep[] => [
  { signal, graceMs: signal === 'SIGTERM' ? drainTimeoutMs + STOP_SLACK_MS : STOP_SLACK_MS },
  { signal: 'SIGTERM', graceMs: STOP_SLACK_MS / 2 },
  { signal: 'SIGKILL', graceMs: STOP_SLACK_MS / 2 },
];

/** The longest `stop` can take. */
export const avaStopLimitMs = (drainTimeoutMs: number): number => drainTimeoutMs + 3 * STOP_SLACK_MS;

const spawnAva = ({ projectDir, environment }: AvaOptions): Promise<ServerProcess> =>
  spawnServer({
    name: 'Ava',
    file: process.execPath,
    args: ['--import', 'tsx', 'src/bin/ava.ts'],
    cwd: projectDir,
    env: { ...environment },
    output: 'inherit',
    // With the stand killed her stores go too: nothing is left to drain for.
    deathSignal: 'SIGKILL',
  });

async function awaitReady(server: ServerProcess, opsUrl: string): Promise<void> {
  let ready = false;
  const settled = async (): Promise<boolean> => {
    ready = await isReady(opsUrl);
    return ready || server.ending() !== undefined;
  };
  await waitUntil(settled, READY_DEADLINE_MS, READY_POLL_MS);
  const ending = server.ending();
  if (ending) throw new Error(`Ava ended before she was ready (${describeEnding(ending)}); her messages are above`);
  if (!ready) throw new Error(`Ava was not ready within ${READY_DEADLINE_MS / 1000} s: ${opsUrl}/health/ready`);
}

/** Stops a process in steps, or at once when `hurry` aborts. */
async function stopOrKill(server: ServerProcess, steps: readonly StopStep[], hurry: AbortSignal): Promise<void> {
  const kill = (): void => {
    if (!server.ending()) process.kill(server.pid, 'SIGKILL');
  };
  hurry.addEventListener('abort', kill, { once: true });
  try {
    if (hurry.aborted) kill();
    await stopProcess(server.pid, steps);
  } finally {
    hurry.removeEventListener('abort', kill);
  }
}

/** Starts her; resolves with the process running, not yet ready. */
export async function startAva(options: AvaOptions): Promise<Ava> {
  const { opsUrl, report, onStart, drainTimeoutMs } = options;
  const stopping = new AbortController();
  // A promise, so that whoever stops her also meets a life that is just beginning.
  let current = spawnAva(options);
  const first = await current;
  onStart(first.pid);

  const keepAlive = async (): Promise<number> => {
    for (let deaths = 0; ; deaths += 1) {
      const begun = performance.now();
      const ending = await (await current).exited;
      if (stopping.signal.aborted) return 0;
      if (performance.now() - begun > STEADY_MS) deaths = 0;
      const pauseMs = PAUSES_MS[deaths];
      if (pauseMs === undefined || ending.code === EXIT_CONFIG) {
        report(`Ava ended (${describeEnding(ending)}) and is not started again.`);
        return ending.code === EXIT_CONFIG ? EXIT_CONFIG : 1;
      }
      report(`Ava ended (${describeEnding(ending)}); starting her again in ${pauseMs / 1000} s.`);
      const waited = await sleep(pauseMs, true, { signal: stopping.signal }).catch(() => false);
      if (!waited) return 0;
      current = spawnAva(options);
      onStart((await current).pid);
    }
  };

  return {
    ready: awaitReady(first, opsUrl),
    keepAlive,
    stop: async (signal, hurry) => {
      stopping.abort();
      await stopOrKill(await current, stopSteps(signal, drainTimeoutMs), hurry);
    },
  };
}
