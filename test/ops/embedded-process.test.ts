import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../ops/embedded/lock.ts';
import { isRunning, spawnServer, stopProcess } from '../../ops/embedded/process.ts';
import { waitUntil } from '../../ops/embedded/wait.ts';

const PROCESS_MODULE = new URL('../../ops/embedded/process.ts', import.meta.url).href;
const LOCK_MODULE = new URL('../../ops/embedded/lock.ts', import.meta.url).href;
const DEADLINE_MS = 10_000;
const hasSetpriv = spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ava-process-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const runScript = (script: string) =>
  spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const server = (file: string, args: string[]) =>
  spawnServer({ name: 'it', file, args, cwd: dir, env: process.env, output: join(dir, 'log'), deathSignal: 'SIGTERM' });

describe('a server process', () => {
  it('is stopped by force when it heeds no request', async () => {
    const stubborn = await server('sh', ['-c', 'trap "" TERM; echo deaf; while :; do sleep 0.05; done']);
    await waitUntil(async () => (await readFile(join(dir, 'log'), 'utf8')).includes('deaf'), DEADLINE_MS);
    await stopProcess(stubborn.pid, [
      { signal: 'SIGTERM', graceMs: 100 },
      { signal: 'SIGKILL', graceMs: DEADLINE_MS },
    ]);
    expect(await stubborn.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('tells with which code it ended by itself', async () => {
    const brief = await server('sh', ['-c', 'exit 7']);
    expect(await brief.exited).toEqual({ code: 7, signal: null });
  });

  it('does not outlive a parent that is killed', async (context) => {
    context.skip(!hasSetpriv, 'this machine has no setpriv with parent-death signals');
    const parent = runScript(`
      import { spawnServer } from '${PROCESS_MODULE}';
      const { pid } = await spawnServer({ name: 'it', file: 'sleep', args: ['60'], cwd: '/', env: process.env, output: 'inherit', deathSignal: 'SIGTERM' });
      process.stdout.write(String(pid));
      setInterval(() => undefined, 1000);`);
    const [printed] = await once(parent.stdout, 'data');
    const pid = Number(printed);
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await waitUntil(() => !isRunning(pid), DEADLINE_MS)).toBe(true);
  });
});

describe('a lock file', () => {
  it('is held by one process, released, and free again', async () => {
    const file = join(dir, 'lock');
    const holder = runScript(`
      import { takeLock } from '${LOCK_MODULE}';
      process.stdout.write(typeof takeLock(${JSON.stringify(file)}));
      setInterval(() => undefined, 1000);`);
    await once(holder.stdout, 'data');
    expect(takeLock(file)).toBe(holder.pid);
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
    const lock = takeLock(file);
    if (typeof lock === 'number') throw new Error('a dead process holds the lock');
    expect(lock.afterCrash).toBe(true);
    lock.release();
    expect(existsSync(file)).toBe(false);
  });

  it('of a process id that came round again holds nothing', async () => {
    const file = join(dir, 'lock');
    await writeFile(file, `${process.pid} 1\n`);
    const lock = takeLock(file);
    expect(lock).toMatchObject({ afterCrash: true });
  });
});
