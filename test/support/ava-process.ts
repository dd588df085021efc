/**
 * Ava as a child process, from her source or as she was built, with nothing in her environment but what is given: for
 * what can only be seen from outside (signals, exit codes, what is printed, how fast she starts). The child goes when
 * we are killed. Imports nothing of the test runner, so that benchmarks stand on it too.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeEnding, type Ending, spawnServer, stopProcess } from '../../ops/embedded/process.ts';
import { waitUntil } from '../../ops/embedded/wait.ts';
import manifest from '../../package.json' with { type: 'json' };

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** What comes behind `node`; `built` is `npm run serve`. */
const PROGRAMS = {
  source: ['--import', 'tsx', 'src/bin/ava.ts'],
  built: manifest.scripts.serve.split(' ').slice(1),
} as const;

/** Bundles the server into `dist/`. Throws where that fails. */
export async function build(): Promise<void> {
  const child = spawn(process.execPath, ['src/bin/run.mjs', 'build'], { cwd: PROJECT, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error('the build failed');
}

export interface AvaProcessOptions {
  /** `built` is what `npm run build` left in `dist/`. */
  readonly program: keyof typeof PROGRAMS;
  readonly environment: Readonly<Record<string, string>>;
  /** Put before the program, for node itself. */
  readonly nodeFlags?: readonly string[];
  readonly programFlags?: readonly string[];
}

export interface AvaProcess {
  readonly pid: number;
  /** All that was printed so far, on both streams. */
  output(): string;
  /** Undefined while she runs. */
  ending(): Ending | undefined;
  /** Resolves when she has ended; rejects where she has not after `limitMs`. */
  ended(limitMs: number): Promise<Ending>;
  /** Asks `url` every few milliseconds until it answers 200; resolves with the time at which it did, by `performance.now()`. */
  answers(url: string, limitMs: number): Promise<number>;
  signal(name: NodeJS.Signals): void;
  /** Ends what is left of her, and forgets what she printed. */
  close(): Promise<void>;
}

const POLL_MS = 5;
const ANSWER_LIMIT_MS = 2_000;
const KILL = [{ signal: 'SIGKILL', graceMs: 5_000 }] as const;

async function isFine(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** Starts her; resolves with the process running, not yet ready. */
export async function spawnAva(options: AvaProcessOptions): Promise<AvaProcess> {
  const { program, environment, nodeFlags = [], programFlags = [] } = options;
  const dir = await mkdtemp(join(tmpdir(), 'ava-process-'));
  const file = join(dir, 'output.log');
  const server = await spawnServer({
    name: 'Ava',
    file: process.execPath,
    args: [...nodeFlags, ...PROGRAMS[program], ...programFlags],
    cwd: PROJECT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    output: file,
    deathSignal: 'SIGKILL',
  });
  const output = (): string => readFileSync(file, 'utf8');
  const failure = (what: string): Error => new Error(`${what}; Ava printed:\n${output()}`);
  return {
    pid: server.pid,
    output,
    ending: () => server.ending(),
    async ended(limitMs) {
      await waitUntil(() => server.ending() !== undefined, limitMs, POLL_MS);
      const ending = server.ending();
      if (!ending) throw failure(`she did not end within ${limitMs} ms`);
      return ending;
    },
    async answers(url, limitMs) {
      const settled = await waitUntil(
        async () => server.ending() !== undefined || (await isFine(url)),
        limitMs,
        POLL_MS,
      );
      const answeredAt = performance.now();
      const ending = server.ending();
      if (ending) throw failure(`she ended before ${url} answered (${describeEnding(ending)})`);
      if (!settled) throw failure(`${url} did not answer within ${limitMs} ms`);
      return answeredAt;
    },
    signal: (name) => process.kill(server.pid, name),
    async close() {
      // Once she has ended, her id may be another process's.
      if (!server.ending()) await stopProcess(server.pid, KILL);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
