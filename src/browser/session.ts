/**
 * One caller in a browser: the line and the screen of their call, over a socket that may be replaced. Without a socket
 * nothing is sent: what was not played waits in the phone actor, and what there was to tell waits here (missed.ts).
 * Audio that the browser sends again is known by its number and heard once. Never throws at its socket.
 */
import type { CallMessage, FromScreen } from '../../actors/call/messages.ts';
import type { PhoneInlet, PhoneLine, Stretch } from '../../actors/phone/messages.ts';
import type { AudioFormat } from '../domain/audio-format.ts';
import type { AvaEventName, AvaEvents } from '../domain/events.ts';
import { CallerSamples, NOTHING, type Taken } from './caller-samples.ts';
import { type BrowserSocket, Connection } from './connection.ts';
import { MessageNumbers } from './message-numbers.ts';
import { Missed } from './missed.ts';
import { OwnTurns } from './own-turns.ts';
import { Playback } from './playback.ts';
import type { ClientMessage, ErrorCode, ServerMessage } from './wire.ts';

/** The call behind the session. */
export interface BrowserCall extends PhoneInlet {
  onScreen(message: FromScreen): void;
}

export interface BrowserSessionParts {
  readonly sessionId: string;
  readonly conversationId: string;
  readonly format: AudioFormat;
  /** How long the caller may be away, ms. */
  readonly resumeMs: number;
  /** ms; any origin. */
  readonly now: () => number;
}

/** What a caller may send before their call has begun. */
const EARLY_MESSAGES = 1_000;
/** Longer than a dead socket goes unnoticed: until then, what a browser does not call played is not taken for heard. */
const STALL_MS = 65_000;
/** Items whose text may be under way; those that were cut never end. */
const ITEMS_AT_ONCE = 16;
const NORMAL = 1000;
/** A private code: the same session goes on over another socket. */
const REPLACED = 4001;

export class BrowserSession implements PhoneLine {
  readonly lostMarkGraceMs = STALL_MS;
  private readonly parts: BrowserSessionParts;
  private readonly samples: CallerSamples;
  private readonly playback: Playback;
  private readonly numbers = new MessageNumbers();
  private readonly turns = new OwnTurns();
  private readonly missed: Missed;
  private readonly texts = new Map<string, string>();
  private connection: Connection | null = null;
  private call: BrowserCall | null = null;
  private early: ClientMessage[] = [];
  private over = false;

  constructor(parts: BrowserSessionParts) {
    this.parts = parts;
    this.samples = new CallerSamples(parts.format);
    this.playback = new Playback(parts.now, (name) => this.call?.mark(name));
    this.missed = new Missed(parts.now);
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
    const resumed = this.call !== null;
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

  /** The call is there: what was said before is told to it. */
  began(call: BrowserCall): void {
    this.call = call;
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

  close(code = NORMAL): void {
    if (this.over) return;
    this.over = true;
    this.playback.clear();
    this.connection?.close(code, 'the call is over');
  }

  heard(message: CallMessage): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others are nothing to show
    switch (message.type) {
      case 'words_delta':
        return this.said(message.itemId, (this.texts.get(message.itemId) ?? '') + message.text, false);
      case 'words':
        return this.said(message.itemId, message.text, true);
      case 'caller_words':
        return this.transcript('customer', message.itemId, message.text.trim(), true);
      case 'caller_turn_committed':
        return this.turns.turned();
      case 'commit_refused':
        return this.turns.refused();
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
    if (name === 'call.ended' && 'outcome' in event) this.send({ type: 'ended', outcome: event.outcome });
  }

  /** What a connection says whose place another took counts for nothing. */
  private from(connection: Connection, message: ClientMessage): void {
    if (connection !== this.connection) return;
    this.missed.heardFrom();
    if (this.call) this.take(message);
    else if (this.early.length < EARLY_MESSAGES) this.early.push(message);
    else connection.cutOff('The call has not begun. Come back, and wait for the greeting before you send so much.');
  }

  private take(message: ClientMessage): void {
    const { call } = this;
    if (!call || this.over) return;
    switch (message.type) {
      case 'audio':
        return this.hear(call, message.data, message.seq);
      case 'commit':
        return this.commit(call);
      case 'interrupt':
        return call.onScreen({ type: 'caller_interrupts' });
      case 'text':
        return call.onScreen({ type: 'caller_typed', text: message.text });
      case 'played':
        if (this.playback.played(message.item_id, message.ms)) return;
        return this.refuse('bad_message', 'played: so much of this item was not sent.');
      case 'end_session':
        return call.closed('stop');
    }
  }

  private hear(call: BrowserCall, data: string, seq: number | undefined): void {
    const number = this.numbers.take(seq);
    if (number === 'anew') this.samples.restart();
    const taken = number === 'known' ? NOTHING : this.samples.take(data);
    if (!taken) return this.refuse('bad_audio', 'data must be base64.');
    this.pass(call, taken);
    if (seq !== undefined) this.send({ type: 'ack', seq });
  }

  private commit(call: BrowserCall): void {
    this.pass(call, this.samples.flush());
    call.onScreen({ type: 'caller_commits', commit: this.turns.commit() });
  }

  private pass(call: BrowserCall, { frames, speechMs }: Taken): void {
    this.turns.spoke(speechMs);
    for (const frame of frames) call.audio(frame);
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
    const seq = this.numbers.reconnected();
    if (seq !== null) this.send({ type: 'ack', seq });
    for (const message of this.missed.messages) connection.send(message);
    if (this.over) connection.close(NORMAL, 'the call is over');
    else this.call?.onScreen({ type: 'line_back' });
  }

  private send(message: ServerMessage): void {
    this.missed.tells(message, this.connection !== null);
    this.connection?.send(message);
  }
}
