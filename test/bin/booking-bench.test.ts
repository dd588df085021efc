/** The benchmark of the book in its smallest form: what must be so whatever the machine, not how fast it is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SMALL = '--clinics 3 --years 0.5 --rate 50 --seconds 1 --warming 1 --parts 1 --rounds 2 --racers 60 --slots 6';

async function output(): Promise<string> {
  const args = ['src/bin/run.mjs', 'bench', 'booking', ...SMALL.split(' ')];
  const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return text;
}

it('npm run bench -- booking: a race has its winners, and no plan reads what is long past', async () => {
  const text = await output();
  expect(text.match(/^round \d+: 6 winners, 0 overlaps/gm)).toHaveLength(2);
  expect(text).toMatch(/^deadlocks: 0$/m);
  // Plans of more statements than a booking alone needs; none of them at fault.
  expect(Number(/^(\d+) statements/m.exec(text)?.[1])).toBeGreaterThan(20);
  expect(text).toContain('book_appointment, p99');
  expect(text).not.toMatch(/^ *MISSED/m);
}, 60_000);
