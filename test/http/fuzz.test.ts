/**
 * Throws inputs at the webhooks and the media socket that are nearly right. Whatever comes: no crash, no 5xx, no
 * report of a bug, nothing left open, and a call that goes on meanwhile loses no frame. A quick slice by default;
 * `FUZZ_INPUTS=100000` for the long run, `FUZZ_SEED` to repeat one.
 */
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heapBytes } from '../support/heap.ts';
import { type Random, seededRandom } from '../support/seed.ts';
import {
  connectCall,
  type DeskCall,
  type Edge,
  frame,
  mediaMessage,
  openEdge,
  ring,
  StreamClient,
  signature,
  startMessage,
} from './edge.ts';
import { rawRequest, streamMessage, type WebhookInput, webhookInput } from './fuzz-inputs.ts';
import { RawConnection } from './raw-connection.ts';

const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 1_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_101);
const AT_ONCE = 16;
const FRAME_MS = 20;
const FORM = 'application/x-www-form-urlencoded';
const MESSAGES_A_STREAM = 10;
const TIMEOUT_MS = 20_000 + INPUTS * 10;

describe(`the edge under ${INPUTS} odd inputs (seed ${SEED})`, () => {
  let edge: Edge;
  let canary: { client: StreamClient; call: DeskCall };
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  beforeAll(async () => {
    edge = await openEdge();
    canary = await connectCall(edge);
  });
  afterAll(async () => {
    agent.destroy();
    await edge.close();
  });

  /** Runs `input` some thousand times, several at once, while the canary's caller speaks. */
  async function throwAll(count: number, input: (chance: Random, n: number) => Promise<void>): Promise<void> {
    const before = canary.call.audio.length;
    const heapBefore = heapBytes();
    let thrown = 0;
    let frames = 0;
    const speaking = setInterval(() => canary.client.send(mediaMessage(++frames, frame(frames))), FRAME_MS);
    const worker = async (): Promise<void> => {
      for (let n = thrown++; n < count; n = thrown++) await input(seededRandom(SEED + n), n);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker)).finally(() => clearInterval(speaking));
    await expect.poll(() => canary.call.audio.length - before, { timeout: 5_000 }).toBe(frames);
    await expect.poll(() => edge.server.requestsInFlight, { timeout: 8_000 }).toBe(0);
    await expect.poll(() => edge.server.openSockets, { timeout: 8_000 }).toBe(1);
    expect(canary.call.log).toEqual([]);
    expect(edge.events.of('http.failed')).toEqual([]);
    expect(edge.events.of('call.crashed')).toEqual([]);
    forgetPast(edge);
    expect(heapBytes() - heapBefore).toBeLessThan(48 * 1024 * 1024);
  }

  it('answers odd webhooks with less than 500', { timeout: TIMEOUT_MS }, async () => {
    const statuses = new Map<number, number>();
    await throwAll(Math.ceil(INPUTS * 0.6), async (chance, n) => {
      const status = await sendWebhook(edge, agent, webhookInput(chance));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (n % 500 === 0) forgetPast(edge);
    });
    expect(Math.max(...statuses.keys())).toBeLessThan(500);
    // The inputs reach every layer: what is right, unsigned, incomplete, unknown.
    expect([200, 204, 400, 403, 404, 405, 415].filter((status) => !statuses.has(status))).toEqual([]);
  });

  it('survives requests that are hardly HTTP', { timeout: TIMEOUT_MS }, async () => {
    let answered500 = 0;
    await throwAll(Math.ceil(INPUTS * 0.1), async (chance) => {
      const connection = new RawConnection(edge.server.port);
      connection.write(Buffer.from(rawRequest(chance)));
      connection.socket.end();
      if (/^HTTP\/1\.1 5(?!05)/m.test(await connection.whole())) answered500++;
    });
    expect(answered500).toBe(0);
  });

  it('survives far ends that say anything', { timeout: TIMEOUT_MS }, async () => {
    await throwAll(Math.ceil((INPUTS * 0.3) / MESSAGES_A_STREAM), async (chance, n) => {
      const token = chance() < 0.8 ? await ring(edge) : 'no token';
      const client = await new StreamClient(edge).opened();
      if (chance() < 0.8) client.send('{"event":"connected"}', startMessage(token));
      for (let messages = 0; messages < MESSAGES_A_STREAM; messages++) client.send(streamMessage(chance, token));
      if (chance() < 0.5) client.socket.close();
      else client.socket.terminate();
      await client.closed;
      if (n % 500 === 0) forgetPast(edge);
    });
    const ends = edge.desk.calls.filter((call) => call !== canary.call).map(endsTold);
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.filter((times) => times !== 1)).toEqual([]);
  });
});

function endsTold({ log }: DeskCall): number {
  return log.filter((line) => line.startsWith('closed')).length;
}

function sendWebhook(edge: Edge, agent: Agent, input: WebhookInput): Promise<number> {
  const { method, path, contentType, fields, signed, rawBody } = input;
  const headers: Record<string, string> = { 'content-type': contentType };
  if (signed) headers['x-twilio-signature'] = signature(edge.publicUrl + path, contentType === FORM ? fields : {});
  return new Promise((resolve, reject) => {
    const sent = request(edge.url(path), { method, headers, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    // Node sends bodies of other methods without their length: bytes that a server must take for the next request.
    const takesBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
    sent.end(takesBody ? (rawBody ?? new URLSearchParams(fields).toString()) : undefined);
  });
}

/** What tests remember must not look like a leak. */
function forgetPast({ events, desk }: Edge): void {
  events.forget();
  desk.offers.length = 0;
  desk.continuations.length = 0;
  desk.statuses.length = 0;
}
