/**
 * One caller in a browser: the line and the screen of their call, over a socket that may be replaced, on this node or on
 * another one. Without a socket nothing is sent: what was not played waits in the phone actor, and what there was to
 * tell waits here (missed.ts). What the caller says is in caller-stream.ts, what another node must know in memory.ts.
 * Never throws at its socket.
 */
import type { CallMessage, FromScreen } from '../../actors/call/messages.ts';
import type { PhoneInlet, PhoneLine, Stretch } from '../../actors/phone/messages.ts';
import type { AudioFormat } from '../domain/audio-format.ts';
import type { AvaEventName, AvaEvents } from '../domain/events.ts';
import { CallerStream, type Heard } from './caller-stream.ts';
import { type BrowserSocket, CONNECTION_LIMITS, Connection } from './connection.ts';
import type { BrowserMemory } from './memory.ts';
import { Missed } from './missed.ts';
import { Playback, type Played } from './playback.ts';
import type { ClientMessage, ErrorCode, ServerMessage } from './wire.ts';

/** The call behind the session. */
export interface BrowserCall extends PhoneInlet {
  onScreen(message: FromScreen): void;
  /** What the session remembers has changed, and is to be kept with the call before long. */
  remember(): void;
}

export interface BrowserSessionParts {
  readonly sessionId: string;
  readonly conversationId: string;
  readonly format: AudioFormat;
  /** How long the caller may be away, ms. */
  readonly resumeMs: number;
  /** ms; any origin. */
  readonly now: () => number;
  /** Of the session on another node, with which this one goes on; null for a new one. */
  readonly memory: BrowserMemory | null;
}

/** What a caller may send before their call has begun; before it goes on, besides, all that they said while away. */
const EARLY_MESSAGES = 1_000;
/** Longer than a dead socket goes unnoticed: until then, what a browser does not call played is not taken for heard. */
const STALL_MS = 65_000;
/** In which a browser that comes back says how far it played: the way there and back. */
const PLAYED_MS = 250;
/** Items whose text may be under way; those that were cut never end. */
const ITEMS_AT_ONCE = 16;
/** What a caller is told whose call cannot go on, or not begin. */
export const BROKE = 'Something went wrong. Please try again, or call the clinic.';
const NORMAL = 1000;
/** A private code: the same session goes on over another socket. */
const REPLACED = 4001;

export class BrowserSession implements PhoneLine {
  readonly lostMarkGraceMs = STALL_MS;
  private readonly parts: BrowserSessionParts;
  private readonly caller: CallerStream;
  private readonly playback: Playback;
  private readonly missed: Missed;
  private readonly texts = new Map<string, string>();
  private connection: Connection | null = null;
  private call: BrowserCall | null = null;
  private early: ClientMessage[] = [];
  private onEarly: ((message: ClientMessage) => void) | undefined;
  private over = false;
  private isTold = false;

  constructor(parts: BrowserSessionParts) {
    this.parts = parts;
    const { format, now, memory } = parts;
    this.caller = new CallerStream(format, now, memory);
    this.playback = new Playback(now, (name) => this.call?.mark(name), memory);
    this.missed = new Missed(now, memory?.missed);
  }

  /**
   * The caller is there, for the first time or again; who was there before is told to go. A call that ended while they
   * were away is told of, and that is all.
   */
  attach(socket: BrowserSocket): Connection {
    const connection = new Connection({
      ...this.parts,
      socket,
      take: (message) => this.from(connection, message),
    });
    const resumed = this.call !== null || this.parts.memory !== null;
    const before = this.connection;
    if (before) this.lose();
    before?.close(REPLACED, 'the session goes on over another connection');
    this.connection = connection;
    const { sessionId, conversationId } = this.parts;
    this.send({ type: 'session', session_id: sessionId, conversation_id: conversationId, resumed });
    if (resumed) this.goOn(connection);
    return connection;
  }

  /** This connection is gone; true where the session is left without one. */
  detach(connection: Connection): boolean {
    if (this.connection !== connection || this.over) return false;
    this.lose();
    return true;
  }

  /** Nobody is there. */
  get isAway(): boolean {
    return this.connection === null;
  }

  /** What another node must know; `sent`: Ava's speech that is not known to be heard. */
  memory(sent: BrowserMemory['sent']): BrowserMemory {
    const { format } = this.parts;
    return { format, ...this.caller.memory, played: this.playback.told, sent, missed: this.missed.newest };
  }

  /**
   * How far the browser says it played; null for one that never tells. One that does is given a moment to say it anew:
   * it played on while it was away.
   */
  async playedByNow(): Promise<Played | null> {
    if (this.playback.told) await this.firstPlayed();
    for (const message of this.early) {
      if (message.type === 'played') this.playback.played(message.item_id, message.ms);
    }
    return this.playback.told;
  }

  private firstPlayed(): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, PLAYED_MS);
      this.onEarly = (message) => {
        if (message.type !== 'played') return;
        clearTimeout(late);
        resolve();
      };
      this.early.forEach(this.onEarly);
    });
  }

  /** Whether the caller's audio that nobody has put in words comes again. */
  get resends(): boolean {
    return this.caller.isNumbered;
  }

  /** Another node has the call: whoever is still here is told to go. */
  displaced(): void {
    this.end(REPLACED);
  }

  /** The call is there: what was said before is told to it. */
  began(call: BrowserCall): void {
    this.call = call;
    this.onEarly = undefined;
    if (this.isAway) this.lose();
    for (const message of this.early.splice(0)) this.take(message);
  }

  refuse(code: ErrorCode, message: string): void {
    this.send({ type: 'error', code, message });
  }

  play(payload: string, { itemId, fromMs, ms }: Stretch): void {
    this.playback.sent(itemId, fromMs, ms);
    this.send({ type: 'audio', data: payload, item_id: itemId, offset_ms: fromMs });
  }

  mark(name: string): void {
    this.playback.marked(name);
  }

  clear(): void {
    this.playback.clear();
    this.send({ type: 'clear' });
  }

  get format(): AudioFormat {
    return this.parts.format;
  }

  get conversationId(): string {
    return this.parts.conversationId;
  }

  /** The line is hung up: nothing is played or taken any more. What came of the call may still be told. */
  close(): void {
    this.over = true;
    this.playback.clear();
  }

  /** All is told: whoever is there, or comes back, is let go. */
  end(code = NORMAL): void {
    if (this.isTold) return;
    this.close();
    this.isTold = true;
    this.connection?.close(code, 'the call is over');
  }

  heard(message: CallMessage): void {
    this.caller.heard(message);
    // Once the call has kept what it makes of it, which it does in this tick.
    queueMicrotask(() => this.acknowledge());
    this.show(message);
  }

  private show(message: CallMessage): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others are nothing to show
    switch (message.type) {
      case 'words_delta':
        return this.said(message.itemId, (this.texts.get(message.itemId) ?? '') + message.text, false);
      case 'words':
        return this.said(message.itemId, message.text, true);
      case 'caller_words':
        return this.transcript('customer', message.itemId, message.text.trim(), true);
      default:
        return;
    }
  }

  told<Name extends AvaEventName>(name: Name, event: AvaEvents[Name]): void;
  told(name: AvaEventName, event: AvaEvents[AvaEventName]): void {
    if (name === 'tool.started' && 'tool' in event) this.send({ type: 'tool', name: event.tool, status: 'started' });
    if (name === 'tool.finished' && 'tool' in event && 'result' in event) {
      this.send({ type: 'tool', name: event.tool, status: event.result === 'success' ? 'done' : 'failed' });
    }
    if (name === 'call.ended' && 'outcome' in event) {
      if (event.endedBy === 'failure') this.refuse('internal_error', BROKE);
      this.send({ type: 'ended', outcome: event.outcome });
    }
  }

  /** What a connection says whose place another took counts for nothing. */
  private from(connection: Connection, message: ClientMessage): void {
    if (connection !== this.connection) return;
    this.missed.heardFrom();
    if (this.call) this.take(message);
    else if (this.early.length < this.mayBeEarly) this.hold(message);
    else connection.cutOff('The call has not begun. Come back, and wait for the greeting before you send so much.');
  }

  private get mayBeEarly(): number {
    const { memory, resumeMs } = this.parts;
    return EARLY_MESSAGES + (memory === null ? 0 : resumeMs / CONNECTION_LIMITS.leastAudioMs);
  }

  private hold(message: ClientMessage): void {
    this.early.push(message);
    this.onEarly?.(message);
  }

  private take(message: ClientMessage): void {
    const { call } = this;
    if (!call || this.over) return;
    switch (message.type) {
      case 'audio':
        return this.hear(call, message.data, message.seq);
      case 'commit':
        return this.pass(call, this.caller.commit());
      case 'interrupt':
        return call.onScreen({ type: 'caller_interrupts' });
      case 'text':
        return call.onScreen({ type: 'caller_typed', text: message.text });
      case 'played':
        if (this.playback.played(message.item_id, message.ms)) return call.remember();
        return this.refuse('bad_message', 'played: so much of this item was not sent.');
      case 'end_session':
        return call.closed('stop');
    }
  }

  private hear(call: BrowserCall, data: string, seq: number | undefined): void {
    const heard = this.caller.audio(data, seq);
    if (!heard) return this.refuse('bad_audio', 'data must be base64.');
    this.pass(call, heard);
    this.acknowledge();
  }

  private pass(call: BrowserCall, { frames, commit }: Heard): void {
    for (const frame of frames) call.audio(frame);
    if (commit) call.onScreen({ type: 'caller_commits', commit });
  }

  private acknowledge(): void {
    for (const seq of this.caller.acknowledge()) this.send({ type: 'ack', seq });
  }

  private said(itemId: string, text: string, final: boolean): void {
    if (final) this.texts.delete(itemId);
    else this.texts.set(itemId, text);
    if (this.texts.size > ITEMS_AT_ONCE) this.texts.clear();
    this.transcript('assistant', itemId, text, final);
  }

  private transcript(role: 'assistant' | 'customer', itemId: string, text: string, final: boolean): void {
    if (text !== '') this.send({ type: 'transcript', role, text, final, item_id: itemId });
  }

  private lose(): void {
    this.connection = null;
    this.call?.onScreen({ type: 'line_lost', played: this.playback.told });
  }

  /** Where the browser's audio stands, what it missed, and then what it has not played. */
  private goOn(connection: Connection): void {
    const seq = this.caller.reconnected();
    if (seq !== null) this.send({ type: 'ack', seq });
    if (this.call === null) this.send({ type: 'clear' });
    for (const message of this.missed.messages) connection.send(message);
    if (this.isTold) connection.close(NORMAL, 'the call is over');
    else this.call?.onScreen({ type: 'line_back' });
  }

  private send(message: ServerMessage): void {
    this.missed.tells(message, this.connection !== null);
    this.connection?.send(message);
  }
}
