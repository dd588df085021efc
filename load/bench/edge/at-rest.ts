/** A node that nobody calls: how fast it starts, what it weighs, what it costs to be scraped. */
import { setTimeout as sleep } from 'node:timers/promises';
import { spreadOf } from '../figures/percentiles.ts';
import type { Figure } from '../figures/table.ts';
import type { Production } from '../servers/production.ts';

const STARTS = 9;
const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 15_000;
const SETTLING_MS = 20_000;
const SCRAPES = 300;
const SCRAPE_LIMIT_MS = 5_000;
const MB = 1_000_000;

/** From spawning the process to the first 200 of its readiness, every dependency checked; the median of nine starts. */
export async function coldStart(production: Production): Promise<Figure> {
  const tookMs: number[] = [];
  for (let n = 0; n < STARTS; n += 1) {
    const begunAt = performance.now();
    const ava = await production.start();
    tookMs.push((await ava.answers(`${production.opsUrl}/health/ready`, READY_LIMIT_MS)) - begunAt);
    ava.signal('SIGTERM');
    const { code } = await ava.ended(STOP_LIMIT_MS);
    if (code !== 0) throw new Error(`the node ended with ${code}:\n${ava.output()}`);
    await ava.close();
  }
  const { p50, max } = spreadOf(tookMs);
  const note = `median of ${STARTS}; ${Math.min(...tookMs).toFixed(0)} to ${max.toFixed(0)} ms`;
  return { name: 'cold start to ready', value: p50 / 1000, unit: 's', goal: 1.5, note };
}

async function page(opsUrl: string): Promise<string> {
  const response = await fetch(`${opsUrl}/metrics`, { signal: AbortSignal.timeout(SCRAPE_LIMIT_MS) });
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
  return response.text();
}

function valueOf(text: string, metric: string): number {
  const value = new RegExp(`^${metric} (\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`/metrics does not tell ${metric}`);
  return Number(value);
}

/** Twenty seconds after it became ready. */
export async function idleMemory({ opsUrl }: Production): Promise<Figure[]> {
  await sleep(SETTLING_MS);
  const text = await page(opsUrl);
  const note = `${SETTLING_MS / 1000} s after ready`;
  const memory = (name: string, metric: string): Figure => ({
    name,
    value: valueOf(text, metric) / MB,
    unit: 'MB',
    note,
  });
  return [
    memory('idle memory, resident', 'process_resident_memory_bytes'),
    memory('idle memory, heap used', 'nodejs_heap_size_used_bytes'),
  ];
}

/** One scrape after another, on one connection. */
export async function scrapes({ opsUrl }: Production): Promise<Figure[]> {
  const tookMs: number[] = [];
  let size = 0;
  for (let n = 0; n < SCRAPES; n += 1) {
    const begunAt = performance.now();
    size = (await page(opsUrl)).length;
    tookMs.push(performance.now() - begunAt);
  }
  const { p50, p99 } = spreadOf(tookMs);
  const note = `${SCRAPES} scrapes of ${(size / 1000).toFixed(0)} KB, after the load`;
  return [
    { name: '/metrics scrape, p50', value: p50, unit: 'ms', note },
    { name: '/metrics scrape, p99', value: p99, unit: 'ms' },
  ];
}

/** Which native server answered, as the node itself tells. */
export async function builtWith({ opsUrl }: Production): Promise<string> {
  return /^ava_build_info\{(.*)\} 1$/m.exec(await page(opsUrl))?.[1] ?? 'unknown build';
}
