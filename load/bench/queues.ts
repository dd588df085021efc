/**
 * From a booking's commit until its event stands at Google: bookings at a steady rate over many calendars, then all that
 * they can take at once. One built worker as production runs it, a simulated Google that takes 50 ms a request and keeps
 * its quotas. Options: `--seconds 20 --rate 20 --burst 480`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { type Flow, openCalendars, openFlow } from '../../test/fault/calendar/flow.ts';
import { type GoogleSim, startGoogleSim } from '../../test/sim/google/server.ts';
import { build } from '../../test/support/ava-process.ts';
import { SEED, seededRandom } from '../../test/support/seed.ts';
import { machineFacts } from './figures/machine.ts';
import { spreadOf } from './figures/percentiles.ts';
import { cpuMsOf } from './figures/process-costs.ts';
import { type Figure, table } from './figures/table.ts';
import { openProduction } from './servers/production.ts';

export const about =
  'from a booking to its event at Google at 20 bookings a second over 24 calendars; jobs a second and their cost';

const CALENDARS = 24;
const GOOGLE_MS = 50;
const GOAL_P99_MS = 2_000;
const READY_LIMIT_MS = 30_000;
const SETTLED_LIMIT_MS = 120_000;
const POLL_MS = 50;

const count = z.coerce.number().int().positive();
const Options = z.object({ seconds: count.default(20), rate: count.default(20), burst: count.default(480) });

interface Bench {
  readonly database: Database;
  readonly sim: GoogleSim;
  readonly opsUrl: string;
  readonly workerPid: number;
}

/** Resolves once no calendar has to be told of anything any more; reminders may wait for days. */
async function settled({ database }: Bench): Promise<void> {
  const until = performance.now() + SETTLED_LIMIT_MS;
  for (;;) {
    const rows = await database.unbound(
      'due',
      (sql) => sql`select from outbox where status = 'due' and kind = 'sync_appointment' limit 1`,
    );
    if (rows.length === 0) return;
    if (performance.now() > until) throw new Error(`not all was written within ${SETTLED_LIMIT_MS} ms`);
    await sleep(POLL_MS);
  }
}

const commitRow = z.object({ id: z.string(), committedAt: z.number() });

/** From each booking's own time stamp until its event was made, by one machine's clock. */
async function lagsMs({ database, sim }: Bench, since: number): Promise<number[]> {
  const rows = await database.unbound(
    'commits',
    (sql) => sql`
      select event_id as id, a.created_at as "committedAt"
      from appointments a join calendar_events e on e.appointment_id = a.id where a.created_at >= ${since}`,
  );
  const madeAt = new Map(
    sim.calendars.all.flatMap(({ id }) => sim.live(id).map((event) => [event.id, Date.parse(event.created ?? '')])),
  );
  return rows.map((row) => {
    const { id, committedAt } = commitRow.parse(row);
    return (madeAt.get(id) ?? Number.NaN) - committedAt;
  });
}

/** Runs of the job so far. */
async function jobs({ opsUrl }: Bench): Promise<number> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  const runs = text.matchAll(/^ava_job_duration_seconds_count\{queue="sync-appointment",result="\w+"\} (\d+)$/gm);
  return [...runs].reduce((sum, [, each]) => sum + Number(each), 0);
}

async function steady(bench: Bench, flow: Flow, { rate, seconds }: z.output<typeof Options>): Promise<Figure[]> {
  const since = Date.now();
  const before = { cpuMs: cpuMsOf(bench.workerPid), jobs: await jobs(bench) };
  flow.start(rate, 'bookings');
  await sleep(seconds * 1_000);
  await flow.stop();
  await settled(bench);
  const ran = (await jobs(bench)) - before.jobs;
  const lags = spreadOf(await lagsMs(bench, since));
  const cpuMs = cpuMsOf(bench.workerPid) - before.cpuMs;
  return [
    {
      name: 'booking → event, p50',
      value: lags.p50,
      unit: 'ms',
      note: `${lags.count} bookings, ${rate} a second`,
    },
    {
      name: 'booking → event, p99',
      value: lags.p99,
      unit: 'ms',
      goal: GOAL_P99_MS,
      note: `slowest ${Math.round(lags.max)} ms`,
    },
    { name: 'processor time a booking', value: cpuMs / lags.count, unit: 'ms', note: `of the worker; ${ran} jobs ran` },
  ];
}

async function burst(bench: Bench, flow: Flow, bookings: number): Promise<Figure[]> {
  const startedAt = performance.now();
  const before = { cpuMs: cpuMsOf(bench.workerPid), jobs: await jobs(bench) };
  await flow.bookAll(bookings);
  await settled(bench);
  const tookS = (performance.now() - startedAt) / 1_000;
  const ran = (await jobs(bench)) - before.jobs;
  const cpuMs = cpuMsOf(bench.workerPid) - before.cpuMs;
  return [
    { name: 'burst: until all is written', value: tookS, unit: 's', note: `${bookings} bookings at once` },
    { name: 'burst: events', value: bookings / tookS, unit: '/s' },
    { name: 'burst: jobs', value: ran / tookS, unit: '/s' },
    { name: 'burst: processor time a job', value: cpuMs / ran, unit: 'ms' },
  ];
}

export async function run(given: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...given],
    options: { seconds: { type: 'string' }, rate: { type: 'string' }, burst: { type: 'string' } },
  });
  const options = Options.parse(values);
  const machine = machineFacts();
  await build();
  const production = await openProduction();
  const sim = await startGoogleSim({ faults: { faults: [{ kind: 'delay', ms: [GOOGLE_MS, GOOGLE_MS] }] } });
  const database = openPostgres({ url: production.databaseUrl, poolSize: 8, applicationName: 'bench' });
  try {
    const calendars = await openCalendars(database, sim, CALENDARS);
    const flow = openFlow(database, calendars, seededRandom(SEED));
    const environment = { ROLE: 'worker', GOOGLE_CALENDAR_BASE_URL: sim.url, GOOGLE_OAUTH_BASE_URL: sim.url };
    const worker = await production.start({ environment });
    await worker.answers(`${production.opsUrl}/health/ready`, READY_LIMIT_MS);
    const bench = { database, sim, opsUrl: production.opsUrl, workerPid: worker.pid };
    const figures = [...(await steady(bench, flow, options)), ...(await burst(bench, flow, options.burst))];
    process.stdout.write(`${table(figures)}\n\n${machine}\n`);
  } finally {
    await database.close();
    await sim.stop();
    await production.close();
  }
}
