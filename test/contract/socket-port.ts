/** What every implementation of the socket port keeps (src/http/sockets.ts). */
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Events } from '../../src/domain/events.ts';
import { HttpError } from '../../src/http/route.ts';
import type { SocketHandle, SocketListener, SocketPort, Upgrade } from '../../src/http/sockets.ts';
import { RawConnection } from '../http/raw-connection.ts';
import { type RecordedEvents, recordedEvents } from '../http/recorded-events.ts';
import { socketText } from '../http/socket-text.ts';

export interface SocketHost {
  readonly port: number;
  close(): Promise<void>;
}

/** A connection as its owner on the server sees it, with everything it was told. */
interface Seen {
  readonly socket: SocketHandle;
  readonly messages: string[];
  readonly binary: boolean[];
  readonly log: string[];
  onMessage: (text: string) => void;
}

const PATH = '/test/:name';
const MEBIBYTE = 1024 * 1024;

export function describeSocketPort(
  name: string,
  host: (port: SocketPort, events: Events) => Promise<SocketHost>,
): void {
  describe(`socket port: ${name}`, () => {
    let running: SocketHost | undefined;
    let events: RecordedEvents;
    const clients: WebSocket[] = [];
    const seen: Seen[] = [];

    afterEach(async () => {
      for (const client of clients.splice(0)) client.terminate();
      seen.length = 0;
      await running?.close();
      running = undefined;
    });

    const listen = (socket: SocketHandle): SocketListener => {
      const mine: Seen = { socket, messages: [], binary: [], log: [], onMessage: () => {} };
      seen.push(mine);
      return {
        message(bytes, isBinary) {
          const text = Buffer.from(bytes).toString();
          mine.messages.push(text);
          mine.binary.push(isBinary);
          mine.onMessage(text);
        },
        oversized: (size) => mine.log.push(`oversized ${size}`),
        congested: (result) => mine.log.push(`congested ${result}`),
        drained: () => mine.log.push('drained'),
        closed: (code) => mine.log.push(`closed ${code}`),
      };
    };

    async function start(options: Partial<SocketPort> = {}): Promise<void> {
      events = recordedEvents();
      running = await host(
        {
          path: PATH,
          maxPayloadBytes: 4096,
          maxBackpressureBytes: MEBIBYTE,
          idleTimeoutS: 60,
          upgrade: (): Upgrade => ({ kind: 'accept', open: listen }),
          ...options,
        },
        events,
      );
    }

    const url = (path = '/test/one'): string => `ws://127.0.0.1:${running?.port}${path}`;

    async function connect(): Promise<{ client: WebSocket; server: Seen }> {
      const before = seen.length;
      const client = new WebSocket(url());
      clients.push(client);
      client.on('error', () => {});
      await once(client, 'open');
      await expect.poll(() => seen.length).toBe(before + 1);
      const server = seen[before];
      if (server === undefined) throw new Error('the connection was not told of');
      return { client, server };
    }

    it('hands over what a client says and sends what it is told, in order', async () => {
      await start();
      const { client, server } = await connect();
      const heard: string[] = [];
      client.on('message', (bytes) => heard.push(socketText(bytes)));
      server.onMessage = (text) => expect(server.socket.send(`echo ${text}`)).toBe('sent');
      for (let n = 0; n < 1_000; n++) client.send(`message ${n}`);
      await expect.poll(() => heard.length, { timeout: 5_000 }).toBe(1_000);
      expect(server.messages).toEqual(Array.from({ length: 1_000 }, (_, n) => `message ${n}`));
      expect(heard).toEqual(Array.from({ length: 1_000 }, (_, n) => `echo message ${n}`));
    });

    it('tells text from binary', async () => {
      await start();
      const { client, server } = await connect();
      client.send('text');
      client.send(Buffer.from('bytes'));
      await expect.poll(() => server.binary).toEqual([false, true]);
    });

    it('keeps the order of what is sent inside and outside a cork', async () => {
      await start();
      const { client, server } = await connect();
      const heard: string[] = [];
      client.on('message', (bytes) => heard.push(socketText(bytes)));
      server.socket.send('first');
      server.socket.cork(() => {
        for (let n = 0; n < 20; n++) server.socket.send(`corked ${n}`);
      });
      server.socket.send('last');
      await expect.poll(() => heard.length).toBe(22);
      expect(heard).toEqual(['first', ...Array.from({ length: 20 }, (_, n) => `corked ${n}`), 'last']);
    });

    it('closes with the code and reason given, behind what was sent before', async () => {
      await start();
      const { client, server } = await connect();
      const heard: string[] = [];
      client.on('message', (bytes) => heard.push(socketText(bytes)));
      server.socket.send('goodbye');
      server.socket.close(1008, 'a reason');
      const [code, reason] = await once(client, 'close');
      expect([code, String(reason)]).toEqual([1008, 'a reason']);
      expect(heard).toEqual(['goodbye']);
      expect(server.log).toEqual(['closed 1008']);
    });

    it('turns a closed handle into one that does nothing', async () => {
      await start();
      const { client, server } = await connect();
      client.close(1000);
      await expect.poll(() => server.log).toEqual(['closed 1000']);
      expect(server.socket.closed).toBe(true);
      expect(server.socket.send('anybody there?')).toBe('dropped');
      expect(server.socket.bufferedBytes).toBe(0);
      server.socket.cork(() => expect.unreachable());
      server.socket.close(1000, 'again');
      expect(server.log).toEqual(['closed 1000']);
    });

    it('tells of a peer that vanished without a word', async () => {
      await start();
      const { client, server } = await connect();
      client.terminate();
      await expect.poll(() => server.log).toEqual(['closed 1006']);
    });

    it('queues for a slow peer, says so once, and delivers everything when it reads again', async () => {
      await start({ maxBackpressureBytes: 64 * MEBIBYTE });
      const { client, server } = await connect();
      let heardBytes = 0;
      client.on('message', (bytes) => {
        heardBytes += socketText(bytes).length;
      });
      client.pause();
      const text = 'x'.repeat(MEBIBYTE);
      const results = Array.from({ length: 24 }, () => server.socket.send(text));
      expect(results[0]).toBe('sent');
      expect(results.at(-1)).toBe('queued');
      expect(server.socket.bufferedBytes).toBeGreaterThan(MEBIBYTE);
      expect(server.log).toEqual(['congested queued']);
      client.resume();
      await expect.poll(() => heardBytes, { timeout: 10_000 }).toBe(24 * MEBIBYTE);
      await expect.poll(() => server.log).toEqual(['congested queued', 'drained']);
    });

    it.each(['outside', 'inside'] as const)('cuts off a peer whose queue overflows, %s a cork', async (where) => {
      await start();
      const { client, server } = await connect();
      const other = await connect();
      client.pause();
      const results: string[] = [];
      const overflow = (): void => {
        for (let n = 0; n < 40; n++) results.push(server.socket.send('x'.repeat(MEBIBYTE)));
      };
      if (where === 'inside') server.socket.cork(overflow);
      else overflow();
      expect(results.at(-1)).toBe('dropped');
      expect(server.log).toContain('congested dropped');
      expect(server.log.filter((line) => line.startsWith('closed'))).toHaveLength(1);
      expect(server.socket.closed).toBe(true);
      other.client.send('still here');
      await expect.poll(() => other.server.messages).toEqual(['still here']);
    });

    it('closes a socket whose listener throws, and no other', async () => {
      await start();
      const broken = await connect();
      const other = await connect();
      broken.server.onMessage = () => {
        throw new Error('a bug');
      };
      broken.client.send('boom');
      const [code] = await once(broken.client, 'close');
      expect(code).toBe(1011);
      expect(events.of('http.failed').map((event) => event.route)).toEqual([PATH]);
      expect(broken.server.log).toEqual(['closed 1011']);
      other.client.send('still here');
      await expect.poll(() => other.server.messages).toEqual(['still here']);
    });

    it('closes a socket whose opening throws', async () => {
      await start({ upgrade: () => ({ kind: 'accept', open: brokenOpen }) });
      const client = new WebSocket(url());
      clients.push(client);
      const [code] = await once(client, 'close');
      expect(code).toBe(1011);
      expect(events.of('http.failed')).toHaveLength(1);
    });

    it('tells of an oversized message and closes, without handing it over', async () => {
      await start();
      const { client, server } = await connect();
      client.send('x'.repeat(4097));
      const [code] = await once(client, 'close');
      expect(code).toBe(1009);
      expect(server.messages).toEqual([]);
      expect(server.log).toEqual(['oversized 4097', 'closed 1009']);
    });

    it('cuts off a message far above the limit while it is still arriving', async () => {
      await start();
      const { client, server } = await connect();
      client.send('x'.repeat(MEBIBYTE));
      await once(client, 'close');
      expect(server.messages).toEqual([]);
      await expect.poll(() => server.log).toEqual(['closed 1006']);
    });

    it('answers a rejected upgrade with its status and detail', async () => {
      await start({ upgrade: () => ({ kind: 'reject', status: 403, detail: 'not you' }) });
      expect(await rejection(url())).toMatchObject({ status: 403, body: { detail: 'not you' } });
      expect(events.of('http.request').at(-1)).toMatchObject({ route: PATH, method: 'WS', status: 403 });
    });

    it('answers what an upgrade throws: its own status where it is meant for the peer, else 500 and a report', async () => {
      const errors = [new HttpError(401, 'sign in'), new Error('a bug')];
      await start({
        upgrade() {
          throw errors.shift();
        },
      });
      expect(await rejection(url())).toMatchObject({ status: 401, body: { detail: 'sign in' } });
      expect(await rejection(url())).toMatchObject({ status: 500, body: { detail: 'Internal server error' } });
      expect(events.of('http.failed')).toHaveLength(1);
    });

    it('answers a request that is no upgrade with 426', async () => {
      await start();
      const response = await fetch(url().replace('ws:', 'http:'));
      expect(response.status).toBe(426);
    });

    it('tells the port who asks: path parameters, query, headers', async () => {
      const asked: unknown[] = [];
      await start({
        upgrade(request) {
          asked.push([request.params, request.query, request.header('x-kind'), request.id]);
          return { kind: 'accept', open: listen };
        },
      });
      const client = new WebSocket(url('/test/a%20b?x=1'), { headers: { 'x-kind': 'test', 'x-request-id': 'abc-1' } });
      clients.push(client);
      const [response] = await once(client, 'upgrade');
      expect(response.headers['x-request-id']).toBe('abc-1');
      expect(asked).toEqual([[{ name: 'a b' }, 'x=1', 'test', 'abc-1']]);
      expect(await rejection(url('/test/%zz'))).toMatchObject({ status: 400 });
    });

    it('gives up a peer that says nothing and answers no ping', { timeout: 30_000 }, async () => {
      await start({ idleTimeoutS: 8 });
      const silent = new RawConnection(running?.port ?? 0);
      silent.write(
        'GET /test/one HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: Upgrade\r\n' +
          'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
      await silent.whole(25_000);
      expect(seen.map((server) => server.log)).toEqual([['closed 1006']]);
    });

    it('closes what is still open with 1001 when the server closes', async () => {
      await start();
      const { client, server } = await connect();
      const closed = once(client, 'close');
      await running?.close();
      running = undefined;
      const [code] = await closed;
      expect(code).toBe(1001);
      expect(server.log).toEqual(['closed 1001']);
    });
  });
}

function brokenOpen(): never {
  throw new Error('a bug');
}

function rejection(url: string): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const client = new WebSocket(url);
    client.on('error', () => {});
    client.on('open', () => reject(new Error('was accepted')));
    client.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (bytes) => {
        text += String(bytes);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
  });
}
