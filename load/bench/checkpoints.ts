/** What it costs, while nothing fails, that calls are kept outside their node. Counts, which other load leaves as they are. */
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from '../../test/support/ava-process.ts';
import { RADIANCE } from '../../test/support/outside.ts';
import { type Counting, type Counts, combined, openCounting } from './checkpoints/counts.ts';
import { checkpointLatency } from './checkpoints/latency.ts';
import { machineFacts } from './figures/machine.ts';
import { spreadOf } from './figures/percentiles.ts';
import { type Figure, table } from './figures/table.ts';
import { openProduction, type Production } from './servers/production.ts';
import { talker } from './talk/callers.ts';

export const about =
  '20 callers who interrupt and book: what keeping their calls costs Redis and Postgres a call-minute';

const CALLS = 20;
/** Calls begin within this time. */
const RAMP_MS = 10_000;
const CALL_LIMIT_MS = 180_000;
const READY_LIMIT_MS = 30_000;
/** In which a node without calls is measured, which costs something as well. */
const IDLE_MS = 20_000;
/** Until all is written that the last call left. */
const SETTLING_MS = 5_000;
/** Most of what a call says is said by then, and most calls are not over. */
const LOOK_AFTER_MS = 45_000;
const KB = 1_000;

interface Placed {
  /** Calls that were cut off by anything but Ava's goodbye or the caller's own hanging up. */
  readonly failed: number;
  /** How long all of them were together. */
  readonly minutes: number;
}

async function placeAll({ outside }: Production): Promise<Placed> {
  let failed = 0;
  let ms = 0;
  const calls = Array.from({ length: CALLS }, async (_, n) => {
    await sleep((RAMP_MS * n) / CALLS);
    const startedAt = performance.now();
    const from = `+1555020${String(n).padStart(4, '0')}`;
    const call = outside.twilio.placeCall({ from, to: RADIANCE, caller: talker(n, Date.now()) });
    const limit = setTimeout(() => call.hangUp(), CALL_LIMIT_MS);
    const { by } = await call.ended;
    clearTimeout(limit);
    ms += performance.now() - startedAt;
    if (by !== 'twiml' && by !== 'phone') failed++;
  });
  await Promise.all(calls);
  return { failed, minutes: ms / 60_000 };
}

const difference = (later: Counts, earlier: Counts): Counts => combined(later, earlier, (a, b) => a - b);

async function measure(production: Production, counting: Counting): Promise<{ figures: Figure[]; facts: string[] }> {
  const { opsUrl } = production;
  // Jobs are for workers: their queues would drown what calls cost.
  const ava = await production.start({ environment: { ROLE: 'server' } });
  await ava.answers(`${opsUrl}/health/ready`, READY_LIMIT_MS);
  const started = await counting.now();
  await sleep(IDLE_MS);
  const before = await counting.now();
  const startedAt = performance.now();
  const placed = placeAll(production);
  await sleep(LOOK_AFTER_MS);
  const memory = spreadOf(await counting.memoryOfCalls());
  const { failed, minutes } = await placed;
  await sleep(SETTLING_MS);
  const all = difference(await counting.now(), before);
  const idle = difference(before, started);
  const idleShare = (performance.now() - startedAt) / IDLE_MS;
  const used = combined(all, idle, (a, b) => a - b * idleShare);
  const latency = await checkpointLatency(opsUrl);
  const perMinute = (count: number): number => count / minutes;
  const idlePerMinute = (count: number): number => (count * 60_000) / IDLE_MS;
  return {
    figures: [
      { name: 'Redis, scripts', value: perMinute(used.scripts), unit: '/min', note: 'of a call' },
      { name: 'Redis, all commands', value: perMinute(used.commands), unit: '/min', note: 'of a call' },
      { name: 'Redis, bytes in', value: perMinute(used.bytesIn) / KB, unit: 'KB', note: 'a call-minute' },
      { name: 'Redis, bytes out', value: perMinute(used.bytesOut) / KB, unit: 'KB', note: 'a call-minute' },
      { name: 'Redis, its time in a script', value: used.scriptsUs / used.scripts, unit: 'µs' },
      { name: 'Redis, memory of a call, p50', value: memory.p50 / KB, unit: 'KB', note: `${memory.count} calls` },
      { name: 'Redis, memory of a call, worst', value: memory.max / KB, unit: 'KB' },
      { name: 'Redis, commands without calls', value: idlePerMinute(idle.commands), unit: '/min', note: 'of a node' },
      { name: 'Postgres, rows written', value: perMinute(used.rows), unit: '/min', note: 'of a call' },
      { name: 'Postgres, transactions', value: perMinute(used.transactions), unit: '/min', note: 'of a call' },
      { name: 'a checkpoint, mean', value: latency.meanMs, unit: 'ms', note: `${latency.count} checkpoints` },
    ],
    facts: [
      `${CALLS} calls, ${failed} of them broken off, ${minutes.toFixed(1)} minutes together`,
      `checkpoints within ${[1, 5, 25, 250].map((ms) => `${ms} ms: ${(100 * latency.within(ms)).toFixed(1)} %`).join(', ')}`,
    ],
  };
}

export async function run(): Promise<void> {
  const machine = machineFacts();
  await build();
  const production = await openProduction({ pace: 1 });
  const counting = openCounting({ redis: production.redisUrl, database: production.databaseUrl });
  try {
    const { figures, facts } = await measure(production, counting);
    process.stdout.write(`${table(figures)}\n${facts.join('\n')}\n\n${machine}\n`);
  } finally {
    await counting.close();
    await production.close();
  }
}
