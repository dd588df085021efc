import { readFileSync, rmSync, statSync } from 'node:fs';

const LOG_LIMIT_BYTES = 8 * 1024 * 1024;
const TAIL_LINES = 12;

/** Starts a log file afresh once it has grown past its limit; call before the server opens it. */
export function boundLogFile(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) rmSync(file);
}

/** The bytes in the file now: what a server writes from here on belongs to this start. */
export const logSize = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** The last lines written after `fromByte`, indented, for an error message. */
export function logTail(file: string, fromByte = 0): string {
  try {
    const lines = readFileSync(file).subarray(fromByte).toString('utf8').trimEnd().split('\n');
    return lines
      .slice(-TAIL_LINES)
      .map((line) => `  ${line}`)
      .join('\n');
  } catch {
    return '  (no log was written)';
  }
}
