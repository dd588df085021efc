/** The baseline server (`control-server.ts`) as a child process; it goes when we are killed. */
import { fileURLToPath } from 'node:url';
import { freePort, portIsFree } from '../../../ops/embedded/port.ts';
import { spawnServer, stopProcess } from '../../../ops/embedded/process.ts';
import { waitUntil } from '../../../ops/embedded/wait.ts';

export interface Control {
  readonly origin: string;
  close(): Promise<void>;
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const READY_LIMIT_MS = 10_000;
const POLL_MS = 50;
const STOP_STEPS = [
  { signal: 'SIGTERM', graceMs: 2_000 },
  { signal: 'SIGKILL', graceMs: 5_000 },
] as const;

export async function openControl(): Promise<Control> {
  const port = await freePort();
  const server = await spawnServer({
    name: 'the baseline server',
    file: process.execPath,
    args: ['--import', 'tsx', 'control-server.ts'],
    cwd: FOLDER,
    env: { PATH: process.env.PATH, PORT: String(port) },
    output: 'inherit',
    deathSignal: 'SIGKILL',
  });
  const listens = await waitUntil(async () => !(await portIsFree('127.0.0.1', port)), READY_LIMIT_MS, POLL_MS);
  if (!listens) {
    await stopProcess(server.pid, STOP_STEPS);
    throw new Error(`the baseline server did not listen within ${READY_LIMIT_MS} ms`);
  }
  return { origin: `http://127.0.0.1:${port}`, close: () => stopProcess(server.pid, STOP_STEPS) };
}
