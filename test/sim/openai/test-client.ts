/**
 * A plain client of the Realtime protocol for the simulator's tests: a `ws` socket, the events it received, and waits
 * with a deadline. It believes nothing: it reads the words out of the audio it gets.
 */
import { WebSocket } from 'ws';
import { Listener, silence, speakSentence } from '../speech.ts';

export interface Received {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface ClientOptions {
  readonly model?: string;
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const DEADLINE_MS = 8_000;
const APPEND_BYTES = 1_600;

export class TestClient {
  readonly received: Received[] = [];
  readonly socket: WebSocket;
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** The HTTP status where the upgrade was refused. */
  refusedWith: number | undefined;
  private readonly wakers = new Set<() => void>();

  constructor(realtimeUrl: string, options: ClientOptions = {}) {
    const { model = 'gpt-realtime-2.1', key = 'sk-test', headers = {} } = options;
    const authorization = key === '' ? {} : { authorization: `Bearer ${key}` };
    this.socket = new WebSocket(`${realtimeUrl}?model=${model}`, { headers: { ...authorization, ...headers } });
    this.socket.on('message', (data: Buffer) => {
      this.received.push(parseEvent(data.toString('utf8')));
      this.wake();
    });
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString('utf8') };
      this.wake();
    });
    this.socket.on('unexpected-response', (_, response) => {
      this.refusedWith = response.statusCode;
      response.resume();
      this.socket.terminate();
      this.wake();
    });
    this.socket.on('error', () => this.wake());
  }

  send(event: object): void {
    this.socket.send(JSON.stringify(event));
  }

  /** Appends audio in pieces as a phone would, at no particular speed. */
  append(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; from += APPEND_BYTES) {
      this.send({
        type: 'input_audio_buffer.append',
        audio: bytes.subarray(from, from + APPEND_BYTES).toString('base64'),
      });
    }
  }

  /** A sentence and the silence that ends a turn, as µ-law. */
  say(text: string): void {
    this.append(Buffer.concat([speakSentence(text, 4), silence(800)]));
  }

  /** The first event that matches and came after `from` events; rejects at the deadline. */
  async event(match: string | ((event: Received) => boolean), from = 0): Promise<Received> {
    const matches = typeof match === 'string' ? (event: Received) => event.type === match : match;
    const find = (): Received | undefined => this.received.slice(from).find(matches);
    await this.until(() => find() !== undefined, `an event ${String(match)}`);
    const found = find();
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  /** The response that ends next, after `from` events. */
  async responseDone(from = this.received.length): Promise<Received> {
    return this.event('response.done', from);
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!condition()) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`Waited in vain for ${what}; got ${this.types().slice(-12).join(', ')}`);
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.wakers.delete(done);
          resolve();
        };
        const timer = setTimeout(done, Math.min(leftMs, 50));
        this.wakers.add(done);
      });
    }
  }

  types(): string[] {
    return this.received.map((event) => event.type);
  }

  /** What the audio of the response says, word by word. */
  heard(): string {
    const listener = new Listener();
    const deltas = this.received.filter((event) => event.type === 'response.output_audio.delta');
    return deltas
      .flatMap((event) => listener.push(Buffer.from(String(event.delta), 'base64')))
      .map((heard) => heard.text)
      .join(' ');
  }

  async close(): Promise<void> {
    if (this.closed !== undefined || this.refusedWith !== undefined) return;
    this.socket.close();
    await this.until(() => this.closed !== undefined, 'the close');
  }

  private wake(): void {
    for (const waker of this.wakers) waker();
  }
}

function parseEvent(text: string): Received {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') {
    throw new Error(`No event: ${text.slice(0, 100)}`);
  }
  return { ...value, type: value.type };
}

/** What lies at a path inside an event, or undefined. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
