/** Worker processes that can be killed, and are replaced: bundled once, since they must start faster than they die. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a worker is told, besides its number, by one JSON argument. */
type WorkerSettings = Readonly<Record<string, string | boolean>>;

export interface Fleet {
  /** Resolves once all of them run. */
  ready(limitMs: number): Promise<void>;
  /** SIGKILLs the worker of this number, where it lives, and starts another in its place. */
  kill(number: number): boolean;
  /** The newest lines that workers printed. */
  tail(): string;
  close(): void;
}

const KEPT_OUTPUT = 20_000;

/** The bundler comes with tsx. */
function bundled(main: string): { readonly file: string; readonly dir: string } {
  const dir = mkdtempSync(join(tmpdir(), 'ava-worker-'));
  const file = join(dir, 'worker.cjs');
  const esbuild = createRequire(createRequire(import.meta.url).resolve('tsx')).resolve('esbuild/package.json');
  const flags = ['--bundle', '--platform=node', '--format=cjs', '--external:pg-native', '--log-level=error'];
  execFileSync(join(dirname(esbuild), 'bin/esbuild'), [
    fileURLToPath(new URL(main, import.meta.url)),
    ...flags,
    `--outfile=${file}`,
  ]);
  return { file, dir };
}

/** So many workers; `main` is their program, relative to this file. */
export function openFleet(size: number, main: string, settings: WorkerSettings): Fleet {
  const { file, dir } = bundled(main);
  const workers = new Map<number, ChildProcess>();
  const isReady = new Set<number>();
  let started = 0;
  let printed = '';
  let closing = false;

  function start(): void {
    started += 1;
    const number = started;
    const argument = JSON.stringify({ number, ...settings });
    const worker = spawn(process.execPath, [file, argument], { stdio: ['pipe', 'pipe', 'pipe'] });
    worker.stdin.on('error', () => undefined);
    const keep = (chunk: Buffer): void => {
      isReady.add(number);
      printed = (printed + chunk.toString()).slice(-KEPT_OUTPUT);
    };
    worker.stdout.on('data', keep);
    worker.stderr.on('data', keep);
    worker.once('exit', (code, signal) => {
      workers.delete(number);
      if (closing) return;
      if (signal !== 'SIGKILL') printed += `worker ${number} ended by itself: ${code ?? signal}\n`;
      start();
    });
    workers.set(number, worker);
  }

  for (let n = 0; n < size; n += 1) start();
  return {
    async ready(limitMs) {
      const until = performance.now() + limitMs;
      while ([...workers.keys()].some((number) => !isReady.has(number))) {
        if (performance.now() > until) throw new Error(`workers did not start:\n${printed}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    kill: (number) => workers.get(number)?.kill('SIGKILL') ?? false,
    tail: () => printed,
    close() {
      closing = true;
      for (const worker of workers.values()) worker.kill('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
