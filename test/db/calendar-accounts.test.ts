import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectCalendar, postgresCalendarAccounts, resealCalendars } from '../../db/calendar-accounts.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { Secret } from '../../ops/config.ts';
import { keyring } from '../../ops/encryption.ts';
import { googleCalendar } from '../../src/google/calendar.ts';
import { lumen, radiance } from '../contract/booking-requests.ts';
import { appointmentEvent } from '../contract/calendar.ts';
import { PERSON } from '../google/bench.ts';
import { type GoogleSim, startGoogleSim } from '../sim/google/server.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const [OLD, NEW] = [new Secret('an old key of many characters'), new Secret('a newer key of many characters')];
const jsonOf = (refreshToken: string): string =>
  JSON.stringify({ type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: refreshToken });

let fresh: FreshService;
let database: Database;
let now = 0;
beforeAll(async () => {
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 2 });
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});
beforeEach(() => database.unbound('clear', (sql) => sql`delete from calendar_accounts`));

const accounts = (keys = keyring([NEW, OLD])) =>
  postgresCalendarAccounts(database, { keys, installation: PERSON, now: () => now });
const connect = (clinicId: string, json: string | null, keys = keyring([NEW, OLD])): Promise<void> =>
  connectCalendar(database, keys, clinicId, json);
const rows = () =>
  database.unbound('rows', async (sql) => {
    const found = await sql<{ credentials: Uint8Array; status: string; trouble: string | null; key: string }[]>`
      select credentials, status, trouble, key_id as key from calendar_accounts order by clinic_id = ${lumen.id}`;
    return [...found];
  });

describe('credentials', () => {
  it('are the installation’s where a clinic has none, and the same object each time', async () => {
    const store = accounts();
    expect(await store.credentialsOf(radiance.id)).toBe(PERSON);
    now += 60_000;
    expect(await store.credentialsOf(radiance.id)).toBe(PERSON);
  });

  it('of a clinic’s own are its own, sealed, and heard of within seconds', async () => {
    const store = accounts();
    expect(await store.credentialsOf(radiance.id)).toBe(PERSON);
    await connect(radiance.id, jsonOf('first-token'));
    now += 10_000;
    const own = await store.credentialsOf(radiance.id);
    expect(own?.type === 'authorized_user' && own.refreshToken.reveal()).toBe('first-token');
    now += 10_000;
    expect(await store.credentialsOf(radiance.id)).toBe(own);
    expect(await store.credentialsOf(lumen.id)).toBe(PERSON);
    const [row] = await rows();
    expect(Buffer.from(row?.credentials ?? []).toString('latin1')).not.toMatch(/token|authorized/);
    await connect(radiance.id, null);
    now += 10_000;
    expect(await store.credentialsOf(radiance.id)).toBe(PERSON);
  });

  it('that are none are not taken, and not quoted', async () => {
    await expect(connect(radiance.id, '{"type":"authorized_user","client_secret":"hush"}')).rejects.toThrow(
      /client_id/,
    );
    await expect(connect(radiance.id, 'hush')).rejects.not.toThrow(/hush/);
    expect(await rows()).toEqual([]);
  });

  it('under an unknown key are trouble that says so', async () => {
    await connect(radiance.id, jsonOf('t'), keyring([OLD]));
    await expect(accounts(keyring([NEW])).credentialsOf(radiance.id)).rejects.toMatchObject({
      kind: 'credentials',
      reason: 'unknown_key',
    });
  });

  it('of one clinic open nothing in another’s row', async () => {
    await connect(radiance.id, jsonOf('t'));
    await database.unbound(
      'steal',
      (sql) => sql`insert into calendar_accounts (clinic_id, credentials, key_id)
                   select ${lumen.id}, credentials, key_id from calendar_accounts`,
    );
    await expect(accounts().credentialsOf(lumen.id)).rejects.toMatchObject({ reason: 'unreadable' });
  });

  it('are sealed anew under the newest key, but for those that nothing opens', async () => {
    await connect(radiance.id, jsonOf('t'), keyring([OLD]));
    await connect(lumen.id, jsonOf('t'), keyring([new Secret('a key that was lost')]));
    const keys = keyring([NEW, OLD]);
    const first = await resealCalendars(database, keys);
    expect(first).toMatchObject({ resealed: 1, unopened: [{ clinicId: lumen.id, why: /ENCRYPTION_KEYS/ }] });
    expect((await rows()).map(({ key }) => key === keys.keyId)).toEqual([true, false]);
    expect(await accounts(keyring([NEW])).credentialsOf(radiance.id)).toMatchObject({ clientId: 'c' });
    expect(await resealCalendars(database, keys)).toMatchObject({ resealed: 0 });
  });
});

describe('a calendar that is disconnected', () => {
  let sim: GoogleSim;
  beforeEach(async () => {
    sim = await startGoogleSim({ calendars: [{ id: 'priya@radiance.test' }] });
  });
  afterEach(() => sim.stop());

  it('is so in its clinic’s row, with the reason, until it works again', async () => {
    const store = accounts();
    const [calendarBaseUrl, oauthBaseUrl] = [sim.url, sim.url];
    const events = { emit: () => undefined };
    const calendar = googleCalendar({ calendarBaseUrl, oauthBaseUrl, accounts: store, events });
    const ref = { clinicId: radiance.id, calendarId: 'priya@radiance.test' };
    const write = () => calendar.insert(ref, appointmentEvent(), AbortSignal.timeout(5_000));
    await write();
    expect(await rows()).toEqual([]);
    sim.tokens.revoke();
    await expect(write()).rejects.toMatchObject({ kind: 'credentials' });
    expect(await rows()).toMatchObject([{ status: 'disconnected', trouble: /invalid_grant\): connect it again/ }]);
    sim.faults.set({ faults: [{ kind: 'failure', operations: ['token'] }] });
    await expect(write()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await rows()).toMatchObject([{ status: 'disconnected' }]);
    sim.faults.clear();
    sim.tokens.restore();
    await write();
    expect(await rows()).toMatchObject([{ status: 'connected', trouble: null }]);
  });

  it('is connected by new credentials', async () => {
    await accounts().failed(radiance.id, 'a reason');
    expect(await rows()).toMatchObject([{ status: 'disconnected', trouble: 'a reason', credentials: null }]);
    await connect(radiance.id, jsonOf('t'));
    expect(await rows()).toMatchObject([{ status: 'connected', trouble: null }]);
  });
});
