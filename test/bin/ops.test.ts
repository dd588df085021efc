/** `npm run ops`, run as a program against a seeded database. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDbCommand } from '../../db/command.ts';
import { postgresConversationLog } from '../../db/conversations.ts';
import { openPostgres } from '../../db/postgres.ts';
import { clinicOfBearer } from '../../src/http/browser-tokens.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { radiance } from '../support/memory-clinics.ts';
import { callSpoken } from '../support/recorded-call.ts';
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

interface Ran {
  readonly status: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function ops(...args: string[]): Promise<Ran> {
  const env = { ...process.env, DATABASE_URL: fresh.url, SESSION_SECRET: SECRET };
  const program = ['--import', import.meta.resolve('tsx'), PROGRAM, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, program, { env, timeout: LIMIT_MS }, (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, stdout, stderr }),
    );
  });
}

const DAY_MS = 86_400_000;

/** The clinic that a printed token speaks for, after so many days. */
const clinicOf = (stdout: string, days: number): string | null =>
  clinicOfBearer(SECRET, `Bearer ${stdout.trim()}`, Date.now() + days * DAY_MS);

describe('npm run ops -- api-token', () => {
  it('prints the token of a clinic, by number and by id, and says how long it is good', {
    timeout: LIMIT_MS,
  }, async () => {
    const byNumber = await ops('api-token', '+15550100001');
    expect(byNumber).toMatchObject({ status: 0, stderr: expect.stringContaining('Good for 365 days') });
    const clinicId = String(clinicOf(byNumber.stdout, 364));
    expect(clinicId).toMatch(/^[0-9a-f-]{36}$/);
    expect(clinicOf(byNumber.stdout, 366)).toBeNull();
    const byId = await ops('api-token', clinicId, '--days', '2');
    expect(byId).toMatchObject({ status: 0, stderr: expect.stringContaining('Good for 2 days') });
    expect([clinicOf(byId.stdout, 1), clinicOf(byId.stdout, 3)]).toEqual([clinicId, null]);
  });

  it.each([
    ['what is no clinic', ['api-token', 'Radiance'], 1, 'neither a clinic'],
    ['a clinic that there is not', ['api-token', randomUUID()], 1, 'There is no clinic'],
    ['no command', [], 64, 'npm run ops --'],
  ])('refuses %s', { timeout: LIMIT_MS }, async (_, args, status, complaint) => {
    expect(await ops(...args)).toEqual({ status, stdout: '', stderr: expect.stringContaining(complaint) });
  });
});

describe('npm run ops -- dead, requeue', () => {
  it('shows what was given up and why, and has it tried again', { timeout: LIMIT_MS }, async () => {
    const database = openPostgres({ url: fresh.url, poolSize: 1 });
    const subject = randomUUID();
    await database.unbound(
      'give up',
      (sql) => sql`
        insert into outbox (clinic_id, kind, subject_id, status, attempts, reason)
        values (${radiance.id}, 'sync_appointment', ${subject}, 'dead', 3, 'refused 400 invalid')`,
    );
    await database.close();
    expect((await ops('dead', '+15550100001')).stdout).toMatch(
      new RegExp(`sync_appointment ${subject}  clinic ${radiance.id}  after 3 attempt\\(s\\): refused 400 invalid\n$`),
    );
    expect(await ops('dead', '+15550100002')).toMatchObject({ status: 0, stdout: '' });
    expect(await ops('requeue')).toEqual({ status: 0, stdout: '1 tried again\n', stderr: '' });
    expect((await ops('dead')).stdout).toBe('');
  });
});

describe('npm run ops -- clinic', () => {
  it('prints a clinic as a file, needs no secret for it, and says why it does not', { timeout: LIMIT_MS }, async () => {
    const shown = await ops('clinic', 'show', '+15550100001');
    expect(shown).toMatchObject({ status: 0, stderr: '' });
    expect(shown.stdout).toMatch(/^name: Radiance Med Spa\nphone: "\+15550100001"\n/);
    expect(await ops('clinic', 'create', 'nowhere.yaml')).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^nowhere\.yaml cannot be read: /),
    });
  });
});

describe('npm run ops -- replay', () => {
  it('exits 0 where a call goes the same way again, and 1 where it does not', { timeout: LIMIT_MS }, async () => {
    const database = openPostgres({ url: fresh.url, poolSize: 1 });
    const { started, conversationId } = conversationOf();
    const log = postgresConversationLog(database);
    log.write(started);
    callSpoken(log, conversationId, `CA${conversationId}`);
    await log.close(LIMIT_MS);
    const same = await ops('replay', `CA${conversationId}`);
    expect(same).toMatchObject({ status: 0, stdout: expect.stringMatching(/The same: 10 messages/), stderr: '' });
    await database.unbound(
      'change',
      (sql) => sql`
        update call_events set effects = 'hold~abc123' where conversation_id = ${conversationId} and n = 4`,
    );
    await database.close();
    const [other, nobodys] = await Promise.all([ops('replay', conversationId), ops('replay', 'CA0')]);
    expect(other).toMatchObject({ status: 1, stdout: expect.stringContaining('wanted done then: hold~abc123') });
    expect(nobodys).toEqual({ status: 1, stdout: '', stderr: 'There is no call CA0.\n' });
  });
});

describe('npm run ops -- rescore', () => {
  it('says how many conversations are to be scored again, and whose there are none', {
    timeout: LIMIT_MS,
  }, async () => {
    const database = openPostgres({ url: fresh.url, poolSize: 1 });
    const { started, ended, clinicId } = conversationOf();
    const log = postgresConversationLog(database);
    for (const entry of [started, ended()]) log.write(entry);
    await log.close(LIMIT_MS);
    await database.close();
    const [all, failed, nobodys] = await Promise.all([
      ops('rescore', '--clinic', clinicId),
      ops('rescore', '--failed'),
      ops('rescore', '--clinic', randomUUID()),
    ]);
    expect(all).toMatchObject({ status: 0, stdout: expect.stringMatching(/^1 conversation is to be scored again/) });
    expect(failed).toMatchObject({ status: 0, stdout: expect.stringMatching(/^0 conversations are/) });
    expect(nobodys).toMatchObject({ status: 1, stderr: expect.stringContaining('There is no clinic') });
  });
});
