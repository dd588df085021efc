/**
 * A real Postgres of our own, for development and tests: one cluster in one folder, on loopback, with a password made
 * once. Drives `initdb` and `postgres` directly.
 *
 * A cluster is built aside and renamed into place, so that an interrupted first start leaves nothing half made. A
 * server that outlived a killed parent is stopped before the next one starts. One process at a time may start a given
 * folder: the caller holds the lock.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { boundLogFile, logSize, logTail } from './log-file.ts';
import { freePort } from './port.ts';
import { type PostgresHome, preparePostgresHome } from './postgres-home.ts';
import {
  describeEnding,
  type Ending,
  isRunning,
  leftoverIn,
  type ServerProcess,
  type StopStep,
  spawnServer,
  stopProcess,
} from './process.ts';
import { waitUntil } from './wait.ts';

export interface PostgresOptions {
  /** Folder of the cluster, made where missing. As root it can be moved to where Postgres may go; see `dir`. */
  dir: string;
  /** Port on 127.0.0.1; a free one when absent. */
  port?: number;
  /** False: nothing is flushed to disk, for tests; a crash of the machine may lose the cluster. Default true. */
  durable?: boolean;
  /** True: what the folder holds is thrown away first. */
  fresh?: boolean;
  /** Settings of the server by name, over our own. */
  settings?: Readonly<Record<string, string>>;
  /** Told in sentences what happens and takes time. */
  report?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** `postgres://ava:…@127.0.0.1:PORT/ava`, a superuser. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the data really is. */
  readonly dir: string;
  /** Resolves when the server has ended, of itself or not. */
  readonly exited: Promise<Ending>;
  /** Disconnects every client and stops the server within 20 s. */
  stop(): Promise<void>;
}

const USER = 'ava';
const DATABASE = 'ava';
const INITDB_DEADLINE_MS = 60_000;
const READY_DEADLINE_MS = 60_000;
const ATTEMPTS = 5;
const ATTEMPT_GAP_MS = 400;
/** Fast shutdown, then without a checkpoint, then by force. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGINT', graceMs: 10_000 },
  { signal: 'SIGQUIT', graceMs: 5_000 },
  { signal: 'SIGKILL', graceMs: 5_000 },
];
/** Worth another try: somebody took the port, or a killed server's children have not quite gone. */
const PASSING_TROUBLE = /could not bind|Address already in use|pre-existing shared memory block/;

const serverEnvironment = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, LC_MESSAGES: 'C', TZ: 'UTC' });

/** Runs one of the package's programs to its end; its output becomes the error when it fails. */
function runProgram(home: PostgresHome, program: string, args: readonly string[], input: string): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(join(home.programs, program), args, {
      cwd: home.dir,
      env: serverEnvironment(),
      stdio: 'pipe',
      timeout: INITDB_DEADLINE_MS,
      ...(home.account && { uid: home.account.uid, gid: home.account.gid }),
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', (error) => fail(new Error(`${program} could not be started: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) return done();
      fail(new Error(`${program} failed (${signal ?? `exit code ${code}`}):\n${Buffer.concat(output).toString()}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

async function createCluster(home: PostgresHome, durable: boolean): Promise<void> {
  const draft = join(home.dir, 'data.new');
  const passwordFile = join(home.dir, 'password');
  await rm(draft, { recursive: true, force: true });
  await writeFile(passwordFile, `${randomBytes(16).toString('hex')}\n`, { mode: 0o600 });
  await mkdir(draft, { mode: 0o700 });
  if (home.account) {
    await Promise.all([draft, passwordFile].map((path) => chown(path, home.account?.uid ?? 0, home.account?.gid ?? 0)));
  }
  const locale = process.platform === 'linux' ? 'C.UTF-8' : 'C';
  const options = [
    `--username=${USER}`,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    `--locale=${locale}`,
  ];
  await runProgram(home, 'initdb', ['-D', draft, ...options, ...(durable ? [] : ['--no-sync'])], '');
  const unsafe = durable ? [] : ['-F'];
  await runProgram(home, 'postgres', ['--single', ...unsafe, '-D', draft, 'postgres'], `create database ${DATABASE}\n`);
  await rename(draft, join(home.dir, 'data'));
}

const settings = (port: number, durable: boolean, more: Readonly<Record<string, string>>): string[] =>
  Object.entries({
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    ...(!durable && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '2GB' }),
    ...more,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** Whether this very process says in its pid file that it takes connections (the file's eighth line). */
function isReady(dataDir: string, pid: number): boolean {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

/** One try: the running server, or the error that its log explains. */
async function attempt(
  home: PostgresHome,
  port: number,
  { durable = true, settings: more = {} }: PostgresOptions,
): Promise<ServerProcess> {
  const dataDir = join(home.dir, 'data');
  const logFile = join(home.dir, 'postgres.log');
  boundLogFile(logFile);
  const logStart = logSize(logFile);
  const server = await spawnServer({
    name: 'Postgres',
    file: join(home.programs, 'postgres'),
    args: ['-D', dataDir, ...settings(port, durable, more)],
    cwd: home.dir,
    env: serverEnvironment(),
    output: logFile,
    account: home.account,
    deathSignal: 'SIGINT',
  });
  await waitUntil(() => server.ending() !== undefined || isReady(dataDir, server.pid), READY_DEADLINE_MS);
  if (isReady(dataDir, server.pid) && server.ending() === undefined) return server;
  const ended = server.ending();
  const ending = ended ? describeEnding(ended) : `not ready within ${READY_DEADLINE_MS / 1000} s`;
  await stopProcess(server.pid, STOP_STEPS);
  throw new Error(`Postgres did not start (${ending}). Its log, ${logFile}, ends with:\n${logTail(logFile, logStart)}`);
}

/** Stops a server that outlived its parent; a pid file that names a stranger is removed, since Postgres would trust it. */
async function clearLeftover(dataDir: string, report: (line: string) => void): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = leftoverIn(dataDir, pidFile);
  if (pid !== undefined) {
    report(`Stopping the Postgres (process ${pid}) that an earlier run left behind.`);
    await stopProcess(pid, STOP_STEPS);
    return;
  }
  const named = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  if (named > 1 && isRunning(named)) await rm(pidFile, { force: true });
}

/** Starts the cluster in `options.dir`, making it first where there is none; resolves once it takes connections. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { durable = true, report = () => undefined } = options;
  const home = await preparePostgresHome(resolve(options.dir), report);
  const dataDir = join(home.dir, 'data');
  await clearLeftover(dataDir, report);
  if (options.fresh) await rm(dataDir, { recursive: true, force: true });
  if (!existsSync(dataDir)) await createCluster(home, durable);
  for (let tries = 1; ; tries += 1) {
    const port = options.port ?? (await freePort());
    try {
      const server = await attempt(home, port, options);
      const password = readFileSync(join(home.dir, 'password'), 'utf8').trim();
      return {
        url: `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`,
        port,
        pid: server.pid,
        dir: home.dir,
        exited: server.exited,
        stop: () => stopProcess(server.pid, STOP_STEPS),
      };
    } catch (error) {
      if (tries >= ATTEMPTS || !PASSING_TROUBLE.test(String(error))) throw error;
      await new Promise((done) => setTimeout(done, ATTEMPT_GAP_MS));
    }
  }
}
