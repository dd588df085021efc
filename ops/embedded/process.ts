/**
 * Servers as child processes: started so that they do not outlive us, found again when they did, and stopped.
 *
 * A server gets a session of its own (Ctrl-C in the terminal reaches only us, and we stop things in order) and, on
 * Linux, a parent-death signal by `setpriv`, so that it goes when we are killed. Where `setpriv` is missing a killed
 * parent leaves its servers running: the next start finds them by pid file and working directory.
 * Imports node only.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import type { Account } from './account.ts';
import { errorCode } from './error-code.ts';
import { waitUntil } from './wait.ts';

export interface ServerCommand {
  /** What people call it, for messages. */
  name: string;
  file: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** The file its output is added to, or `inherit`: our own output. */
  output: string;
  /** Who it runs as; ourselves when absent. */
  account?: Account | undefined;
  /** What the kernel sends it when we die. */
  deathSignal: NodeJS.Signals;
}

/** How a process ended: by itself with a code, or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  readonly pid: number;
  /** Undefined while it runs. */
  ending(): Ending | undefined;
  readonly exited: Promise<Ending>;
}

/** "exit code 1", "SIGKILL" */
export const describeEnding = ({ code, signal }: Ending): string => signal ?? `exit code ${code}`;

/** One step of an escalation: the signal, and how long the process may take to obey it. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

let setprivWorks: boolean | undefined;

/** Puts the parent-death signal in front of a command where the system can. */
function bound(command: ServerCommand): { file: string; args: readonly string[] } {
  setprivWorks ??=
    process.platform === 'linux' &&
    spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true'], { stdio: 'ignore' }).status === 0;
  if (!setprivWorks) return command;
  return {
    file: 'setpriv',
    args: ['--pdeathsig', command.deathSignal.slice('SIG'.length), '--', command.file, ...command.args],
  };
}

/** Starts a server; throws when the program could not be started at all. */
export async function spawnServer(command: ServerCommand): Promise<ServerProcess> {
  const { file, args } = bound(command);
  const log = command.output === 'inherit' ? 'inherit' : openSync(command.output, 'a', 0o600);
  const child = spawn(file, args, {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ['ignore', log, log],
    ...(command.account && { uid: command.account.uid, gid: command.account.gid }),
  });
  if (typeof log === 'number') closeSync(log);
  let ending: Ending | undefined;
  const exited = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => {
      ending = { code, signal };
      resolve(ending);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${command.name} could not be started: ${error.message}`)));
  });
  if (child.pid === undefined) throw new Error(`${command.name} started without a process id`);
  return { pid: child.pid, ending: () => ending, exited };
}

/** Whether a process with this id does anything still: a zombie nobody reaped has ended. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !['Z', 'X'].includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** The folder a process works in, or undefined where that cannot be told. */
export function workingDirectoryOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return undefined;
    }
  }
  const listing = spawnSync('lsof', ['-a', '-p', String(pid), '-d', 'cwd', '-Fn'], { encoding: 'utf8' }).stdout ?? '';
  return /^n(.+)$/m.exec(listing)?.[1];
}

/**
 * The pid in the first line of `pidFile`, if that process runs and works in `dir`: a number reused by a stranger after
 * a crash is no server of ours.
 */
export function leftoverIn(dir: string, pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    const ours = pid > 1 && isRunning(pid) && workingDirectoryOf(pid) === realpathSync(dir);
    return ours ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Sends each step's signal in turn until the process has ended; throws when it outlives them all. */
export async function stopProcess(pid: number, steps: readonly StopStep[]): Promise<void> {
  for (const { signal, graceMs } of steps) {
    if (!isRunning(pid)) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error;
    }
    if (await waitUntil(() => !isRunning(pid), graceMs)) return;
  }
  if (isRunning(pid)) throw new Error(`process ${pid} could not be stopped`);
}
