/** What the routes of browser calls share. */
import type { AudioFormat } from '../domain/audio-format.ts';
import type { SocketHandle, SocketListener } from './sockets.ts';

/** A caller's browser that was let in. */
export interface BrowserJoin {
  readonly sessionId: string;
  /** Null for the demo clinic: never in production. */
  readonly clinicId: string | null;
  readonly format: AudioFormat;
  /**
   * How long the session's token may still begin its one call, s; 0 where it may only go on with it, null where none was
   * needed.
   */
  readonly tokenLifeS: number | null;
}

/** Where browser calls live. */
export interface BrowserDesk {
  /** Begins the session's call, or goes on with it. Answers a listener always: a refusal is told over the socket. */
  join(join: BrowserJoin, socket: SocketHandle): SocketListener;
}

export interface BrowserEdge {
  readonly desk: BrowserDesk;
  readonly publicUrl: string;
  readonly sessionSecret: string;
  /** Whether a caller needs a token: in production. */
  readonly needsToken: boolean;
  /** ms since the epoch. */
  now(): number;
}
