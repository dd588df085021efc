import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { socketText } from './socket-text.ts';

/** The far end of a socket of JSON: keeps all that it hears, and how it was closed. */
export class FarEnd<Heard = unknown> {
  readonly socket: WebSocket;
  readonly heard: Heard[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  /** `url`: of the path over HTTP. */
  constructor(url: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(url.replace('http', 'ws'), options);
    this.socket.on('error', () => {});
    this.socket.on('message', (bytes) => this.heard.push(JSON.parse(socketText(bytes))));
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  async opened(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }
}
