/** The servers that are killed, each at a port of its own, and started again after a moment, as an orchestrator would. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeEnding } from '../../../ops/embedded/process.ts';
import type { AvaProcess } from '../../../test/support/ava-process.ts';
import type { Production } from '../servers/production.ts';

export interface Nodes {
  readonly ports: readonly number[];
  /** What ended servers that nobody had killed. */
  deaths(): readonly string[];
  /** Kills one of those that are ready, by `luck` in [0, 1); answers when, ms since the epoch; null: none is ready. */
  kill(luck: number): number | null;
  /** Resolves once all that were started are ready. */
  settled(): Promise<void>;
}

/**
 * From a death to the next start: what an orchestrator takes to notice it and to make another container. At once, on the
 * same machine, the start (over a second of processor time) would be taken from the very callers who are being moved.
 */
export const RESTART_MS = 2_000;
const READY_LIMIT_MS = 60_000;
const LAST_WORDS = 2_000;

/** Resolves once all are ready. */
export async function openNodes(start: Production['start'], ports: readonly number[]): Promise<Nodes> {
  const ready = new Map<number, AvaProcess>();
  const starting = new Map<number, Promise<void>>();
  const failures: string[] = [];

  const begin = async (port: number): Promise<void> => {
    const ava = await start({ environment: { PORT: String(port), OPS_PORT: '0', ROLE: 'server' } });
    await ava.answers(`http://127.0.0.1:${port}/health/ready?routing=1`, READY_LIMIT_MS);
    ready.set(port, ava);
  };
  const launch = (port: number): Promise<void> => {
    const launched = begin(port).catch((error: unknown) => void failures.push(String(error)));
    starting.set(port, launched);
    return launched;
  };
  await Promise.all(ports.map(launch));
  if (failures.length > 0) throw new Error(failures.join('\n'));

  return {
    ports,
    deaths: () => [...failures, ...[...ready].flatMap(([port, ava]) => deathOf(port, ava))],
    kill(luck) {
      const candidates = [...ready].toSorted(([a], [b]) => a - b);
      const [port, ava] = candidates[Math.floor(luck * candidates.length)] ?? [];
      if (port === undefined || !ava) return null;
      failures.push(...deathOf(port, ava));
      ready.delete(port);
      const killedAt = Date.now();
      ava.signal('SIGKILL');
      void ava
        .close()
        .then(() => sleep(RESTART_MS))
        .then(() => launch(port));
      return killedAt;
    },
    async settled() {
      await Promise.all(starting.values());
    },
  };
}

function deathOf(port: number, ava: AvaProcess): readonly string[] {
  const ending = ava.ending();
  return ending ? [`the server at ${port}: ${describeEnding(ending)}\n${ava.output().slice(-LAST_WORDS)}`] : [];
}
