import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseDatabaseUrl, shownAddress } from '../../../ops/config/database-url.ts';
import { readEnvironment } from '../../../ops/config/environment.ts';
import { readGoogleCredentials } from '../../../ops/config/google-credentials.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ava-config-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

function nowhere(): string {
  throw new Error('no such file');
}

describe('the environment', () => {
  test("is the process's, with what only .env sets", () => {
    const dir = folder();
    writeFileSync(join(dir, '.env'), 'PORT=1111\nROLE=worker # only queues\nLOG_LEVEL="debug"\nHOST=file\n');
    expect(readEnvironment({ PORT: '2222', HOST: '' }, dir)).toEqual({
      PORT: '2222',
      ROLE: 'worker',
      LOG_LEVEL: 'debug',
      HOST: '',
    });
  });

  test("is the process's alone where there is no .env", () => {
    expect(readEnvironment({ PORT: '1' }, folder())).toEqual({ PORT: '1' });
  });
});

describe('Google credentials', () => {
  const user = { type: 'authorized_user', client_id: 'id', client_secret: 's', refresh_token: 'r' };
  test('are an OAuth user or a service account, given or in a file', () => {
    expect(readGoogleCredentials(JSON.stringify(user), nowhere)).toMatchObject({ value: { clientId: 'id' } });
    const inFile = readGoogleCredentials('/run/secrets/google.json', () => JSON.stringify(user));
    expect(inFile).toMatchObject({ value: { type: 'authorized_user' } });
  });

  test('get the line breaks of their key back', () => {
    const account = { type: 'service_account', client_email: 'a@b', private_key: 'one\\ntwo' };
    const reading = readGoogleCredentials(JSON.stringify(account), nowhere);
    const credentials = 'value' in reading ? reading.value : undefined;
    expect(credentials?.type === 'service_account' && credentials.privateKey.reveal()).toBe('one\ntwo');
  });

  test.each([
    ['{"type":"service_account"}', /client_email, private_key/],
    ['{"type":"else"}', /type/],
    ['{broken', /no valid JSON/],
    ['/no/such/file', /neither JSON nor the path/],
  ])('%s is refused', (value, problem) => {
    expect(readGoogleCredentials(value, nowhere)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

describe('a database address', () => {
  test.each([
    'postgres://u:p@h/db',
    'postgresql://h:5432/db?sslmode=require',
    'postgres://u:p@h1:1,h2:2/db',
    'postgres://postgres:p@[::1]:5432/db',
  ])('%s is taken as it is', (url) => {
    const reading = parseDatabaseUrl(url);
    expect('value' in reading && reading.value.reveal()).toBe(url);
  });

  test.each([
    'mysql://h/db',
    'postgres://',
    'postgres:///db',
    'postgres:///db?host=/run',
    'postgres://u:p@h:port/db',
    'h:5432',
  ])('%s is refused', (url) => {
    expect(parseDatabaseUrl(url)).toHaveProperty('problem');
  });

  test('is shown without password and parameters', () => {
    expect(shownAddress('postgres://u:p@ss@h1:1,h2:2/db?password=x')).toBe('postgres://u@h1:1,h2:2/db');
    expect(shownAddress('postgres://h/db')).toBe('postgres://h/db');
  });
});
