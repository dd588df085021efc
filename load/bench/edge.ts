/** The built server's edge: start, weight, scrape, and the webhook that every call begins with. */
import { build } from '../../test/support/ava-process.ts';
import { builtWith, coldStart, idleMemory, scrapes } from './edge/at-rest.ts';
import { voiceWebhook } from './edge/voice-webhook.ts';
import { machineFacts } from './figures/machine.ts';
import { type Figure, table } from './figures/table.ts';
import { openProduction, type Production } from './servers/production.ts';

export const about = 'cold start, idle memory, scrape time and webhook latency of the built server';

const READY_LIMIT_MS = 30_000;

async function measure(production: Production): Promise<{ figures: Figure[]; server: string }> {
  const start = await coldStart(production);
  const ava = await production.start();
  await ava.answers(`${production.opsUrl}/health/ready`, READY_LIMIT_MS);
  const idle = await idleMemory(production);
  const webhook = await voiceWebhook(production.outside);
  const scrape = await scrapes(production);
  return { figures: [start, ...idle, ...scrape, ...webhook], server: await builtWith(production) };
}

export async function run(): Promise<void> {
  const machine = machineFacts();
  await build();
  const production = await openProduction();
  try {
    const { figures, server } = await measure(production);
    process.stdout.write(`${table(figures)}\n\n${machine}\n${server}\n`);
  } finally {
    await production.close();
  }
}
