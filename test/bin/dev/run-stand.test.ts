import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signedProcessRuns } from '../../../ops/embedded/lock.ts';
import { waitUntil } from '../../../ops/embedded/wait.ts';
import type { ReadyStand } from '../../../src/bin/dev/banner.ts';
import { runStand } from '../../../src/bin/dev/run-stand.ts';
import { readStandFile } from '../../../src/bin/dev/stand-file.ts';
import { type FreshService, freshDatabase, freshRedis } from '../../support/services.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const DEADLINE_MS = 15_000;

/** The smallest program that the stand can take for Ava: it is ready at once, and writes down how it ends. */
const TINY_AVA = `
import { createServer } from 'node:http';
import { appendFileSync } from 'node:fs';
const note = (line: string) => appendFileSync('lives.txt', line + '\\n');
note('began');
if (process.env.REFUSES) process.exit(78);
const door = createServer((request, response) => { response.end(request.url); });
door.listen(Number(process.env.OPS_PORT));
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => { note(name); process.exit(0); });
`;

let dir: string;
let services: FreshService[];
let stop: AbortController;
let said: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ava-stand-'));
  await mkdir(join(dir, 'src', 'bin'), { recursive: true });
  await writeFile(join(dir, 'src', 'bin', 'ava.ts'), TINY_AVA);
  await writeFile(join(dir, 'package.json'), '{"type":"module"}');
  await symlink(join(PROJECT, 'node_modules'), join(dir, 'node_modules'));
  services = await Promise.all([freshDatabase({ migrated: false }), freshRedis()]);
  stop = new AbortController();
  said = [];
});

afterEach(async () => {
  await Promise.all(services.map((service) => service.drop()));
  await rm(dir, { recursive: true, force: true });
});

function stand(more: Record<string, string> = {}): { ended: Promise<number>; ready: Promise<ReadyStand> } {
  const [database, redis] = services;
  let onReady!: (stand: ReadyStand) => void;
  const ready = new Promise<ReadyStand>((resolve) => {
    onReady = resolve;
  });
  const environment = {
    PATH: process.env.PATH,
    PORT: '0',
    OPS_PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: database?.url,
    REDIS_URL: redis?.url,
    ...more,
  };
  const ended = runStand({
    projectDir: dir,
    dataDir: join(dir, '.data'),
    environment,
    report: (line) => said.push(line),
    signals: { stop: stop.signal, hurry: new AbortController().signal },
    onReady,
  });
  return { ended, ready };
}

const lives = async (): Promise<string[]> => (await readFile(join(dir, 'lives.txt'), 'utf8')).trim().split('\n');
const avaProcess = (): string => readStandFile(join(dir, '.data'))?.ava.process ?? '';

describe('the development stand', () => {
  it('seeds the database it is given, brings the simulators, and leaves nothing running when it is stopped', async () => {
    const { ended, ready } = stand();
    const { file } = await ready;
    expect(said.join()).toContain('Radiance Med Spa');
    expect(Object.keys(file.simulators).sort()).toEqual(['google', 'openai', 'twilio']);
    const ava = avaProcess();
    expect(signedProcessRuns(ava)).toBe(true);
    stop.abort('SIGINT');
    expect(await ended).toBe(0);
    expect(await lives()).toEqual(['began', 'SIGINT']);
    expect(signedProcessRuns(ava)).toBe(false);
    expect(readStandFile(join(dir, '.data'))).toBeUndefined();
  });

  it('starts Ava again when she dies, and simulates nothing that the environment names', async () => {
    const { ended, ready } = stand({
      OPENAI_API_KEY: 'key',
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token',
      GOOGLE_CALENDAR_BASE_URL: 'http://127.0.0.1:9',
    });
    const { file } = await ready;
    expect(file.simulators).toEqual({});
    const first = avaProcess();
    process.kill(Number.parseInt(first, 10), 'SIGKILL');
    expect(await waitUntil(async () => (await lives()).length === 2, DEADLINE_MS)).toBe(true);
    expect(avaProcess()).not.toBe(first);
    stop.abort('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('ends with a failure when Ava ends before she is ready', async () => {
    const { ended } = stand({ REFUSES: 'yes' });
    await expect(ended).rejects.toThrow(/ended before she was ready \(exit code 78\)/);
    expect(await lives()).toEqual(['began']);
  });

  it('names what is wrong with the configuration before it starts anything', async () => {
    await expect(stand({ OPS_PORT: 'nine' }).ended).rejects.toThrow(/OPS_PORT/);
    await expect(stand({ NODE_ENV: 'production' }).ended).rejects.toThrow(/npm run serve/);
  });
});
