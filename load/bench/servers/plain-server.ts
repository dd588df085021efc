/** A server that is only there to be compared with, as a child process; it goes when we are killed. */
import { freePort, portIsFree } from '../../../ops/embedded/port.ts';
import { spawnServer, stopProcess } from '../../../ops/embedded/process.ts';
import { waitUntil } from '../../../ops/embedded/wait.ts';

export interface PlainServer {
  readonly pid: number;
  readonly port: number;
  close(): Promise<void>;
}

export interface PlainServerOptions {
  /** What people call it, for messages. */
  readonly name: string;
  /** Node where absent. */
  readonly file?: string;
  /** The program listens on loopback at the PORT in its environment. */
  readonly args: readonly string[];
  /** A free one where absent. */
  readonly port?: number;
  /** The file for what it prints; ours where absent. */
  readonly output?: string;
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const READY_LIMIT_MS = 10_000;
const POLL_MS = 50;
const STOP_STEPS = [
  { signal: 'SIGTERM', graceMs: 2_000 },
  { signal: 'SIGKILL', graceMs: 5_000 },
] as const;

/** Resolves once it listens. */
export async function openPlainServer(options: PlainServerOptions): Promise<PlainServer> {
  const { name, file = process.execPath, args, cwd, environment, output = 'inherit' } = options;
  const port = options.port ?? (await freePort());
  const server = await spawnServer({
    name,
    file,
    args,
    cwd,
    env: { PATH: process.env.PATH, PORT: String(port), ...environment },
    output,
    deathSignal: 'SIGKILL',
  });
  const listens = await waitUntil(async () => !(await portIsFree('127.0.0.1', port)), READY_LIMIT_MS, POLL_MS);
  if (!listens) {
    await stopProcess(server.pid, STOP_STEPS);
    throw new Error(`${name} did not listen within ${READY_LIMIT_MS} ms`);
  }
  return { pid: server.pid, port, close: () => stopProcess(server.pid, STOP_STEPS) };
}
