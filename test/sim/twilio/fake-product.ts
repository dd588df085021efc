/**
 * A stand-in for a product, written for the simulator's tests: answers webhooks with the TwiML that the test gives, and
 * holds the media sockets. Everything it was asked is kept.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

export interface ProductRequest {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
}

export interface ProductAnswer {
  readonly status?: number;
  readonly contentType?: string;
  readonly body: string;
  /** Cut the connection instead of answering. */
  readonly reset?: boolean;
}

export type Handler = (request: ProductRequest) => string | ProductAnswer | Promise<string | ProductAnswer>;

/** One media socket, as the product sees it. */
export class ProductStream {
  readonly socket: WebSocket;
  readonly headers: IncomingMessage['headers'];
  readonly messages: StreamMessage[] = [];
  private readonly watchers = new Set<() => void>();
  streamSid = '';

  constructor(socket: WebSocket, headers: IncomingMessage['headers']) {
    this.socket = socket;
    this.headers = headers;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as StreamMessage; // oxlint-disable-line typescript/no-unsafe-type-assertion
      if (message.event === 'start') this.streamSid = message.streamSid ?? '';
      this.messages.push(message);
      for (const watcher of this.watchers) watcher();
    });
  }

  of(event: string): StreamMessage[] {
    return this.messages.filter((message) => message.event === event);
  }

  /** The first message that fits, waiting for it if need be. */
  until(fits: (message: StreamMessage) => boolean, deadlineMs = 5_000): Promise<StreamMessage> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.messages.find(fits);
        if (found === undefined) return;
        clearTimeout(timer);
        this.watchers.delete(look);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.watchers.delete(look);
        reject(new Error(`no such message within ${deadlineMs} ms`));
      }, deadlineMs);
      this.watchers.add(look);
      look();
    });
  }

  play(audio: Buffer): void {
    this.send({ event: 'media', streamSid: this.streamSid, media: { payload: audio.toString('base64') } });
  }

  mark(name: string): void {
    this.send({ event: 'mark', streamSid: this.streamSid, mark: { name } });
  }

  clear(): void {
    this.send({ event: 'clear', streamSid: this.streamSid });
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }
}

export interface StreamMessage {
  readonly event: string;
  readonly sequenceNumber?: string;
  readonly streamSid?: string;
  readonly start?: Readonly<Record<string, unknown>>;
  readonly media?: {
    readonly track: string;
    readonly chunk: string;
    readonly timestamp: string;
    readonly payload: string;
  };
  readonly mark?: { readonly name: string };
  readonly dtmf?: { readonly track: string; readonly digit: string };
  readonly stop?: Readonly<Record<string, unknown>>;
}

export interface FakeProduct {
  readonly url: string;
  readonly mediaUrl: string;
  readonly requests: ProductRequest[];
  requestsTo(path: string): ProductRequest[];
  on(path: string, handler: Handler): void;
  /** The nth media socket (from 0), once its `start` has come. */
  stream(n?: number): Promise<ProductStream>;
  readonly streams: ProductStream[];
  onStream: (stream: ProductStream) => void;
  stop(): Promise<void>;
}

export async function startFakeProduct(): Promise<FakeProduct> {
  const handlers = new Map<string, Handler>();
  const requests: ProductRequest[] = [];
  const streams: ProductStream[] = [];
  const server = createServer((incoming, response) => {
    void (async () => {
      const request = await readRequest(incoming);
      requests.push(request);
      const answer = await (handlers.get(request.path)?.(request) ?? { status: 404, body: '' });
      const {
        status = 200,
        contentType = 'text/xml',
        body,
        reset,
      } = typeof answer === 'string' ? { body: answer } : answer;
      if (reset === true) response.destroy();
      else response.writeHead(status, { 'content-type': contentType }).end(body);
    })();
  });
  const sockets = new WebSocketServer({ server, path: '/media', perMessageDeflate: false });
  const product: FakeProduct = {
    url: '',
    mediaUrl: '',
    requests,
    streams,
    requestsTo: (path) => requests.filter((request) => request.path === path),
    on: (path, handler) => void handlers.set(path, handler),
    stream: async (n = 0) => {
      const stream = await eventually(() => streams[n]);
      await stream.until((message) => message.event === 'start');
      return stream;
    },
    onStream: () => {},
    stop: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  sockets.on('connection', (socket, incoming) => {
    const stream = new ProductStream(socket, incoming.headers);
    streams.push(stream);
    product.onStream(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(product, { url: `http://127.0.0.1:${port}`, mediaUrl: `ws://127.0.0.1:${port}/media` });
}

/** The first value that is not undefined; looks again every few ms until the deadline. */
export async function eventually<Value>(look: () => Value | undefined, deadlineMs = 5_000): Promise<Value> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const value = look();
    if (value !== undefined) return value;
    if (performance.now() > endMs) throw new Error(`not so within ${deadlineMs} ms: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ProductRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const url = new URL(incoming.url ?? '/', 'http://product');
  const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
  const params = Object.fromEntries([...url.searchParams, ...form]);
  return { method: incoming.method ?? '', path: url.pathname, params, headers: incoming.headers };
}
