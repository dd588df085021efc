/**
 * One socket of a browser's session: what it says, parsed, within what it may say. Anything that cannot be used is
 * answered with an `error`, and the session lives. A flood is told so and ends the connection, not the session: nothing
 * behind a message that was not taken is taken either, so that who comes back can go on from the last `ack`.
 */
import { Allowance } from '../domain/allowance.ts';
import { type AudioFormat, durationMsOf } from '../domain/audio-format.ts';
import { type ClientMessage, type ErrorCode, parseClientMessage, type ServerMessage, type Wrong } from './wire.ts';

export const CONNECTION_LIMITS = {
  /** Four seconds: one of 24 kHz PCM is 64 KB of base64. */
  messageBytes: 256 * 1024,
  /** Audio that may come at once, beside all of what a caller may have said while they were away. */
  audioBurstMs: 15_000,
  /** So much faster than it is said it may come in the long run. */
  audioSpeed: 2,
  /** Audio counts as that long at least: a message costs something, however short. */
  leastAudioMs: 5,
  controlBurst: 500,
  controlPerSecond: 100,
} as const;

/** What to tell who sent a message that is. */
export const TOO_LARGE = 'Send audio in pieces of less than four seconds.';
const POLICY_VIOLATION = 1008;

/** The part of a socket that a session needs. */
export interface BrowserSocket {
  readonly closed: boolean;
  send(text: string): unknown;
  close(code: number, reason: string): void;
}

export interface ConnectionParts {
  readonly socket: BrowserSocket;
  readonly format: AudioFormat;
  /** How long a caller may have been away, ms. */
  readonly resumeMs: number;
  readonly take: (message: ClientMessage) => void;
  /** ms; any origin. */
  readonly now: () => number;
}

export class Connection {
  private readonly parts: ConnectionParts;
  private readonly audio: Allowance;
  private readonly control: Allowance;
  private isCut = false;

  constructor(parts: ConnectionParts) {
    this.parts = parts;
    const { audioBurstMs, audioSpeed, controlBurst, controlPerSecond } = CONNECTION_LIMITS;
    this.audio = new Allowance(parts.resumeMs + audioBurstMs, audioSpeed * 1_000, parts.now);
    this.control = new Allowance(controlBurst, controlPerSecond, parts.now);
  }

  message(bytes: ArrayBuffer, isBinary: boolean): void {
    if (this.isCut) return;
    const message = read(bytes, isBinary);
    if (!this.allows(message))
      this.cutOff('Too much at once. Come back to this session, and send again from the last ack on.');
    else if ('wrong' in message) this.refuse(message.code, message.wrong);
    else this.parts.take(message);
  }

  send(message: ServerMessage): void {
    if (!this.parts.socket.closed) this.parts.socket.send(JSON.stringify(message));
  }

  refuse(code: ErrorCode, message: string): void {
    this.send({ type: 'error', code, message });
  }

  /** Ends the connection to somebody who sent too much. */
  cutOff(why: string): void {
    this.isCut = true;
    this.refuse('too_many_messages', why);
    this.close(POLICY_VIOLATION, 'flood');
  }

  close(code: number, reason: string): void {
    this.parts.socket.close(code, reason);
  }

  private allows(message: ClientMessage | Wrong): boolean {
    if ('wrong' in message || message.type !== 'audio') return this.control.take();
    const ms = Math.max(CONNECTION_LIMITS.leastAudioMs, Math.ceil(durationMsOf(message.data, this.parts.format)));
    return this.audio.takeUpTo(ms) === ms;
  }
}

function read(bytes: ArrayBuffer, isBinary: boolean): ClientMessage | Wrong {
  if (isBinary) return { code: 'bad_message', wrong: 'Messages are text: one JSON object each.' };
  if (bytes.byteLength > CONNECTION_LIMITS.messageBytes) {
    return { code: 'message_too_large', wrong: TOO_LARGE };
  }
  return parseClientMessage(Buffer.from(bytes).toString('utf8'));
}
