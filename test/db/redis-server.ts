/**
 * A Redis server of a test's own, that may be killed, frozen and started again on its port: alone, as a Sentinel, or
 * as the only node of a Cluster. Stopped when the test is finished.
 */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { freePort } from '../../ops/embedded/port.ts';
import { type ServerProcess, spawnServer, stopProcess } from '../../ops/embedded/process.ts';
import { findRedis } from '../../ops/embedded/redis-program.ts';
import { redisCacheDir } from '../support/services.ts';

export interface RedisServer {
  readonly port: number;
  kill(): Promise<void>;
  start(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** One command, in Redis' inline form; its raw reply. */
  command(line: string): Promise<string>;
}

const START_LIMIT_MS = 10_000;

function ask(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
    socket.once('connect', () => socket.write(`${line}\r\n`));
    socket.once('error', reject);
    socket.once('data', (reply) => {
      resolve(reply.toString());
      socket.destroy();
    });
  });
}

async function answers(port: number): Promise<void> {
  if (!/^(?:\+PONG|-NOAUTH)/.test(await ask(port, 'PING'))) throw new Error('not ready');
}

/** Starts a server with these lines of configuration besides its port. */
export async function redisServer(...settings: readonly string[]): Promise<RedisServer> {
  const program = await findRedis(redisCacheDir, () => undefined);
  const dir = await mkdtemp(join(tmpdir(), 'ava-redis-'));
  const port = await freePort();
  const config = join(dir, 'redis.conf');
  writeFileSync(config, [`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`, 'save ""', ...settings].join('\n'));
  const sentinel = settings.some((line) => line.startsWith('sentinel '));
  let server: ServerProcess | undefined;

  const kill = async (): Promise<void> => {
    if (server) await stopProcess(server.pid, [{ signal: 'SIGKILL', graceMs: 5000 }]);
    server = undefined;
  };
  const start = async (): Promise<void> => {
    server = await spawnServer({
      name: 'Redis',
      file: program.file,
      args: [config, ...(sentinel ? ['--sentinel'] : [])],
      cwd: dir,
      env: { PATH: process.env.PATH, ...program.env },
      output: join(dir, 'redis.log'),
      deathSignal: 'SIGKILL',
    });
    await vi.waitFor(() => answers(port), { timeout: START_LIMIT_MS });
  };
  const signal = (name: NodeJS.Signals): void => {
    if (server) process.kill(server.pid, name);
  };

  onTestFinished(async () => {
    await kill();
    await rm(dir, { recursive: true });
  });
  await start();
  return {
    port,
    kill,
    start,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    command: (line) => ask(port, line),
  };
}
