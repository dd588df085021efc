/** What a process costs, as Linux accounts it: all its threads together. Linux only. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** `getconf CLK_TCK` on every Linux that node runs on. */
const TICK_MS = 10;
/** Fields of /proc/PID/stat behind the command's closing bracket. */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** Processor time of all threads since the process began, user and system, ms; to 10 ms. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * TICK_MS;
}

/** Processor time of everything on this machine since it began, ms. */
export function cpuMsOfAll(): number {
  const [, user, nice, system, , , interrupts, softInterrupts] = readFileSync('/proc/stat', 'latin1')
    .split('\n', 1)
    .join('')
    .split(/\s+/)
    .map(Number);
  return [user, nice, system, interrupts, softInterrupts].reduce<number>((sum, ticks = 0) => sum + ticks, 0) * TICK_MS;
}

export function residentBytesOf(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} tells no resident memory`);
  return Number(kib) * 1024;
}

/** Lets a process, all its threads, run on one core only. Throws where that cannot be done. */
export function pin(pid: number, core: number): void {
  const { status, stderr } = spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`process ${pid} could not be pinned to core ${core}: ${stderr}`);
}

/** As far before others as may be asked of the system. */
const FIRST = -15;

/**
 * Has a process that stands for what is elsewhere (telephones, a vendor) run before all others: it is not to be late
 * because of what is measured. Without the right to it, nothing changes.
 */
export function runsFirst(pid: number): void {
  try {
    setPriority(pid, FIRST);
  } catch {
    // Told by the benchmark: how long it stood still.
  }
}

const INSTRUCTIONS = 'instructions:u';

/** Instructions that a process retires in user mode until `stop` is called; null where the machine does not count them. */
export function countInstructions(pid: number): { stop(): Promise<number | null> } {
  const perf = spawn('perf', ['stat', '-x', ',', '-e', INSTRUCTIONS, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  perf.stderr.on('data', (part) => {
    text += String(part);
  });
  // Without perf there is nothing to count.
  const ended = once(perf, 'close').catch(() => undefined);
  return {
    async stop() {
      perf.kill('SIGINT');
      await ended;
      const count = Number(text.split(',')[0]);
      return text.includes(INSTRUCTIONS) && Number.isFinite(count) && count > 0 ? count : null;
    },
  };
}
