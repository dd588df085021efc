/**
 * The load generator, a process of its own: telephones on one side, the model on the other, and the server under test
 * between them. One loop of a millisecond drives both sides. It obeys the orders of its parent and goes with it.
 */
import { seededRandom } from '../../../../test/support/seed.ts';
import { type Answer, type Order, order, type Target } from '../orders.ts';
import { streamAddress } from './dialling.ts';
import { openModelSide } from './model-side.ts';
import { Phone, type Traffic } from './phone.ts';

const LOOP_MS = 1;
const SEED = 7;
/** New calls at once; a real node does not get a hundred calls in one moment either. */
const DIALLING_AT_ONCE = 10;

const random = seededRandom(SEED);
const model = await openModelSide();
const traffic: Traffic = { framesSent: 0, mediaHeard: 0, heardMs: 0, probesSent: 0, roundTripsMs: [] };
let phones: Phone[] = [];
let dialled = 0;
let cpu = process.cpuUsage();
let tickedAt = performance.now();
let latestMs = 0;

setInterval(() => {
  const now = performance.now();
  latestMs = Math.max(latestMs, now - tickedAt - LOOP_MS);
  tickedAt = now;
  for (const phone of phones) phone.tick(now);
  model.tick(now);
}, LOOP_MS);

/** Evenly spread however many there are: the golden ratio's multiples. */
const shareOf = (n: number): number => (n * 0.618033988749895) % 1;

async function dial(target: Target): Promise<Phone> {
  const n = ++dialled;
  return Phone.open(await streamAddress(target, n), shareOf(n), traffic, random);
}

async function haveCalls(target: Target, count: number): Promise<void> {
  while (phones.length < count) {
    const wanted = Math.min(DIALLING_AT_ONCE, count - phones.length);
    phones.push(...(await Promise.all(Array.from({ length: wanted }, () => dial(target)))));
  }
}

function takeTraffic(): Answer {
  const lost = phones.filter((phone) => phone.isOver).length;
  if (lost > 0) throw new Error(`${lost} of ${phones.length} calls ended by themselves`);
  const used = process.cpuUsage(cpu);
  const report: Answer = {
    type: 'traffic',
    calls: phones.length,
    ...traffic,
    roundTripsMs: traffic.roundTripsMs.splice(0),
    model: { ...model.heard },
    cpuMs: (used.user + used.system) / 1000,
    latestMs,
  };
  Object.assign(traffic, { framesSent: 0, mediaHeard: 0, heardMs: 0, probesSent: 0 });
  Object.assign(model.heard, { ms: 0, messages: 0, turns: 0, replies: 0 });
  cpu = process.cpuUsage();
  latestMs = 0;
  return report;
}

function hangUp(): void {
  for (const phone of phones) phone.hangUp();
  phones = [];
}

async function obey(given: Order): Promise<Answer> {
  switch (given.type) {
    case 'calls':
      await haveCalls(given.target, given.count);
      return { type: 'done' };
    case 'traffic':
      return takeTraffic();
    case 'hang_up':
      hangUp();
      return { type: 'done' };
  }
}

const tell = (answer: Answer): void => void process.send?.(answer);

process.on('message', (message) => {
  obey(order.parse(message)).then(tell, (error: unknown) => tell({ type: 'failed', message: String(error) }));
});
process.once('disconnect', () => process.exit(0));
tell({ type: 'ready', modelUrl: model.url });
