/** `npm run ops`, run as a program against a seeded database. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDbCommand } from '../../db/command.ts';
import { clinicOfBearer } from '../../src/http/browser-tokens.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const PROGRAM = fileURLToPath(new URL('../../src/bin/ops.ts', import.meta.url));
const SECRET = 'the-session-secret-of-a-test';
const LIMIT_MS = 60_000;

let fresh: FreshService;
beforeAll(async () => {
  fresh = await freshDatabase();
  const seeded = await runDbCommand(['seed'], { environment: { DATABASE_URL: fresh.url }, folder: '/' });
  if (seeded.exitCode !== 0) throw new Error(seeded.complaint);
});
afterAll(() => fresh.drop());

function ops(...args: string[]) {
  const env = { ...process.env, DATABASE_URL: fresh.url, SESSION_SECRET: SECRET };
  const options = { env, encoding: 'utf8', timeout: LIMIT_MS } as const;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), PROGRAM, ...args],
    options,
  );
  return { status, stdout, stderr };
}

describe('npm run ops -- api-token', () => {
  it('prints the token of a clinic, by its number and by its id', { timeout: LIMIT_MS }, () => {
    const byNumber = ops('api-token', '+15550100001');
    expect(byNumber).toMatchObject({ status: 0, stderr: '' });
    const clinicId = String(clinicOfBearer(SECRET, `Bearer ${byNumber.stdout.trim()}`));
    expect(clinicId).toMatch(/^[0-9a-f-]{36}$/);
    expect(ops('api-token', clinicId)).toEqual(byNumber);
  });

  it.each([
    ['what is no clinic', ['api-token', 'Radiance'], 1, 'neither a clinic'],
    ['a clinic that there is not', ['api-token', randomUUID()], 1, 'There is no clinic'],
    ['no command', [], 64, 'npm run ops --'],
    ['one word too many', ['api-token', '+15550100001', 'now'], 64, 'npm run ops --'],
  ])('refuses %s', { timeout: LIMIT_MS }, (_, args, status, complaint) => {
    expect(ops(...args)).toEqual({ status, stdout: '', stderr: expect.stringContaining(complaint) });
  });
});
