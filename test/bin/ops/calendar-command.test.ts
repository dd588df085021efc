import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openPostgres } from '../../../db/postgres.ts';
import { Secret } from '../../../ops/config.ts';
import { keyring } from '../../../ops/encryption.ts';
import type { CalendarOrder } from '../../../src/bin/ops/arguments.ts';
import { rotateKeys, runCalendarCommand } from '../../../src/bin/ops/calendar-command.ts';
import { lumen, radiance } from '../../contract/booking-requests.ts';
import { type FreshService, freshDatabase } from '../../support/services.ts';

const [OLD, NEW] = [new Secret('an old key of many characters'), new Secret('a newer key of many characters')];
const CREDENTIALS = { type: 'authorized_user', client_id: 'c', client_secret: 'hush', refresh_token: 'r' };

let dir: string;
let fresh: FreshService;
let database: Database;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ava-credentials-'));
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 1 });
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
  await rm(dir, { recursive: true });
});

async function connect(clinic: string, content: unknown, keys = keyring([OLD])): Promise<string> {
  const file = join(dir, 'credentials.json');
  await writeFile(file, JSON.stringify(content));
  const order: CalendarOrder = { command: 'calendar', action: 'connect', clinic, file };
  return runCalendarCommand(order, database, keys);
}

it('a clinic is connected, its keys are rotated, and it is disconnected', async () => {
  const [old, both, newest] = [keyring([OLD]), keyring([NEW, OLD]), keyring([NEW])];
  expect(await connect(radiance.phone, CREDENTIALS)).toContain(`Radiance Med Spa has credentials of its own`);
  await expect(rotateKeys(database, newest)).rejects.toThrow(old.keyId);
  expect(await rotateKeys(database, both)).toContain(`1 sealed anew, all under the key ${both.keyId}`);
  expect(await rotateKeys(database, newest)).toContain('0 sealed anew');
  const order = { command: 'calendar', action: 'disconnect', clinic: radiance.id } as const;
  expect(await runCalendarCommand(order, database, newest)).toContain('GOOGLE_CREDENTIALS');
});

it('what are no credentials, or of no clinic, is refused without a word of it', async () => {
  await expect(connect(lumen.id, { ...CREDENTIALS, client_id: 3 })).rejects.toThrow(
    /credentials\.json is neither.*client_id/,
  );
  await expect(connect(lumen.id, { ...CREDENTIALS, client_id: 3 })).rejects.not.toThrow(/hush/);
  await expect(connect('+15550100009', CREDENTIALS)).rejects.toThrow('There is no clinic +15550100009');
  const order = { command: 'calendar', action: 'connect', clinic: lumen.id, file: join(dir, 'nowhere') } as const;
  await expect(runCalendarCommand(order, database, keyring([OLD]))).rejects.toThrow('cannot be read');
});
