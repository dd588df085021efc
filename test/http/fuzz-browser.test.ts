/**
 * Messages that are nearly right, thrown at the browser socket over connections that come, go and take each other's
 * sessions. Whatever comes: no crash, no 5xx, nothing left open, and a call that goes on meanwhile loses no frame. A
 * quick slice by default; `FUZZ_INPUTS=100000` for the long run, `FUZZ_SEED` to repeat one.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { heapBytes } from '../support/heap.ts';
import { type Random, seededRandom } from '../support/seed.ts';
import { type BrowserStand, openBrowserStand } from './browser-stand.ts';
import { mutated, pick } from './fuzz-inputs.ts';
import { socketText } from './socket-text.ts';

const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 1_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_101);
const AT_ONCE = 16;
const MESSAGES_A_CONNECTION = 10;
const FRAME_MS = 20;
/** So short that sessions are given up all the time. */
const RESUME_MS = 50;
const LONGEST_HEAP_GROWTH_BYTES = 48 * 1024 * 1024;

const RIGHT: readonly [string, ...string[]] = [
  '{"type":"audio","data":"AAAAAA==","seq":7}',
  '{"type":"audio","data":"AAAA"}',
  '{"type":"commit"}',
  '{"type":"interrupt"}',
  '{"type":"text","text":"What are your hours?"}',
  '{"type":"played","item_id":"item_1","ms":120}',
  '{"type":"end_session"}',
];

let stand: BrowserStand;
beforeAll(async () => {
  stand = await openBrowserStand({ resumeMs: RESUME_MS });
});
afterAll(() => stand.close());

function connect(address: string): WebSocket {
  const socket = new WebSocket(stand.url(`/ws/voice/${address}`).replace('http', 'ws'));
  socket.on('error', () => undefined);
  return socket;
}

function address(chance: Random): string {
  const session = chance() < 0.3 ? pick(chance, ['a', 'b', 'c']) : `s${Math.floor(chance() * 1e9)}`;
  const odd = pick(chance, ['?token=x', '?clinic=x', '?clinic=7ad1a9ce-0000-4000-8000-000000000999']);
  const query = chance() < 0.95 ? pick(chance, ['', '', '?format=pcmu']) : odd;
  return chance() < 0.95
    ? session + query
    : encodeURIComponent(Buffer.from(mutated(chance, session)).toString()) + query;
}

function message(chance: Random): string | Buffer {
  const text = pick(chance, RIGHT);
  const kind = chance();
  if (kind < 0.4) return text;
  if (kind < 0.95) return mutated(chance, text);
  return kind < 0.98 ? Buffer.from(text) : 'x'.repeat(Math.floor(chance() * 20_000));
}

/** Answers the status of the upgrade. */
async function oneConnection(chance: Random): Promise<number> {
  const socket = connect(address(chance));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const status = await new Promise<number>((resolve) => {
    socket.once('open', () => resolve(101));
    socket.once('close', () => resolve(0));
    socket.once('unexpected-response', (request, response) => {
      response.resume();
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
  });
  if (status !== 101) return status;
  for (let n = 0; n < MESSAGES_A_CONNECTION; n++) socket.send(message(chance));
  if (chance() < 0.9) socket.close();
  else socket.terminate();
  await closed;
  return status;
}

describe(`the browser socket under ${INPUTS} odd messages (seed ${SEED})`, () => {
  it('closes every session and loses no frame of a call that goes on', { timeout: 30_000 + INPUTS * 10 }, async () => {
    const canary = connect('canary');
    const heard = new Map<string, number>();
    canary.on('message', (bytes) => {
      const { type } = JSON.parse(socketText(bytes));
      heard.set(type, (heard.get(type) ?? 0) + 1);
    });
    await expect.poll(() => heard.get('session')).toBe(1);
    const heapBefore = heapBytes();
    const statuses = new Set<number>();
    const connections = Math.ceil(INPUTS / MESSAGES_A_CONNECTION);
    let thrown = 0;
    let frames = 0;
    const speaking = setInterval(() => {
      canary.send(JSON.stringify({ type: 'audio', data: 'AAAAAAAA', seq: ++frames }));
    }, FRAME_MS);
    const worker = async (): Promise<void> => {
      for (let n = thrown++; n < connections; n = thrown++) {
        statuses.add(await oneConnection(seededRandom(SEED + n)));
        if (n % 500 === 0) stand.events.forget();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker)).finally(() => clearInterval(speaking));
    await expect.poll(() => heard.get('ack'), { timeout: 5_000 }).toBe(frames);
    const left = (): readonly number[] => {
      const openModels = stand.models.filter((model) => !model.closed).length;
      return [stand.server.openSockets, stand.sessions.size, openModels];
    };
    await expect.poll(left, { timeout: 8_000 }).toEqual([1, 1, 1]);
    expect([stand.events.of('http.failed'), stand.events.of('call.crashed')]).toEqual([[], []]);
    expect([...statuses].filter((status) => status >= 500)).toEqual([]);
    expect([101, 400].filter((status) => !statuses.has(status))).toEqual([]);
    expect(heard.get('error')).toBeUndefined();
    stand.events.forget();
    expect(heapBytes() - heapBefore).toBeLessThan(LONGEST_HEAP_GROWTH_BYTES);
    canary.close();
  });
});
