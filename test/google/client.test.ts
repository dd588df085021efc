/** What the client of Google's API does beyond the contract of all calendars: tokens, causes of trouble, secrets. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { GoogleCredentials } from '../../ops/config/google-credentials.ts';
import { Secret } from '../../ops/config/secret.ts';
import { type CalendarRef, CalendarTrouble } from '../../src/domain/calendar.ts';
import { googleCalendar } from '../../src/google/calendar.ts';
import { appointmentEvent } from '../contract/calendar.ts';
import type { FaultPlan } from '../sim/google/faults.ts';
import type { Account } from '../sim/google/tokens.ts';
import { type GoogleBench, openGoogle, PERSON, UNNOTED } from './bench.ts';

let google: GoogleBench | undefined;
afterEach(async () => {
  await google?.close();
  google = undefined;
});

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EMAIL = 'ava@project.iam.gserviceaccount.com';
const service = (privateKey: string): GoogleCredentials => ({
  type: 'service_account',
  clientEmail: EMAIL,
  privateKey: new Secret(privateKey),
});
const SERVICE_ACCOUNT: Account = { type: 'service_account', clientEmail: EMAIL, publicKey: keys.publicKey };
const PERSON_ACCOUNT: Account = {
  type: 'authorized_user',
  email: 'owner@clinic.test',
  clientId: 'client-of-the-app',
  clientSecret: 'the-client-secret',
  refreshToken: 'the-refresh-token',
};

const soon = (ms = 5_000): AbortSignal => AbortSignal.timeout(ms);

function write(bench: GoogleBench, ref: CalendarRef, ms?: number): Promise<'done' | 'taken'> {
  return bench.calendar.insert(ref, appointmentEvent(), soon(ms));
}

async function troubleOf(work: Promise<unknown>): Promise<CalendarTrouble> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CalendarTrouble)) throw new Error(`no trouble but ${inspect(error)}`);
  return error;
}

async function faulty(faults: FaultPlan['faults']): Promise<GoogleBench & { ref: CalendarRef }> {
  google = await openGoogle({ faults: { faults } });
  return Object.assign(google, { ref: google.make() });
}

describe('tokens', () => {
  it('are had by a service account’s signature, which the service checks', async () => {
    google = await openGoogle({ accounts: [SERVICE_ACCOUNT] }, async () => service(keys.privateKey));
    expect(await write(google, google.make())).toBe('done');
  });

  it.each([
    ['another’s key', otherKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'invalid_grant'],
    ['no key', 'no key at all', 'unreadable_key'],
  ])('are not had by %s', async (_, key, reason) => {
    google = await openGoogle({ accounts: [SERVICE_ACCOUNT] }, async () => service(key));
    expect(await troubleOf(write(google, google.make()))).toMatchObject({ kind: 'credentials', reason });
  });

  it('are not had by a clinic without credentials', async () => {
    google = await openGoogle({}, async () => null);
    expect(await troubleOf(write(google, google.make()))).toMatchObject({ kind: 'credentials', reason: 'none' });
  });

  it('are asked for once, however many need one, and served until they end', async () => {
    google = await openGoogle({ accounts: [PERSON_ACCOUNT] });
    const ref = google.make();
    const bench = google;
    await Promise.all(Array.from({ length: 8 }, () => write(bench, ref)));
    await write(bench, ref);
    expect(bench.sim.tokens.grants).toBe(1);
  });

  it('that are refused are replaced, once', async () => {
    google = await openGoogle({ accounts: [PERSON_ACCOUNT] });
    const ref = google.make();
    await write(google, ref);
    google.sim.tokens.expireAll();
    expect(await write(google, ref)).toBe('done');
    expect(google.sim.tokens.grants).toBe(2);
    google.sim.tokens.lifetimeS = 0;
    google.sim.tokens.expireAll();
    expect(await troubleOf(write(google, ref))).toMatchObject({ kind: 'credentials', status: 401 });
    expect(google.sim.tokens.grants).toBe(3);
    expect(google.sim.live(ref.calendarId)).toHaveLength(2);
  });

  it('of revoked credentials are trouble with credentials, until they are restored', async () => {
    google = await openGoogle({ accounts: [PERSON_ACCOUNT] });
    const ref = google.make();
    google.sim.tokens.revoke('owner@clinic.test');
    expect(await troubleOf(write(google, ref))).toMatchObject({ kind: 'credentials', reason: 'invalid_grant' });
    google.sim.tokens.restore('owner@clinic.test');
    expect(await write(google, ref)).toBe('done');
  });

  it.each([
    [{ kind: 'failure', status: 503, operations: ['token'] }, 'unavailable'],
    [{ kind: 'reset', operations: ['token'] }, 'unavailable'],
    [{ kind: 'refusal', status: 429, operations: ['token'] }, 'busy'],
    [{ kind: 'silence', operations: ['token'] }, 'timeout'],
  ] as const)('that can not be had for %o are no fault of the credentials', async (fault, kind) => {
    const bench = await faulty([{ ...fault, operations: ['token'] }]);
    expect((await troubleOf(write(bench, bench.ref, 300))).kind).toBe(kind);
  });

  it('may be waited for by one who gives up and one who does not', async () => {
    const bench = await faulty([{ kind: 'delay', ms: [300, 300], operations: ['token'] }]);
    const [hasty, patient] = [write(bench, bench.ref, 50), write(bench, bench.ref)];
    expect((await troubleOf(hasty)).kind).toBe('timeout');
    expect(await patient).toBe('done');
    expect(bench.sim.tokens.grants).toBe(1);
  });

  it('at an address without a token endpoint are not taken for an event that is not there', async () => {
    google = await openGoogle();
    const { sim } = google;
    const options = { accounts: { ...UNNOTED, credentialsOf: async () => PERSON }, events: { emit: () => undefined } };
    const lost = googleCalendar({ ...options, calendarBaseUrl: sim.url, oauthBaseUrl: `${sim.url}/nowhere` });
    expect(await troubleOf(lost.event(google.make(), 'abcde', soon()))).toMatchObject({
      kind: 'credentials',
      status: 404,
    });
  });
});

describe('trouble', () => {
  it('with quotas is the service being busy, whatever status it takes for it', async () => {
    const bench = await faulty([
      { kind: 'refusal', status: 429, retryAfterS: 7, times: 1 },
      { kind: 'refusal', status: 403 },
    ]);
    expect(await troubleOf(write(bench, bench.ref))).toMatchObject({ kind: 'busy', status: 429, afterMs: 7_000 });
    expect(await troubleOf(write(bench, bench.ref))).toMatchObject({ kind: 'busy', status: 403, afterMs: undefined });
  });

  it('with what is asked is final', async () => {
    google = await openGoogle();
    const backwards = appointmentEvent({ endsAt: 0 });
    const refused = google.calendar.insert(google.make(), backwards, soon());
    expect(await troubleOf(refused)).toMatchObject({ kind: 'refused', status: 400, reason: 'timeRangeEmpty' });
  });

  it('with the network names its code, and no status', async () => {
    const bench = await faulty([]);
    await write(bench, bench.ref);
    await bench.sim.stop();
    const { kind, status, reason } = await troubleOf(write(bench, bench.ref));
    expect({ kind, status }).toEqual({ kind: 'unavailable', status: 0 });
    expect(reason).toMatch(/^(ECONNREFUSED|UND_ERR_SOCKET)$/);
  });

  it('with an answer that is none is told apart from an event that is not there', async () => {
    const server = createServer((request, response) => {
      const isToken = request.url === '/token';
      response.writeHead(200, { 'content-type': isToken ? 'application/json' : 'text/html' });
      response.end(isToken ? '{"access_token":"t","expires_in":3599}' : '<html>captive portal</html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const events = { emit: () => undefined };
    const calendar = googleCalendar({
      calendarBaseUrl: url,
      oauthBaseUrl: url,
      accounts: { ...UNNOTED, credentialsOf: async () => PERSON },
      events,
    });
    const ref = { clinicId: 'c', calendarId: 'x' };
    expect(await troubleOf(calendar.event(ref, 'abcde', soon()))).toMatchObject({ kind: 'unavailable' });
    expect(await troubleOf(calendar.eventsOf(ref, 'a', soon()))).toMatchObject({ reason: 'unreadable_answer' });
    server.closeAllConnections();
    server.close();
  });

  it('is met by one attempt, whatever it is', async () => {
    const bench = await faulty([
      { kind: 'failure', status: 500, operations: ['insert'], times: 1 },
      { kind: 'reset', operations: ['get'] },
      { kind: 'refusal', status: 429, operations: ['list'] },
    ]);
    await troubleOf(write(bench, bench.ref));
    await troubleOf(bench.calendar.event(bench.ref, 'abcde', soon()));
    await troubleOf(bench.calendar.eventsOf(bench.ref, 'abcde', soon()));
    expect(bench.sim.requests.all().map(({ operation }) => operation)).toEqual(['token', 'insert', 'get', 'list']);
  });

  it('after the service did it leaves it done', async () => {
    const bench = await faulty([{ kind: 'silence', when: 'after', operations: ['insert'] }]);
    expect((await troubleOf(write(bench, bench.ref, 300))).kind).toBe('timeout');
    expect(bench.sim.live(bench.ref.calendarId)).toHaveLength(1);
  });

  it('is told as a fact, without a word of what was to be written or of what opens the calendar', async () => {
    const bench = await faulty([{ kind: 'failure', operations: ['insert'], times: 1 }]);
    const failed = await troubleOf(write(bench, bench.ref));
    bench.sim.tokens.revoke();
    const locked = await troubleOf(write(bench, bench.ref));
    const all = inspect([failed, failed.stack, failed.cause, locked, locked.stack, locked.cause, bench.troubles], {
      depth: 10,
    });
    for (const secret of ['Jordan', 'Priya', 'the-client-secret', 'the-refresh-token', 'ya29']) {
      expect(all).not.toContain(secret);
    }
    expect(bench.troubles).toEqual([
      { clinicId: 'clinic-1', kind: 'unavailable', status: 500, reason: 'backendError' },
      { clinicId: 'clinic-1', kind: 'credentials', status: 400, reason: 'invalid_grant' },
    ]);
  });
});

it('is counted for each calendar, not for the one account that looks after all of them', async () => {
  google = await openGoogle({ quotas: { perUser: 2 } });
  const bench = google;
  const refs = [bench.make(), bench.make()];
  for (const ref of refs) await Promise.all([write(bench, ref), write(bench, ref)]);
  for (const ref of refs) {
    const trouble = await troubleOf(write(bench, ref));
    expect(trouble).toMatchObject({ kind: 'busy', reason: 'userRateLimitExceeded' });
  }
});

it('asks for no more of a provider’s own events than whether they keep them busy', async () => {
  google = await openGoogle();
  const ref = google.make();
  await google.calendar.changes(ref, { syncToken: null, from: 0, timeZone: 'UTC' }, soon());
  const [request] = google.sim.requests.all('list');
  expect(request?.query).toContain('fields=');
  expect(request?.query).not.toMatch(/summary|description|location/);
});

it('has the calendar knock when something changes', async () => {
  google = await openGoogle({ plainHttpPush: true });
  const knocks: Record<string, unknown>[] = [];
  const door = createServer((request, response) => {
    knocks.push(request.headers);
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const address = door.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const ref = google.make();
  const channel = { channelId: 'channel-1', address: `http://127.0.0.1:${port}/google/notify`, token: 'ours' };
  await google.calendar.watch(ref, channel, soon());
  await write(google, ref);
  await expect.poll(() => knocks.length).toBe(2);
  expect(knocks.map((each) => each['x-goog-resource-state'])).toEqual(['sync', 'exists']);
  expect(knocks[1]).toMatchObject({ 'x-goog-channel-id': 'channel-1', 'x-goog-channel-token': 'ours' });
  door.closeAllConnections();
  door.close();
});
