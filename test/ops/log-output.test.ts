import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = `
import { setTimeout as sleep } from 'node:timers/promises';
import { createEvents } from './ops/events.ts';
import { openLog } from './ops/log.ts';
const events = createEvents();
const log = await openLog({ events, level: 'info', nodeId: 'n1', pii: false, pretty: false });
for (let n = 0; n < 30; n++) {
  events.emit('config.warned', { advice: 'advice ' + n });
  await new Promise((resolve) => setImmediate(resolve));
}
await sleep(1_000);
process.stderr.write('written\\n');
events.emit('config.warned', { advice: 'the last words' });
if (process.argv[1] === 'exit') process.exit(0);
await log.close();
`;

/** What a program that logs wrote to its standard output, piece by piece, and what of it before it said so. */
async function pieces(ending: 'close' | 'exit'): Promise<{ pieces: string[]; before: string }> {
  const args = ['--import', 'tsx', '--input-type=module', '-e', PROGRAM, ending];
  const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
  const written: string[] = [];
  let before = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => written.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('written')) before = written.join('');
    else written.push(`on stderr: ${text}`);
  });
  await once(child, 'close');
  return { pieces: written, before };
}

function advice(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line).advice);
}

test.each(['close', 'exit'] as const)(
  'lines of a moment leave together, at once after it, and the last with its %s',
  async (ending) => {
    const { pieces: written, before } = await pieces(ending);
    const numbered = Array.from({ length: 30 }, (_, n) => `advice ${n}`);
    expect(advice(before)).toEqual(numbered);
    expect(advice(written.join(''))).toEqual([...numbered, 'the last words']);
    expect(written.length).toBeLessThanOrEqual(5);
  },
);
