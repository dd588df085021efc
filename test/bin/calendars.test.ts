/** The book that heeds calendars, over a simulated Google and Postgres. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../actors/kernel/clock.ts';
import { postgresBookingStore } from '../../db/bookings.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { readConfig } from '../../ops/config.ts';
import { createEvents } from '../../ops/events.ts';
import { calendarSyncJob } from '../../queues/jobs/calendar-sync.ts';
import { type Calendars, openCalendars } from '../../src/bin/calendars.ts';
import type { Busy } from '../../src/domain/slots.ts';
import { busyQuery, radiance } from '../contract/booking-requests.ts';
import type { FaultPlan } from '../sim/google/faults.ts';
import type { GoogleSim } from '../sim/google/server.ts';
import { openOutsideGoogle } from '../support/outside.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const [PRIYA, ELENA] = ['priya@radiance.test', 'elena@radiance.test'];
const [priya, elena] = ['Priya Sharma', 'Dr. Elena Ruiz'].map(
  (name) => radiance.providers.find((each) => each.name === name)?.id ?? '',
);
/** Both, and a room. */
const QUERY = { ...busyQuery(), resourceIds: [priya ?? '', elena ?? '', '7ad1a9ce-0000-4000-8000-0000000009ff'] };

let fresh: FreshService;
let database: Database;
let google: Awaited<ReturnType<typeof openOutsideGoogle>>;
let sim: GoogleSim;
beforeAll(async () => {
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 4 });
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});
beforeEach(async () => {
  await database.unbound('clear', (sql) => sql`truncate calendar_mirrors, calendar_accounts cascade`);
  google = await openOutsideGoogle();
  sim = google.sim;
});
afterEach(() => sim.stop());

function calendarsOf(environment: Record<string, string> = google.environment, through = database): Calendars {
  const account = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 't', OPENAI_API_KEY: 'k' };
  const stores = { DATABASE_URL: fresh.url, REDIS_URL: 'redis://127.0.0.1' };
  const reading = readConfig({ NODE_ENV: 'test', ...stores, ...account, ...environment });
  if (!reading.ok) throw new Error(reading.problems.join());
  const clock = { ...systemClock(), now: () => QUERY.startsAt };
  return openCalendars({ config: reading.config, events: createEvents(), clock }, through);
}

const ask = (calendars: Calendars): Promise<readonly Busy[]> =>
  calendars.heeding(postgresBookingStore(database)).busy(QUERY);
const faulty = (...faults: NonNullable<FaultPlan['faults']>): void => sim.faults.set({ faults });
const grownOld = () =>
  database.unbound(
    'age',
    (sql) => sql`update calendar_mirrors set mirrored_at = mirrored_at - interval '1 hour',
                                             trouble_at = trouble_at - interval '1 hour'`,
  );
const looks = (): number => sim.requests.all('list').length;

const time = (ms: number): object => ({ dateTime: new Date(QUERY.startsAt + ms).toISOString() });

function busyInCalendar(calendarId: string | undefined): void {
  sim.calendars.find(calendarId ?? '')?.insert({ start: time(3_600_000), end: time(7_200_000) });
}

describe('the book that heeds calendars', () => {
  it('asks those that it has no copy of, once for all who wait, and then its copies', async () => {
    const book = calendarsOf().heeding(postgresBookingStore(database));
    busyInCalendar(ELENA);
    const answers = await Promise.all([book.busy(QUERY), book.busy(QUERY)]);
    for (const busy of answers) expect(busy.map(({ resourceId }) => resourceId)).toEqual([elena]);
    expect(looks()).toBe(2);
    await book.busy(QUERY);
    expect(looks()).toBe(2);
  });

  it('asks the database once for all who ask together', async (context) => {
    await ask(calendarsOf());
    const asked: string[] = [];
    const watched = openPostgres({ url: fresh.url, poolSize: 4, onQuery: ({ query }) => void asked.push(query) });
    context.onTestFinished(() => watched.close());
    const book = calendarsOf(google.environment, watched).heeding(postgresBookingStore(watched));
    expect(await Promise.all([book.busy(QUERY), book.busy(QUERY), book.busy(QUERY)])).toEqual([[], [], []]);
    expect(asked).toEqual(['mirrors_of', 'calendar_account', 'busy']);
  });

  it('knows no calendars where nothing opens them, nor of providers who have none', async () => {
    expect(await ask(calendarsOf({}))).toEqual([]);
    await database.unbound(
      'none',
      (sql) => sql`update providers set calendar_id = null where calendar_id = ${ELENA ?? ''}`,
    );
    sim.tokens.revoke();
    const { startsAt, endsAt } = QUERY;
    expect(await ask(calendarsOf())).toEqual([{ resourceId: priya, startsAt, endsAt }]);
    await database.unbound(
      'again',
      (sql) => sql`update providers set calendar_id = ${ELENA ?? ''} where id = ${elena ?? ''}`,
    );
  });

  it.each([
    [{ kind: 'refusal', status: 429 }, 'busy', 429],
    [{ kind: 'failure', status: 503 }, 'unavailable', 503],
    [{ kind: 'silence' }, 'timeout', 0],
  ] as const)('goes on from copies that are new enough through %o, and no longer', async (fault, kind, status) => {
    const calendars = calendarsOf();
    await ask(calendars);
    faulty(fault);
    expect(await ask(calendars)).toEqual([]);
    await grownOld();
    const beganMs = performance.now();
    await expect(ask(calendars)).rejects.toMatchObject({ name: 'CalendarTrouble', kind, status });
    expect(performance.now() - beganMs).toBeLessThan(3_000);
    sim.faults.clear();
    expect(await ask(calendars)).toEqual([]);
  });

  it('trusts no copy once a look was told that the credentials are none; asks again when they may be', async () => {
    const calendars = calendarsOf();
    await ask(calendars);
    sim.tokens.revoke();
    await database.unbound('due', (sql) => sql`update calendar_mirrors set due_at = now()`);
    await calendarSyncJob(calendars.sync).run({ data: {}, attempt: 1, signal: AbortSignal.timeout(20_000) });
    await expect(ask(calendars)).rejects.toMatchObject({ kind: 'credentials' });
    sim.tokens.restore();
    await expect(ask(calendars)).rejects.toMatchObject({ kind: 'credentials' });
    await grownOld();
    expect(await ask(calendars)).toEqual([]);
  });

  it('leaves out who alone has no calendar any more, and says so where nobody else is asked about', async () => {
    const calendars = calendarsOf();
    sim.calendars.remove(PRIYA ?? '');
    const { startsAt, endsAt } = QUERY;
    expect(await ask(calendars)).toEqual([{ resourceId: priya, startsAt, endsAt }]);
    const alone = calendars.heeding(postgresBookingStore(database)).busy({ ...QUERY, resourceIds: [priya ?? ''] });
    await expect(alone).rejects.toMatchObject({ kind: 'calendar_gone', status: 404 });
  });

  it('is woken by who knocks with the token of the channel alone', async () => {
    const calendars = calendarsOf({ ...google.environment, PUBLIC_URL: 'https://ava.example' });
    const { channelId, address, token } = calendars.sync.newChannel({ clinicId: radiance.id, calendarId: PRIYA ?? '' });
    expect(address).toBe('https://ava.example/google/notify');
    expect(token.length).toBeLessThanOrEqual(256);
    expect(await calendars.knock(channelId, token)).toBe(true);
    const other = calendars.sync.newChannel({ clinicId: radiance.id, calendarId: PRIYA ?? '' });
    expect(await calendars.knock(other.channelId, token)).toBe(false);
    expect(await calendars.knock(channelId, `${token}x`)).toBe(false);
    expect(await calendars.knock('', '')).toBe(false);
  });
});

const run = (calendars: Calendars) =>
  calendarSyncJob(calendars.sync).run({ data: {}, attempt: 1, signal: AbortSignal.timeout(20_000) });
const due = () => database.unbound('due', (sql) => sql`update calendar_mirrors set due_at = now()`);

describe('the job that keeps copies new', () => {
  it('looks at every calendar that is due, has each knock, and asks for no more than what changed', async () => {
    const calendars = calendarsOf();
    busyInCalendar(PRIYA);
    expect(await run(calendars)).toEqual({ kind: 'done' });
    expect([looks(), sim.channels.open.length]).toEqual([5, 5]);
    await run(calendars);
    expect(looks()).toBe(5);
    await due();
    await run(calendars);
    expect([looks(), sim.channels.open.length]).toEqual([10, 5]);
    expect(sim.requests.all('list').at(-1)?.query).toContain('syncToken=');
    expect(await ask(calendars)).toHaveLength(1);
  });

  it('begins anew where the service has forgotten what it told', async () => {
    const calendars = calendarsOf();
    busyInCalendar(PRIYA);
    await run(calendars);
    sim.expireSyncTokens();
    await due();
    await run(calendars);
    expect(await ask(calendars)).toHaveLength(1);
    expect(sim.requests.all('list').filter(({ status }) => status === 410)).toHaveLength(5);
  });

  it('is kept from nothing by one that is broken, and leaves that alone for a while', async () => {
    const calendars = calendarsOf();
    faulty({ kind: 'failure', status: 500, calendarId: PRIYA ?? '' });
    expect(await run(calendars)).toEqual({ kind: 'done' });
    const [row] = await database.unbound(
      'copies',
      (sql) => sql`select count(mirrored_at)::int as copied, count(trouble)::int as troubled,
                          bool_and(due_at > now()) as later from calendar_mirrors`,
    );
    expect(row).toMatchObject({ copied: 4, troubled: 1, later: true });
  });

  it('asks one that does not knock where we are no more than once a day', async () => {
    await sim.stop();
    google = await openOutsideGoogle({ plainHttpPush: false });
    sim = google.sim;
    const calendars = calendarsOf();
    await run(calendars);
    await due();
    await run(calendars);
    expect(sim.requests.all('watch')).toHaveLength(5);
    expect(looks()).toBe(10);
  });
});
