/**
 * A private Redis, for development and tests: one folder, loopback only, an append-only file flushed every second,
 * and never an eviction (a queue must not lose jobs). A server that outlived a killed parent is stopped before the
 * next one starts. One process at a time may start a given folder: the caller holds the lock.
 */
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { boundLogFile, logSize, logTail } from './log-file.ts';
import { freePort } from './port.ts';
import {
  describeEnding,
  type Ending,
  leftoverIn,
  type ServerProcess,
  type StopStep,
  spawnServer,
  stopProcess,
} from './process.ts';
import { findRedis, type RedisProgram } from './redis-program.ts';
import { waitUntil } from './wait.ts';

export interface RedisOptions {
  /** Folder of its data, log and pid file; made where missing. */
  dir: string;
  /** Folder that keeps a fetched server program; may be shared. */
  cacheDir: string;
  /** Port on 127.0.0.1; a free one when absent. */
  port?: number;
  /** How many numbered databases it has. Default 16. */
  databases?: number;
  /** False: nothing is written to disk, for tests. Default true. */
  durable?: boolean;
  /** Told in sentences what happens and takes time. */
  report?: (line: string) => void;
}

export interface EmbeddedRedis {
  /** `redis://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended, of itself or not. */
  readonly exited: Promise<Ending>;
  /** Flushes and stops the server within 10 s. */
  stop(): Promise<void>;
}

const READY_DEADLINE_MS = 30_000;
const PING_DEADLINE_MS = 1_000;
const ATTEMPTS = 5;
const PORT_TAKEN = /Address already in use|Could not create server TCP listening socket/;
const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGTERM', graceMs: 8_000 },
  { signal: 'SIGKILL', graceMs: 2_000 },
];

/** Whether a server on this port answers PING: one that is still loading its file does not yet. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (alive: boolean): void => {
      socket.destroy();
      done(alive);
    };
    socket.setTimeout(PING_DEADLINE_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('data', (reply) => end(reply.toString().startsWith('+PONG')));
    socket.once('connect', () => socket.write('PING\r\n'));
  });
}

const settings = (dir: string, port: number, { databases = 16, durable = true }: RedisOptions): string[] =>
  Object.entries({
    port,
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    daemonize: 'no',
    dir,
    databases,
    save: '',
    appendonly: durable ? 'yes' : 'no',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
  }).flatMap(([name, value]) => [`--${name}`, String(value)]);

/** One try: the running server, or the error that its log explains. */
async function attempt(
  program: RedisProgram,
  dir: string,
  port: number,
  options: RedisOptions,
): Promise<ServerProcess> {
  const logFile = join(dir, 'redis.log');
  boundLogFile(logFile);
  const logStart = logSize(logFile);
  const server = await spawnServer({
    name: 'Redis',
    file: program.file,
    args: settings(dir, port, options),
    cwd: dir,
    env: { PATH: process.env.PATH, ...program.env },
    output: logFile,
    deathSignal: 'SIGTERM',
  });
  await writeFile(join(dir, 'redis.pid'), `${server.pid}\n`);
  const ready = await waitUntil(
    async () => server.ending() !== undefined || (await answersPing(port)),
    READY_DEADLINE_MS,
  );
  if (ready && server.ending() === undefined) return server;
  const ended = server.ending();
  const ending = ended ? describeEnding(ended) : `no answer within ${READY_DEADLINE_MS / 1000} s`;
  await stopProcess(server.pid, STOP_STEPS);
  throw new Error(`Redis did not start (${ending}). Its log, ${logFile}, ends with:\n${logTail(logFile, logStart)}`);
}

/** Starts the server of `options.dir`; resolves once it answers. */
export async function startRedis(options: RedisOptions): Promise<EmbeddedRedis> {
  const { report = () => undefined } = options;
  const program = await findRedis(options.cacheDir, report);
  await mkdir(resolve(options.dir), { recursive: true });
  const dir = await realpath(resolve(options.dir));
  const leftover = leftoverIn(dir, join(dir, 'redis.pid'));
  if (leftover !== undefined) {
    report(`Stopping the Redis (process ${leftover}) that an earlier run left behind.`);
    await stopProcess(leftover, STOP_STEPS);
  }
  for (let tries = 1; ; tries += 1) {
    const port = options.port ?? (await freePort());
    try {
      const server = await attempt(program, dir, port, options);
      return {
        url: `redis://127.0.0.1:${port}`,
        port,
        pid: server.pid,
        exited: server.exited,
        stop: () => stopProcess(server.pid, STOP_STEPS),
      };
    } catch (error) {
      if (options.port !== undefined || tries >= ATTEMPTS || !PORT_TAKEN.test(String(error))) throw error;
    }
  }
}
