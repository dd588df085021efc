/**
 * The socket port: what a WebSocket endpoint is written against. A connection is a `SocketHandle` to talk to and a
 * `SocketListener` to be told by. Guarantees, held by test/contract/socket-port.ts: a closed socket is never touched;
 * every send has a result; the queue of what was not sent yet is bounded, and a peer that lets it overflow is cut off;
 * `closed` is told exactly once, and nothing after it; what a listener throws closes its own socket and no other.
 */
import type { Events } from '../domain/events.ts';
import type { UwsSocket } from './uws.ts';

/** `queued`: the peer reads too slowly, the text waits in memory. `dropped`: it will never arrive. */
type SendResult = 'sent' | 'queued' | 'dropped';

export interface SocketHandle {
  readonly closed: boolean;
  /** Accepted for sending, not yet with the system; 0 once closed. */
  readonly bufferedBytes: number;
  send(text: string): SendResult;
  /** Sends made inside `write` leave in one piece. */
  cork(write: () => void): void;
  /** Sends a close frame behind what is queued. Harmless when repeated. */
  close(code: number, reason: string): void;
}

export interface SocketListener {
  /** The bytes are the server's own memory: valid in this tick only. */
  message(bytes: ArrayBuffer, isBinary: boolean): void;
  /** A message above the port's limit came; the socket is closed with 1009 afterwards, unless it was closed here. */
  oversized?(sizeBytes: number): void;
  /** The peer began to read too slowly, or (`dropped`) so slowly that its socket is being closed. */
  congested?(result: 'queued' | 'dropped'): void;
  /** Everything queued has left. */
  drained?(): void;
  closed(code: number): void;
}

/** What is known of a connection that wants to become a socket. */
interface UpgradeRequest {
  readonly id: string;
  readonly path: string;
  readonly query: string;
  header(name: string): string;
  readonly params: Readonly<Record<string, string>>;
}

export type Upgrade =
  | { readonly kind: 'accept'; readonly open: (socket: SocketHandle) => SocketListener }
  | { readonly kind: 'reject'; readonly status: number; readonly detail: string };

export interface SocketPort {
  readonly path: string;
  readonly maxPayloadBytes: number;
  /** Silence, pings included, after which a socket is taken for dead; 8 to 960, in steps of about 4. */
  readonly idleTimeoutS: number;
  /** Unsent bytes at which the peer is given up. */
  readonly maxBackpressureBytes: number;
  upgrade(request: UpgradeRequest): Upgrade;
}

const DROPPED = 2;
const QUEUED = 0;
const INTERNAL_ERROR = 1011;
const TOO_LARGE = 1009;
/** RFC 6455: a close frame carries 125 bytes, two of them the code; no UTF-16 unit takes more than three. */
const CLOSE_REASON_LENGTH = 41;

/** One live connection; made before its native socket exists, and outlives it as a handle that does nothing. */
export class SocketConnection implements SocketHandle {
  private socket: UwsSocket<unknown> | undefined;
  private listener: SocketListener | undefined;
  private congested = false;
  private readonly port: SocketPort;
  private readonly requestId: string;
  private readonly open: (socket: SocketHandle) => SocketListener;
  private readonly events: Events;

  constructor(port: SocketPort, requestId: string, open: (socket: SocketHandle) => SocketListener, events: Events) {
    this.port = port;
    this.requestId = requestId;
    this.open = open;
    this.events = events;
  }

  get closed(): boolean {
    return this.socket === undefined;
  }

  get bufferedBytes(): number {
    return this.socket?.getBufferedAmount() ?? 0;
  }

  send(text: string): SendResult {
    if (!this.socket) return 'dropped';
    const result = this.socket.send(text, false);
    if (result === DROPPED) {
      this.giveUp();
      return 'dropped';
    }
    if (result !== QUEUED) return 'sent';
    if (!this.congested) {
      this.congested = true;
      this.tell((listener) => listener.congested?.('queued'));
    }
    return 'queued';
  }

  cork(write: () => void): void {
    if (this.socket) this.socket.cork(write);
  }

  close(code: number, reason: string): void {
    this.socket?.end(code, reason.slice(0, CLOSE_REASON_LENGTH));
  }

  opened(socket: UwsSocket<unknown>): void {
    this.socket = socket;
    try {
      this.listener = this.open(this);
    } catch (error) {
      this.broke(error);
    }
  }

  received(bytes: ArrayBuffer, isBinary: boolean): void {
    if (bytes.byteLength <= this.port.maxPayloadBytes) {
      // As `tell`, without a closure: this is said fifty times a second a call.
      try {
        this.listener?.message(bytes, isBinary);
      } catch (error) {
        this.broke(error);
      }
      return;
    }
    this.tell((listener) => listener.oversized?.(bytes.byteLength));
    this.close(TOO_LARGE, 'message too large');
  }

  drained(): void {
    if (!this.congested || this.bufferedBytes > 0) return;
    this.congested = false;
    this.tell((listener) => listener.drained?.());
  }

  /** The native socket is gone: the last thing a listener hears. */
  ended(code: number): void {
    this.socket = undefined;
    const { listener } = this;
    this.listener = undefined;
    try {
      listener?.closed(code);
    } catch (error) {
      this.broke(error);
    }
  }

  private giveUp(): void {
    this.tell((listener) => listener.congested?.('dropped'));
    // A close frame would only join the queue that nobody reads.
    this.socket?.close();
  }

  private tell(what: (listener: SocketListener) => void): void {
    if (!this.listener) return;
    try {
      what(this.listener);
    } catch (error) {
      this.broke(error);
    }
  }

  private broke(error: unknown): void {
    this.events.emit('http.failed', {
      requestId: this.requestId,
      route: this.port.path,
      path: this.port.path,
      method: 'WS',
      error,
    });
    this.close(INTERNAL_ERROR, 'internal error');
  }
}
