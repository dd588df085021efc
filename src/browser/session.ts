/**
 * One caller in a browser: the line and the screen of their call, over a socket that may be replaced. Without a socket
 * nothing is sent, and what was not played waits in the phone actor. Never throws at its socket.
 */
import type { CallMessage, FromScreen } from '../../actors/call/messages.ts';
import type { PhoneInlet, PhoneLine, Stretch } from '../../actors/phone/messages.ts';
import type { AudioFormat } from '../domain/audio-format.ts';
import type { AvaEventName, AvaEvents } from '../domain/events.ts';
import { CallerSamples } from './caller-samples.ts';
import { MessageNumbers } from './message-numbers.ts';
import { Playback } from './playback.ts';
import { type ClientMessage, type ErrorCode, parseClientMessage, type ServerMessage } from './wire.ts';

/** The part of a socket that a session needs. */
export interface BrowserSocket {
  readonly closed: boolean;
  send(text: string): unknown;
  close(code: number, reason: string): void;
}

/** The call behind the session. */
export interface BrowserCall extends PhoneInlet {
  onScreen(message: FromScreen): void;
}

export interface BrowserSessionParts {
  readonly sessionId: string;
  readonly conversationId: string;
  readonly format: AudioFormat;
  /** ms; any origin. */
  readonly now: () => number;
}

/** Less than this since the last turn is no turn. */
const LEAST_TURN_MS = 100;
/** What a caller may send before their call has begun. */
const EARLY_MESSAGES = 200;
/** Items whose text may be under way; those that were cut never end. */
const ITEMS_AT_ONCE = 16;
const NORMAL = 1000;
/** A private code: the same session goes on over another socket. */
const REPLACED = 4001;

export class BrowserSession implements PhoneLine {
  private readonly parts: BrowserSessionParts;
  private readonly samples: CallerSamples;
  private readonly playback: Playback;
  private readonly numbers = new MessageNumbers();
  private readonly texts = new Map<string, string>();
  private socket: BrowserSocket | null = null;
  private call: BrowserCall | null = null;
  private early: ClientMessage[] = [];
  /** Caller audio since their last turn. */
  private unturnedMs = 0;
  /** The service made a turn of what was said, and nothing was said since. */
  private isTurned = false;
  private over = false;

  constructor(parts: BrowserSessionParts) {
    this.parts = parts;
    this.samples = new CallerSamples(parts.format);
    this.playback = new Playback(parts.now, (name) => this.call?.mark(name));
  }

  /** The caller is there, for the first time or again; who was there before is told to go. */
  attach(socket: BrowserSocket): void {
    const resumed = this.call !== null;
    const before = this.socket;
    if (before) this.lose();
    before?.close(REPLACED, 'the session goes on over another connection');
    this.socket = socket;
    this.numbers.reconnected();
    const { sessionId, conversationId } = this.parts;
    this.send({ type: 'session', session_id: sessionId, conversation_id: conversationId, resumed });
    if (resumed) this.call?.onScreen({ type: 'line_back' });
  }

  /** This socket is gone; true where the session is left without one. */
  detach(socket: BrowserSocket): boolean {
    if (this.socket !== socket) return false;
    this.lose();
    return true;
  }

  /** The call is there: what was said before is told to it. */
  began(call: BrowserCall): void {
    this.call = call;
    for (const message of this.early.splice(0)) this.take(message);
  }

  message(bytes: ArrayBuffer, isBinary: boolean): void {
    if (isBinary) return this.refuse('bad_message', 'Messages are text: one JSON object each.');
    const message = parseClientMessage(Buffer.from(bytes).toString('utf8'));
    if ('wrong' in message) return this.refuse('bad_message', message.wrong);
    if (this.call) this.take(message);
    else if (this.early.length < EARLY_MESSAGES) this.early.push(message);
    else this.refuse('too_many_messages', 'Wait for the greeting before you send more.');
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
    this.socket?.close(code, 'the call is over');
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
      case 'caller_speech_started':
        this.isTurned = false;
        return;
      case 'caller_turn_committed':
        this.unturnedMs = 0;
        this.isTurned = true;
        return;
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
        return this.playback.played(message.item_id, message.ms);
      case 'end_session':
        return call.closed('stop');
    }
  }

  private hear(call: BrowserCall, data: string, seq: number | undefined): void {
    // Sent again because its `ack` was lost: heard once is enough.
    if (seq !== undefined && !this.numbers.take(seq)) return this.send({ type: 'ack', seq });
    const taken = this.samples.take(data);
    if (!taken) return this.refuse('bad_audio', 'data must be base64.');
    this.unturnedMs += taken.ms;
    if (taken.ms > 0) call.audio(taken.payload);
    if (seq !== undefined) this.send({ type: 'ack', seq });
  }

  private commit(call: BrowserCall): void {
    const audible = this.unturnedMs >= LEAST_TURN_MS;
    this.unturnedMs = 0;
    // Their answer is on its way: the service noticed the end of the turn by itself.
    if (this.isTurned) {
      this.isTurned = false;
      return;
    }
    call.onScreen({ type: 'caller_commits', audible });
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
    this.socket = null;
    this.call?.onScreen({ type: 'line_lost' });
  }

  private send(message: ServerMessage): void {
    if (this.socket && !this.socket.closed) this.socket.send(JSON.stringify(message));
  }
}
