/**
 * The signed voice webhook under an open load: requests are sent when they are due, whether or not earlier ones were
 * answered, and a request's latency counts from when it was due, so that a stall is paid for by all who came in it.
 */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Outside, RADIANCE } from '../../../test/support/outside.ts';
import { seededRandom } from '../../../test/support/seed.ts';
import { type Spread, spreadOf } from '../figures/percentiles.ts';
import type { Figure } from '../figures/table.ts';
import { type SignedWebhook, voiceWebhook as webhookOf } from '../twilio/voice-webhook.ts';
import { openControl } from './control.ts';

const PER_SECOND = 200;
const WARMING_S = 3;
const SLICES = 3;
const SLICE_S = 10;
const ANSWER_LIMIT_MS = 5_000;
/** As many as Twilio's side may keep open; more wait for one of them, which counts. */
const CONNECTIONS = 256;
const SEED = 1;

/** Resolves once the whole answer is there; rejects where it is none that opens a stream. */
function send(url: string, agent: Agent, { body, headers }: SignedWebhook): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers, timeout: ANSWER_LIMIT_MS }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200 && text.includes('<Stream')) resolve();
        else reject(new Error(`the webhook was answered ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${ANSWER_LIMIT_MS} ms`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** When each request is due, in ms from the start: independent arrivals, the same each time. */
function arrivals(count: number): number[] {
  const random = seededRandom(SEED);
  let atMs = 0;
  return Array.from({ length: count }, () => {
    atMs += (-Math.log(1 - random()) * 1000) / PER_SECOND;
    return atMs;
  });
}

/** Latencies of each request in ms, from when it was due. Rejects where one failed. */
async function load(outside: Outside, origin: string, seconds: number, firstCall: number): Promise<number[]> {
  const url = `${origin}/twilio/voice`;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const webhooks = arrivals(PER_SECOND * seconds).map((dueMs, n) => ({
    dueMs,
    ...webhookOf(outside, RADIANCE, firstCall + n),
  }));
  const begunAt = performance.now();
  const answers: Promise<number>[] = [];
  try {
    for (const webhook of webhooks) {
      const dueAt = begunAt + webhook.dueMs;
      // A timer that fires late is part of the figure: spinning for it would take the processor from the server.
      if (dueAt > performance.now()) await sleep(dueAt - performance.now());
      const answer = send(url, agent, webhook).then(() => performance.now() - dueAt);
      // Told of below, with the others.
      answer.catch(() => undefined);
      answers.push(answer);
    }
    return await Promise.all(answers);
  } finally {
    agent.destroy();
  }
}

interface Measured {
  readonly ava: Spread;
  readonly baseline: Spread;
}

/** Both by turns, slice by slice after a warm-up each, so that what else the machine does falls on both. */
async function byTurns(outside: Outside, baselineOrigin: string): Promise<Measured> {
  const latencies: { ava: number[]; baseline: number[] } = { ava: [], baseline: [] };
  const servers = [
    { origin: outside.publicUrl, into: latencies.ava },
    { origin: baselineOrigin, into: latencies.baseline },
  ];
  let calls = 0;
  const slice = (origin: string, seconds: number): Promise<number[]> => {
    const firstCall = calls;
    calls += PER_SECOND * seconds;
    return load(outside, origin, seconds, firstCall);
  };
  for (const { origin } of servers) await slice(origin, WARMING_S);
  for (let n = 0; n < SLICES; n += 1) {
    for (const { origin, into } of servers) into.push(...(await slice(origin, SLICE_S)));
  }
  return { ava: spreadOf(latencies.ava), baseline: spreadOf(latencies.baseline) };
}

/** 200 calls a second for half a minute, and the same load on a server that does nothing. */
export async function voiceWebhook(outside: Outside): Promise<Figure[]> {
  const control = await openControl();
  try {
    const { ava, baseline } = await byTurns(outside, control.origin);
    const note = `${ava.count} requests, ${PER_SECOND}/s, ${SLICES} × ${SLICE_S} s, random arrivals, from when each was due`;
    return [
      { name: 'voice webhook, p50', value: ava.p50, unit: 'ms', note },
      { name: 'voice webhook, p99', value: ava.p99, unit: 'ms', goal: 10 },
      { name: 'voice webhook, slowest', value: ava.max, unit: 'ms' },
      { name: 'baseline, p50', value: baseline.p50, unit: 'ms', note: 'a bare node:http server, by turns with it' },
      { name: 'baseline, p99', value: baseline.p99, unit: 'ms' },
      { name: 'baseline, slowest', value: baseline.max, unit: 'ms' },
    ];
  } finally {
    await control.close();
  }
}
