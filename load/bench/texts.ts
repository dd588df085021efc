/**
 * From a text message at Ava's webhook to its reply at Twilio, less what the model takes: one built node as production
 * runs it, its simulators in a process of their own. Nobody is kept waiting for a second text that may follow: one that
 * comes while the model thinks has it begin again with both. Options: `--seconds 30 --rate 20 --threads 200 --think 500`.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { openPostgres } from '../../db/postgres.ts';
import { TEXTING_LIMITS } from '../../src/domain/texting-limits.ts';
import { build } from '../../test/support/ava-process.ts';
import { machineFacts } from './figures/machine.ts';
import { spreadOf } from './figures/percentiles.ts';
import { cpuMsOf } from './figures/process-costs.ts';
import { type Figure, table } from './figures/table.ts';
import { openProduction, type Production } from './servers/production.ts';
import { openTextWorld, type TextWorld } from './texts/world.ts';
import { ACCOUNT_SID } from './twilio/voice-webhook.ts';

export const about = 'from a text to its reply over the model’s own delay, at 20 texts a second over 200 threads';

const GOAL_P99_MS = 300;
const READY_LIMIT_MS = 30_000;
const WARMING_S = 5;
const CLINICS = 2;

const count = z.coerce.number().int().positive();
const Options = z
  .object({
    seconds: count.default(30),
    rate: count.default(20),
    threads: count.default(200),
    think: z.coerce.number().int().min(0).default(500),
  })
  .refine(
    // A pair's second text comes on top.
    ({ seconds, rate }) => (seconds + WARMING_S) * rate * 1.1 <= CLINICS * TEXTING_LIMITS.anHourOfClinic,
    `Ava answers ${TEXTING_LIMITS.anHourOfClinic} texts an hour of each of the ${CLINICS} clinics: fewer seconds, or a lower rate.`,
  )
  .refine(
    ({ seconds, rate, threads }) => ((seconds + WARMING_S) * rate * 1.1) / threads <= TEXTING_LIMITS.anHourOfNumber,
    `Ava answers ${TEXTING_LIMITS.anHourOfNumber} texts an hour of one telephone: more threads.`,
  );
type Options = z.output<typeof Options>;

/** What the flow may cost is no question here. */
async function allowSpending(databaseUrl: string): Promise<void> {
  const database = openPostgres({ url: databaseUrl, poolSize: 1, applicationName: 'bench' });
  await database.unbound('allow', (sql) => sql`update clinics set texting_daily_usd = 100000`);
  await database.close();
}

interface Counters {
  readonly cpuMs: number;
  readonly jobs: number;
  /** Transactions, and statements outside of any. */
  readonly queries: number;
}

async function counters(opsUrl: string, pid: number): Promise<Counters> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  const sum = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    cpuMs: cpuMsOf(pid),
    jobs: sum(/^ava_job_duration_seconds_count\{queue="(?:answer|send)-texts",result="\w+"\} (\d+)$/gm),
    queries: sum(/^ava_db_query_seconds_count\{[^}]*\} (\d+)$/gm),
  };
}

async function measure(production: Production, world: TextWorld, options: Options): Promise<Figure[]> {
  const { opsUrl } = production;
  const environment = { OPENAI_BASE_URL: world.openaiUrl, TWILIO_API_BASE_URL: world.twilioUrl };
  const ava = await production.start({ environment });
  await ava.answers(`${opsUrl}/health/ready`, READY_LIMIT_MS);
  const { seconds, rate, threads, think } = options;
  await world.flow({ seconds: WARMING_S, rate, threads });
  const before = await counters(opsUrl, ava.pid);
  const begunAt = performance.now();
  const { texts, lagsMs, quickLagsMs, joined, latestMs } = await world.flow({ seconds, rate, threads });
  const tookS = (performance.now() - begunAt) / 1_000;
  const after = await counters(opsUrl, ava.pid);
  const [lag, quick] = [spreadOf(lagsMs), spreadOf(quickLagsMs)];
  return [
    {
      name: 'text → reply over the model, p50',
      value: lag.p50,
      unit: 'ms',
      note: `${texts} texts, ${rate} a second over ${threads} threads; the model takes ${think} ms, for one in four twice`,
    },
    { name: 'text → reply over the model, p99', value: lag.p99, unit: 'ms', goal: GOAL_P99_MS },
    {
      name: 'text → reply over the model, slowest',
      value: lag.max,
      unit: 'ms',
      note: `the simulators' own longest delay: ${Math.round(latestMs)} ms`,
    },
    {
      name: 'the second of two quick texts, p50',
      value: quick.p50,
      unit: 'ms',
      note: `${joined} of ${quick.count} pairs were answered as one`,
    },
    { name: 'the second of two quick texts, p99', value: quick.p99, unit: 'ms' },
    { name: 'jobs', value: (after.jobs - before.jobs) / tookS, unit: '/s' },
    { name: 'database calls a text', value: (after.queries - before.queries) / texts, unit: '×' },
    { name: 'processor time a text', value: (after.cpuMs - before.cpuMs) / texts, unit: 'ms', note: 'of the node' },
  ];
}

export async function run(given: readonly string[]): Promise<void> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...given],
    options: { seconds: option, rate: option, threads: option, think: option },
  });
  const options = Options.parse(values);
  const machine = machineFacts();
  await build();
  const production = await openProduction();
  try {
    const { publicUrl, authToken } = production.outside;
    const settings = { publicUrl, authToken, accountSid: ACCOUNT_SID, thinkMs: options.think };
    const world = await openTextWorld(settings);
    try {
      await allowSpending(production.databaseUrl);
      process.stdout.write(`${table(await measure(production, world, options))}\n\n${machine}\n`);
    } finally {
      await world.close();
    }
  } finally {
    await production.close();
  }
}
