/** `npm start` is killed outright, with everything it brought running: nothing of it may be left. */
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../ops/embedded/port.ts';
import { isRunning, type ServerProcess, spawnServer, stopProcess } from '../../ops/embedded/process.ts';
import { readStandFile } from '../../src/bin/dev/stand-file.ts';
import { until } from '../support/ava.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const READY_MS = 40_000;
const GONE_MS = 10_000;
const KILL = [{ signal: 'SIGKILL', graceMs: 5_000 }] as const;

/** The stand as `npm start` runs it, but with its data in a folder of the test's own. */
const program = (dataDir: string): string => `
  import { runStand } from '${PROJECT}src/bin/dev/run-stand.ts';
  await runStand({
    projectDir: ${JSON.stringify(PROJECT)},
    dataDir: ${JSON.stringify(dataDir)},
    environment: process.env,
    report: (line) => process.stdout.write(line + '\\n'),
    signals: { stop: new AbortController().signal, hurry: new AbortController().signal },
    onReady: () => process.stdout.write('the stand is ready\\n'),
  });
`;

let dir: string;
let stand: ServerProcess;
/** Everything the stand started that the test has seen. */
let children: readonly number[];

beforeEach(async () => {
  children = [];
  dir = await mkdtemp(join(tmpdir(), 'ava-stand-'));
  // So that, as root, the account that Postgres runs as gets there too.
  await chmod(dir, 0o755);
  const [port, opsPort] = await Promise.all([freePort(), freePort()]);
  stand = await spawnServer({
    name: 'the stand',
    file: process.execPath,
    args: ['--import', 'tsx', '--input-type=module', '--eval', program(join(dir, 'data'))],
    cwd: PROJECT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      OPS_PORT: String(opsPort),
      HOST: '127.0.0.1',
    },
    output: join(dir, 'output.log'),
    deathSignal: 'SIGKILL',
  });
});
afterEach(async () => {
  for (const pid of [stand.pid, ...children]) await stopProcess(pid, KILL);
  await rm(dir, { recursive: true, force: true });
});

async function childrenOf(pid: number): Promise<number[]> {
  const listing = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return listing.split(' ').filter(Boolean).map(Number);
}

it.runIf(existsSync('/proc/self/task'))(
  'takes Ava, Postgres, Redis and the simulators with it',
  { timeout: 90_000 },
  async () => {
    const output = join(dir, 'output.log');
    await until('the stand to be ready', READY_MS, async () => {
      const said = await readFile(output, 'utf8');
      if (stand.ending()) throw new Error(`the stand ended:\n${said}`);
      return said.includes('the stand is ready') ? true : undefined;
    });
    children = await childrenOf(stand.pid);
    const file = readStandFile(join(dir, 'data'));
    expect(children).toContain(Number.parseInt(file?.ava.process ?? '', 10));
    expect(children.length).toBeGreaterThanOrEqual(3);
    process.kill(stand.pid, 'SIGKILL');
    await until('all of them to be gone', GONE_MS, () => (children.some(isRunning) ? undefined : true));
    for (const url of Object.values(file?.simulators ?? {})) await expect(fetch(url)).rejects.toThrow('fetch failed');
  },
);
