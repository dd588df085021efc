/**
 * One session of the Realtime API: parses what the client sends, keeps the conversation, and answers with events in the
 * service's order. Single-threaded: every event is handled to its end before the next; what takes time (speech,
 * transcripts, limits) runs on timers that `end()` stops.
 */
import { Listener } from '../speech.ts';
import { audioMs, audioReader } from './audio.ts';
import { freshId, type Random } from './chance.ts';
import { type ClientEvent, parseClientEvent } from './client-events.ts';
import { Conversation, type Entry, entryOf, noSuchItem, type Understood } from './conversation.ts';
import type { SocketFault } from './faults.ts';
import { InputAudio, type InputEvent, type Utterance } from './input-audio.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { ResponseEnd } from './response-run.ts';
import { Responses } from './responses.ts';
import type { Outgoing } from './server-events.ts';
import { SessionClocks } from './session-clocks.ts';
import { defaultSession, mergeSession, type SessionConfig } from './session-config.ts';
import { SessionJournal } from './session-journal.ts';
import { Transcription } from './transcription.ts';
import type { Line, World } from './world.ts';

const MIN_COMMIT_MS = 100;
const MAX_APPEND_BYTES = 15 * 1024 * 1024;

export interface SessionSummary {
  readonly id: string;
  readonly model: string;
  /** ISO time. */
  readonly openedAt: string;
  readonly items: number;
  readonly responsesDone: number;
  readonly responding: boolean;
  readonly callerAudioMs: number;
  readonly inputFormat: string;
  readonly outputFormat: string;
}

export class RealtimeSession {
  private readonly line: Line;
  private readonly world: World;
  private readonly nth: number;
  private readonly openedAtMs = Date.now();
  private readonly conversation = new Conversation();
  private readonly input: InputAudio;
  private readonly responses: Responses;
  private readonly transcription: Transcription;
  private readonly clocks: SessionClocks;
  private readonly journal: SessionJournal;
  private config: SessionConfig;
  private isMute = false;
  private isOver = false;

  /** `nth` counts the simulator's connections, from 1. */
  constructor(line: Line, world: World, model: string, nth: number, random: Random) {
    this.line = line;
    this.world = world;
    this.nth = nth;
    this.config = defaultSession(model, Math.floor((this.openedAtMs + world.sessionLimitMs) / 1000));
    this.input = new InputAudio(this.config.audio.input);
    this.journal = new SessionJournal(world.log, this.config.id);
    const emit = (event: Outgoing): void => this.emit(event);
    this.transcription = new Transcription(emit, random, world.timing.pace);
    this.responses = new Responses({
      world,
      random,
      emit,
      sessionId: this.config.id,
      conversation: this.conversation,
      config: () => this.config,
      ageMs: () => this.ageMs,
      onEnd: (end) => this.responseEnded(end),
    });
    this.clocks = new SessionClocks({
      limitMs: world.sessionLimitMs,
      agesMs: world.faults.agesMs(),
      onLimit: () => this.expire(),
      onAge: () => this.meetFault(),
      onIdle: () => this.idle(),
    });
  }

  get id(): string {
    return this.config.id;
  }

  get summary(): SessionSummary {
    return {
      id: this.id,
      model: this.config.model,
      openedAt: new Date(this.openedAtMs).toISOString(),
      items: this.conversation.all.length,
      responsesDone: this.responses.done,
      responding: this.responses.activeId !== undefined,
      callerAudioMs: this.input.clockMs,
      inputFormat: this.config.audio.input.format.type,
      outputFormat: this.config.audio.output.format.type,
    };
  }

  /** The first words of a session. */
  open(): void {
    this.journal.opened(this.config.model);
    this.emit({ type: 'session.created', session: this.config });
    this.meetFault();
  }

  /** One message of the client. */
  receive(text: string): void {
    if (this.isOver) return;
    const parsed = parseClientEvent(text);
    if ('refusal' in parsed) return this.error(parsed.refusal, parsed.eventId);
    const refusal = this.handle(parsed.event);
    if (refusal !== undefined) this.error(refusal, parsed.event.event_id ?? null);
  }

  /** The service speaks text only. */
  receiveBinary(): void {
    this.error(refuse('invalid_event', 'Binary messages are not supported: send events as JSON text.'), null);
  }

  receiveOversized(bytes: number): void {
    this.error(refuse('event_too_large', `Event of ${bytes} bytes: the maximum is 15 MiB.`), null);
  }

  /** The socket is gone: stops every timer and says nothing more. */
  end(code: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.clocks.stop();
    this.transcription.stop();
    this.responses.drop();
    this.journal.closed(code, this.input.clockMs);
  }

  private get ageMs(): number {
    return Date.now() - this.openedAtMs;
  }

  private handle(event: ClientEvent): Refusal | undefined {
    switch (event.type) {
      case 'input_audio_buffer.append':
        return this.append(event.audio);
      case 'input_audio_buffer.commit':
        return this.commit();
      case 'input_audio_buffer.clear':
        this.input.clear();
        return this.answer({ type: 'input_audio_buffer.cleared' });
      case 'session.update':
        return this.update(event.session);
      case 'conversation.item.create':
        return this.createItem(event);
      case 'conversation.item.delete':
        return this.deleteItem(event.item_id);
      case 'conversation.item.retrieve':
        return this.retrieveItem(event.item_id);
      case 'conversation.item.truncate':
        return this.truncateItem(event);
      case 'response.create':
        this.clocks.cancelIdle();
        return this.responses.create(event.response ?? {});
      case 'response.cancel':
      default:
        return this.responses.cancel(event.response_id);
    }
  }

  private update(session: unknown): Refusal | undefined {
    const merged = mergeSession(this.config, session, this.conversation);
    if ('refusal' in merged) return merged.refusal;
    this.config = merged.config;
    this.input.configure(this.config.audio.input);
    const differs = this.world.faults.strike(['formats_differ'], { nth: this.nth, ...this.faultAge() }) !== undefined;
    return this.answer({ type: 'session.updated', session: differs ? withOtherFormats(this.config) : this.config });
  }

  private append(audio: string): Refusal | undefined {
    if (audio.length > (MAX_APPEND_BYTES / 3) * 4) {
      return refuse('invalid_value', `Audio of more than ${MAX_APPEND_BYTES} bytes in one event.`, 'audio');
    }
    const bytes = Buffer.from(audio, 'base64');
    if (Math.floor((unpadded(audio) * 3) / 4) !== bytes.length) {
      return refuse('invalid_value', "Invalid 'audio'. Expected base64-encoded audio bytes.", 'audio');
    }
    for (const event of this.input.append(bytes)) this.heard(event);
    return undefined;
  }

  private heard(event: InputEvent): void {
    const detection = this.config.audio.input.turn_detection;
    if (event.kind === 'speech_started') {
      this.clocks.cancelIdle();
      const { itemId, audioStartMs } = event;
      this.emit({ type: 'input_audio_buffer.speech_started', audio_start_ms: audioStartMs, item_id: itemId });
      if (detection?.interrupt_response === true) this.responses.interrupt();
    } else if (event.kind === 'speech_stopped') {
      const { itemId, audioEndMs } = event;
      this.emit({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: audioEndMs, item_id: itemId });
    } else {
      this.committed(event.utterance);
      if (detection?.create_response === true) this.respond();
    }
  }

  private commit(): Refusal | undefined {
    const { bufferedMs } = this.input;
    if (bufferedMs < MIN_COMMIT_MS) {
      const message = `Error committing input audio buffer: buffer too small. Expected at least ${MIN_COMMIT_MS}ms of audio, but buffer only has ${bufferedMs.toFixed(2)}ms of audio.`;
      return refuse('input_audio_buffer_commit_empty', message);
    }
    this.committed(this.input.commit());
    return undefined;
  }

  private committed(utterance: Utterance): void {
    const { itemId } = utterance;
    const previous = this.conversation.lastId;
    this.emit({ type: 'input_audio_buffer.committed', previous_item_id: previous, item_id: itemId });
    const understood = { text: utterance.text, ms: utterance.ms };
    const entry: Entry = {
      id: itemId,
      understood,
      item: {
        id: itemId,
        object: 'realtime.item',
        type: 'message',
        role: 'user',
        status: 'completed',
        content: [{ type: 'input_audio' }],
      },
    };
    this.addEntry(entry, undefined);
    this.journal.callerSpoke(utterance);
    const { transcription } = this.config.audio.input;
    if (transcription === null) return;
    const fault = this.world.faults.strike(
      ['transcription_delayed', 'transcription_failed', 'transcription_reordered'],
      { nth: this.world.faults.count('transcript'), ...this.faultAge() },
    );
    this.transcription.transcribe(utterance, transcription, fault);
  }

  private createItem(event: Extract<ClientEvent, { type: 'conversation.item.create' }>): Refusal | undefined {
    const refusal = this.conversation.refusalOf(event.item, event.previous_item_id);
    if (refusal !== undefined) return refusal;
    const understood = this.understoodIn(event);
    const entry: Entry = understood === undefined ? entryOf(event.item) : { ...entryOf(event.item), understood };
    this.addEntry(entry, event.previous_item_id);
    if (event.item.type === 'function_call_output') this.journal.outputGiven(event.item.call_id, event.item.output);
    return undefined;
  }

  /** Speech inside an item that a client made, rather than appended. */
  private understoodIn(event: Extract<ClientEvent, { type: 'conversation.item.create' }>): Understood | undefined {
    const { item } = event;
    if (item.type !== 'message' || item.role !== 'user') return undefined;
    if (!item.content.some((part) => part.type === 'input_audio')) return undefined;
    const { format } = this.config.audio.input;
    let ms = 0;
    const texts = item.content.map((part) => {
      if (part.type === 'input_text') return part.text;
      const bytes = Buffer.from(part.audio, 'base64');
      ms += audioMs(format, bytes.length);
      const heard = new Listener().push(audioReader(format).read(bytes));
      return heard.flatMap((one) => (one.damaged ? [] : [one.text])).join(' ');
    });
    return { text: texts.join(' ').trim(), ms };
  }

  private addEntry(entry: Entry, after: string | null | undefined): void {
    const previous = this.conversation.add(entry, after);
    this.emit({ type: 'conversation.item.added', previous_item_id: previous, item: entry.item });
    this.emit({ type: 'conversation.item.done', previous_item_id: previous, item: entry.item });
  }

  private deleteItem(id: string): Refusal | undefined {
    if (!this.conversation.remove(id)) return noSuchItem('delete', id);
    return this.answer({ type: 'conversation.item.deleted', item_id: id });
  }

  private retrieveItem(id: string): Refusal | undefined {
    const entry = this.conversation.get(id);
    if (entry === undefined) return noSuchItem('retrieve', id);
    return this.answer({ type: 'conversation.item.retrieved', item: entry.item });
  }

  private truncateItem(event: Extract<ClientEvent, { type: 'conversation.item.truncate' }>): Refusal | undefined {
    const refusal = this.conversation.truncate(event);
    const realMs = this.conversation.get(event.item_id)?.spoken?.ms ?? 0;
    this.journal.truncated(event.item_id, event.audio_end_ms, realMs, refusal === undefined);
    if (refusal !== undefined) return refusal;
    const { item_id, content_index, audio_end_ms } = event;
    return this.answer({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
  }

  /** The service answers by itself, after a turn or an idle time. */
  private respond(): void {
    const refusal = this.responses.create({});
    if (refusal !== undefined) this.error(refusal, null);
  }

  private responseEnded(end: ResponseEnd): void {
    const detection = this.config.audio.input.turn_detection;
    const idleMs = detection?.type === 'server_vad' ? detection.idle_timeout_ms : null;
    if (idleMs !== null && end.run.plan.conversation !== undefined && end.status === 'completed') {
      const stillPlayingMs = end.run.spokenMs * (1 - 1 / end.run.plan.timing.deltaSpeed);
      this.clocks.startIdle(idleMs + Math.max(0, stillPlayingMs), this.input.clockMs);
    }
    this.meetFault();
  }

  private idle(): void {
    const itemId = freshId('item');
    const audioEndMs = this.input.clockMs;
    const audioStartMs = Math.min(this.clocks.idleFromMs, audioEndMs);
    this.emit({
      type: 'input_audio_buffer.timeout_triggered',
      audio_start_ms: audioStartMs,
      audio_end_ms: audioEndMs,
      item_id: itemId,
    });
    this.input.clear();
    this.committed({ itemId, text: '', damaged: false, ms: audioEndMs - audioStartMs });
    this.respond();
  }

  private expire(): void {
    const minutes = Math.round(this.world.sessionLimitMs / 60_000);
    this.error(refuse('session_expired', `Your session hit the maximum duration of ${minutes} minutes.`), null);
    this.line.close(1001, 'session_expired');
  }

  /** Whether a fault strikes the socket now; asked when something may have made one due. */
  private meetFault(): void {
    if (this.isOver || this.isMute) return;
    const fault = this.world.faults.strike(['black_hole', 'reset', 'close', 'error'], {
      nth: this.nth,
      ...this.faultAge(),
    });
    if (fault !== undefined) this.suffer(fault);
  }

  /** This goes wrong now. */
  suffer(fault: SocketFault): void {
    if (this.isOver || this.isMute) return;
    this.world.log.add({ kind: 'fault', session: this.id, fault: fault.kind });
    if (fault.kind === 'black_hole') this.isMute = true;
    else if (fault.kind === 'reset') this.line.terminate();
    else if (fault.kind === 'close') this.line.close(fault.code, fault.reason);
    else {
      const { type = fault.code, code, message = `Simulated ${fault.code}.` } = fault;
      this.error({ type, code, message, param: null }, null);
      if (fault.closeCode !== undefined) this.line.close(fault.closeCode, code);
    }
  }

  private faultAge() {
    return { sessionAgeMs: this.ageMs, responsesDone: this.responses.done };
  }

  private answer(event: Outgoing): undefined {
    this.emit(event);
    return undefined;
  }

  private error(refusal: Refusal, eventId: string | null): void {
    this.journal.refused(refusal);
    this.emit({ type: 'error', error: { ...refusal, event_id: eventId } });
  }

  private emit(event: Outgoing): void {
    if (this.isOver || this.isMute) return;
    this.journal.sent(event);
    this.line.send(JSON.stringify({ event_id: freshId('event'), ...event }));
  }
}

function unpadded(base64: string): number {
  if (base64.endsWith('==')) return base64.length - 2;
  return base64.endsWith('=') ? base64.length - 1 : base64.length;
}

/** What a client must notice before its caller hears noise. */
function withOtherFormats(config: SessionConfig): SessionConfig {
  const isPcm = config.audio.output.format.type === 'audio/pcm';
  const format = isPcm ? { type: 'audio/pcmu' as const } : { type: 'audio/pcm' as const, rate: 24_000 as const };
  return {
    ...config,
    audio: { input: { ...config.audio.input, format }, output: { ...config.audio.output, format } },
  };
}
