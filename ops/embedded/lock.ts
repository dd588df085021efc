/**
 * A lock file that names its holder, so that a crash leaves no lock: a holder counts only while its process runs and
 * is the one that took it (same start time, since process ids come round again).
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './error-code.ts';
import { isRunning } from './process.ts';

export interface Lock {
  /** Whether the last holder went without releasing it. */
  readonly afterCrash: boolean;
  release(): void;
}

const TRIES = 10;

/** When a process began, in the kernel's ticks since boot; empty where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Names a process beyond its id, which comes round again: its id and when it began. */
export const processSignature = (pid: number): string => `${pid} ${startOf(pid)}\n`;

const holderOf = (text: string): number => Number.parseInt(text, 10);

/** Whether the process that `processSignature` named runs still. */
export const signedProcessRuns = (text: string): boolean => {
  const pid = holderOf(text);
  return pid > 0 && isRunning(pid) && text === processSignature(pid);
};

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

/** Puts a whole lock file in place in one step; false where there is one already. */
function place(file: string, text: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes a dead holder's file away; puts it back where it turns out to be somebody's fresh one. */
function clear(file: string, stale: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = read(aside);
  if (taken !== undefined && taken !== stale) place(file, taken);
  rmSync(aside, { force: true });
}

/** Takes the lock, or answers the process id of the one who holds it. */
export function takeLock(file: string): Lock | number {
  mkdirSync(dirname(file), { recursive: true });
  const ours = processSignature(process.pid);
  let afterCrash = false;
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (place(file, ours)) {
      return {
        afterCrash,
        release: () => {
          if (read(file) === ours) rmSync(file, { force: true });
        },
      };
    }
    const found = read(file);
    if (found === undefined) continue;
    if (signedProcessRuns(found)) return holderOf(found);
    afterCrash = true;
    clear(file, found);
  }
  throw new Error(`${file} changes hands too fast`);
}
