/** Many callers at once who interrupt and book: are all outcomes right, is all let go, and how true is what Ava believes? */
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgres } from '../../db/postgres.ts';
import { freePort } from '../../ops/embedded/port.ts';
import { build } from '../../test/support/ava-process.ts';
import { RADIANCE } from '../../test/support/outside.ts';
import { machineFacts } from './figures/machine.ts';
import { spreadOf } from './figures/percentiles.ts';
import { type Figure, table } from './figures/table.ts';
import { openProduction, type Production } from './servers/production.ts';
import { talker } from './talk/callers.ts';
import { heldBytes } from './talk/heap.ts';
import { Truncations } from './talk/truncations.ts';

export const about = '200 callers at once who interrupt and book: outcomes, leaks, event-loop lag, truncation error';

const CALLS = 200;
/** Calls begin within this time, as they do when a campaign goes out. */
const RAMP_MS = 20_000;
const CALL_LIMIT_MS = 180_000;
const READY_LIMIT_MS = 30_000;
const SETTLING_MS = 20_000;
const SAMPLE_MS = 500;
const MB = 1_000_000;
/** Marks come back as late as over a long way. */
const MARKS = { delayMs: [50, 300] as [number, number] };

async function metrics(opsUrl: string): Promise<(name: string) => number> {
  const text = await (await fetch(`${opsUrl}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
  return (name) => Number(new RegExp(`^${name}(?:\\{\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}

/** Places all calls; resolves with how many were cut off by anything but Ava's goodbye or the caller's own hanging up. */
async function placeAll({ outside }: Production, truncations: Truncations): Promise<number> {
  let failed = 0;
  const calls = Array.from({ length: CALLS }, async (_, n) => {
    await sleep((RAMP_MS * n) / CALLS);
    const from = `+1555020${String(n).padStart(4, '0')}`;
    const call = outside.twilio.placeCall({
      from,
      to: RADIANCE,
      caller: talker(n, Date.now()),
      faults: { marks: MARKS },
    });
    call.events.on((event) => truncations.watchPhone(n, event));
    const limit = setTimeout(() => call.hangUp(), CALL_LIMIT_MS);
    const { by } = await call.ended;
    clearTimeout(limit);
    if (by !== 'twiml' && by !== 'phone') failed++;
  });
  await Promise.all(calls);
  return failed;
}

async function outcomes(databaseUrl: string): Promise<string> {
  const database = openPostgres({ url: databaseUrl, poolSize: 1, applicationName: 'bench' });
  try {
    const rows = await database.unbound(
      'outcomes',
      (sql) =>
        sql<{ outcome: string; count: number }[]>`
        select coalesce(outcome, 'open') as outcome, count(*)::int as count from conversations group by 1 order by 2 desc`,
    );
    const [booked] = await database.unbound(
      'booked',
      (sql) =>
        sql<
          { slots: number }[]
        >`select count(distinct (provider_id, starts_at))::int as slots from appointments where status = 'confirmed'`,
    );
    return `${rows.map(({ outcome, count }) => `${outcome} ${count}`).join(', ')}; ${booked?.slots ?? 0} different slots booked`;
  } finally {
    await database.close();
  }
}

/** The highest of what a gauge tells while calls run. */
function watchLag(opsUrl: string): { readonly lagsS: number[]; stop(): void } {
  const lagsS: number[] = [];
  const timer = setInterval(() => {
    void metrics(opsUrl).then(
      (read) => lagsS.push(read('ava_event_loop_lag_seconds')),
      () => undefined,
    );
  }, SAMPLE_MS);
  return { lagsS, stop: () => clearInterval(timer) };
}

async function measure(production: Production): Promise<{ figures: Figure[]; facts: string[] }> {
  const { opsUrl, outside } = production;
  const inspectPort = await freePort();
  const ava = await production.start({ nodeFlags: [`--inspect=127.0.0.1:${inspectPort}`] });
  await ava.answers(`${opsUrl}/health/ready`, READY_LIMIT_MS);
  await sleep(SETTLING_MS);
  const before = await metrics(opsUrl);
  const heldBefore = await heldBytes(inspectPort);
  const truncations = new Truncations();
  const unwatch = truncations.watchModel(outside.openai);
  const lag = watchLag(opsUrl);
  const failed = await placeAll(production, truncations);
  lag.stop();
  unwatch();
  const sessionsLeft = outside.openai.sessions().length;
  await sleep(SETTLING_MS);
  const after = await metrics(opsUrl);
  const heldAfter = await heldBytes(inspectPort);
  const errors = spreadOf(truncations.errorsMs());
  const lagsMs = spreadOf(lag.lagsS.filter(Number.isFinite).map((s) => s * 1000));
  return {
    figures: [
      {
        name: 'truncation error, p50',
        value: errors.p50,
        unit: 'ms',
        note: `${errors.count} sentences cut, marks 50–300 ms late`,
      },
      { name: 'truncation error, p99', value: errors.p99, unit: 'ms', goal: 60 },
      { name: 'truncation error, worst', value: errors.max, unit: 'ms' },
      {
        name: 'event-loop lag, p50',
        value: lagsMs.p50,
        unit: 'ms',
        note: `the longest stall of late, asked ${lagsMs.count} times`,
      },
      { name: 'event-loop lag, p99', value: lagsMs.p99, unit: 'ms' },
      { name: 'heap used before', value: heldBefore / MB, unit: 'MB', note: 'garbage collected' },
      {
        name: 'heap used after',
        value: heldAfter / MB,
        unit: 'MB',
        note: `${SETTLING_MS / 1000} s after the last call`,
      },
    ],
    facts: [
      `${CALLS} calls, ${failed} of them broken off; ${await outcomes(production.databaseUrl)}`,
      `model sessions left: ${sessionsLeft}; open files before ${before('process_open_fds')}, after ${after('process_open_fds')}; calls active: ${after('ava_calls_active')}`,
    ],
  };
}

export async function run(): Promise<void> {
  const machine = machineFacts();
  await build();
  const production = await openProduction({ pace: 1 });
  try {
    const { figures, facts } = await measure(production);
    process.stdout.write(`${table(figures)}\n${facts.join('\n')}\n\n${machine}\n`);
  } finally {
    await production.close();
  }
}
