/** Caller audio as a Realtime service hears it, over a real socket. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ModelLine, ModelReport } from '../../actors/model/messages.ts';
import { PAIRING_LIMITS, type PairFrames } from '../../src/openai/pairing-policy.ts';
import { REALTIME_LIMITS, realtimeConnector } from '../../src/openai/realtime.ts';
import { FRAMES_A_SAMPLE, type RelayTold } from '../../src/openai/relay-watch.ts';
import { socketText } from '../http/socket-text.ts';

const BRIEF = {
  instructions: 'Be brief.',
  voice: 'marin',
  languages: ['en'],
  format: 'audio/pcmu' as const,
  tools: [],
};
const FORMATS = { input: { format: { type: 'audio/pcmu' } }, output: { format: { type: 'audio/pcmu' } } };

let server: WebSocketServer;
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
});
afterEach(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

function serviceUrl(): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the service has no port');
  return `ws://127.0.0.1:${address.port}/v1/realtime`;
}

interface Session {
  readonly line: ModelLine;
  readonly service: WebSocket;
  readonly reports: ModelReport[];
  /** Types of the events in their order, appends with their audio as bytes. */
  readonly heard: (string | Buffer)[];
}

async function openSession(pairFrames: PairFrames, onRelayed?: RelayTold): Promise<Session> {
  const options = { url: serviceUrl(), apiKey: 'sk', model: 'm', transcriptionModel: 't' };
  const reports: ModelReport[] = [];
  const connected = once(server, 'connection');
  const line = realtimeConnector({ ...options, pairFrames, onRelayed })(BRIEF, (report) => void reports.push(report));
  const [service]: WebSocket[] = await connected;
  if (!service) throw new Error('nobody came');
  const heard: (string | Buffer)[] = [];
  service.on('message', (data) => {
    const event = JSON.parse(socketText(data));
    heard.push(event.type === 'input_audio_buffer.append' ? Buffer.from(event.audio, 'base64') : event.type);
  });
  await expect.poll(() => heard.length).toBe(1);
  service.send(JSON.stringify({ type: 'session.updated', session: { audio: FORMATS } }));
  await expect.poll(() => reports.some((report) => report.type === 'session_ready')).toBe(true);
  heard.length = 0;
  return { line, service, reports, heard };
}

const frame = (n: number, bytes = 160): Buffer => Buffer.alloc(bytes, n);
/** No other frame of a test is this one. */
const LAST = 255;
const say = (line: ModelLine, bytes: Buffer): void => line.audio(bytes.toString('base64'));
const deltaOf = (item: string) => ({
  type: 'response.output_audio.delta',
  event_id: 'e',
  item_id: item,
  delta: 'AAAA',
});
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('caller audio', () => {
  it('arrives frame by frame, whole and in order, whatever its length', async () => {
    const { line, heard } = await openSession('never');
    const lengths = [160, 160, 1, 30, 60, 61, 800, 1_490, 1_500, 8_000, 160];
    lengths.forEach((bytes, n) => say(line, frame(n, bytes)));
    await expect.poll(() => heard.length).toBe(lengths.length);
    expect(heard).toEqual(lengths.map((bytes, n) => frame(n, bytes)));
    line.close();
  });

  it('stands in its order between commands', async () => {
    const { line, heard } = await openSession('never');
    say(line, frame(1));
    line.send({ type: 'note', text: 'A note.' });
    say(line, frame(2));
    await expect.poll(() => heard.length).toBe(3);
    expect(heard).toEqual([frame(1), 'conversation.item.create', frame(2)]);
    line.close();
  });

  it('arrives undamaged from many sessions at once', async () => {
    const sessions: Session[] = [];
    for (const _ of numbers(8)) sessions.push(await openSession('never'));
    for (const n of numbers(200)) sessions.forEach(({ line }, which) => say(line, frame((n + which) % 256)));
    for (const [which, { heard, line }] of sessions.entries()) {
      await expect.poll(() => heard.length).toBe(200);
      expect(heard).toEqual(numbers(200).map((n) => frame((n + which) % 256)));
      line.close();
    }
  });

  it('is kept whole where a browser that was away for two minutes sends again at once what was said meanwhile', async () => {
    const { line, service, heard } = await openSession('never');
    service.pause();
    const count = 6_750;
    for (const n of numbers(count)) say(line, frame(n % 251, 960));
    service.resume();
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(count);
    expect(heard.findIndex((each, n) => !Buffer.isBuffer(each) || each[0] !== n % 251)).toBe(-1);
    line.close();
  });

  it('is kept as it was where the service reads slowly, and dropped where it does not read', async () => {
    const { line, service, heard } = await openSession('never');
    service.pause();
    const [count, bytes] = [32_000, 700];
    for (const n of numbers(count)) {
      say(line, frame(n % 251, bytes));
      if (n % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    service.resume();
    const audio = (): Buffer[] => heard.filter((each) => Buffer.isBuffer(each));
    await expect
      .poll(() => {
        say(line, frame(LAST));
        return audio().at(-1)?.[0];
      })
      .toBe(LAST);
    const kept = audio().filter((each) => each[0] !== LAST);
    expect(kept.length * bytes).toBeGreaterThan(REALTIME_LIMITS.bufferedBytes / 2);
    expect(kept.length).toBeLessThan(count);
    expect(kept.findIndex((each, n) => !each.equals(frame(n % 251, bytes)))).toBe(-1);
    line.close();
  });
});

describe('caller audio in pairs', () => {
  it('makes one message of two frames', async () => {
    const { line, heard } = await openSession('always');
    for (const n of [1, 2, 3, 4]) say(line, frame(n));
    await expect.poll(() => heard.length).toBe(2);
    expect(heard).toEqual(
      [
        [1, 2],
        [3, 4],
      ].map((pair) => Buffer.concat(pair.map((n) => frame(n)))),
    );
    line.close();
  });

  it('lets no frame wait when something else is said, or when no other comes', async () => {
    const { line, heard } = await openSession('always');
    say(line, frame(1));
    line.send({ type: 'create_response', sentence: null });
    say(line, frame(2));
    say(line, frame(3, 800));
    say(line, frame(4));
    await expect.poll(() => heard.length).toBe(5);
    expect(heard).toEqual([frame(1), 'response.create', frame(2), frame(3, 800), frame(4)]);
    line.close();
  });
});

describe('how long audio stayed', () => {
  it('is told with the wait for a pair, and of the beginning of each sentence', async () => {
    const relayed: [string, number][] = [];
    const { line, service } = await openSession('always', (...told) => void relayed.push(told));
    // An odd number: the last of them has no other to go with.
    for (const n of numbers(FRAMES_A_SAMPLE)) say(line, frame(n % 251));
    await expect.poll(() => relayed).toEqual([['to_model', expect.any(Number)]]);
    expect(relayed[0]?.[1]).toBeGreaterThan(PAIRING_LIMITS.beatMs);
    for (const item of ['a', 'a', 'b', 'b']) service.send(JSON.stringify(deltaOf(item)));
    await expect.poll(() => relayed.slice(1).map(([direction]) => direction)).toEqual(['to_caller', 'to_caller']);
    line.close();
  });
});

describe('speech of the model', () => {
  it('is told as it came, read or parsed', async () => {
    const { line, service, reports } = await openSession('never');
    const delta = deltaOf('item_1');
    service.send(JSON.stringify(delta));
    service.send(JSON.stringify(delta, null, 2));
    await expect.poll(() => reports.filter((report) => report.type === 'audio').length).toBe(2);
    const audio = { type: 'audio', itemId: 'item_1', ms: 3 / 8, payload: 'AAAA' };
    expect(reports.filter((report) => report.type === 'audio')).toEqual([audio, audio]);
    line.close();
  });
});
