/**
 * One Realtime session over one socket. Opens it, sets it up, reads the formats back, and from then on passes caller
 * audio in the tick in which it comes. It reports what it hears and its own end exactly once; it never tries again:
 * that is the model actor's business.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type RawData, WebSocket } from 'ws';
import { z } from 'zod';
import {
  type ConnectModel,
  FELL_SILENT,
  type ModelBrief,
  type ModelCommand,
  type ModelLine,
  type ModelReport,
} from '../../actors/model/messages.ts';
import { type AudioFormat, durationMsOf } from '../domain/audio-format.ts';
import { sendAppend } from './append-frames.ts';
import { type AudioDelta, DeltaReader } from './delta-reader.ts';
import { FramePairing, PairedAudio } from './frame-pairing.ts';
import { GatheredSpeech, SpeechGathering } from './gathered-speech.ts';
import { ownEvents } from './own-events.ts';
import type { PairFrames } from './pairing-policy.ts';
import { closeCode, handshakeRefusal } from './refusals.ts';
import { type RelayTold, RelayWatch } from './relay-watch.ts';
import { type SessionChoices, sessionOf } from './session.ts';
import { SilenceWatch, type Watched } from './silence-watch.ts';
import { voiceLength } from './voice-length.ts';
import {
  clientEvent,
  FATAL_CODES,
  isReported,
  reportOf,
  TRANSCRIBED,
  transcriptionUsageOf,
  typeUpFront,
} from './wire.ts';

export interface RealtimeOptions extends SessionChoices {
  /** `wss://…/v1/realtime`; the model is added as a query parameter. */
  readonly url: string;
  readonly apiKey: string;
  /** Whether caller frames travel in pairs; by default while the node is busy. */
  readonly pairFrames?: PairFrames | undefined;
  /** Told how long audio stayed on this node: of a sample of frames, and of the beginning of each sentence. */
  readonly onRelayed?: RelayTold | undefined;
}

export const REALTIME_LIMITS = {
  handshakeMs: 8_000,
  /**
   * Bytes waiting in our socket above which caller audio is dropped rather than queued. A browser that was away sends at
   * once what was said meanwhile: three minutes of 24 kHz PCM are 12 MB.
   */
  bufferedBytes: 16 << 20,
  messageBytes: 16 << 20,
} as const;

export function realtimeConnector(options: RealtimeOptions): ConnectModel {
  const watch = new SilenceWatch();
  const pairing = new FramePairing(options.pairFrames ?? 'when_busy');
  const gathering = new SpeechGathering();
  const relay = new RelayWatch(options.onRelayed ?? (() => undefined));
  return (brief, report) => new RealtimeLine(options, { watch, pairing, gathering, relay }, brief, report);
}

const sessionUpdated = z.object({
  session: z.object({
    audio: z.object({
      input: z.object({ format: z.object({ type: z.string() }) }),
      output: z.object({ format: z.object({ type: z.string() }) }),
    }),
  }),
});

const SESSION_UPDATED = 'session.updated';

/** What all sessions of a node have in common. */
interface Shared {
  readonly watch: SilenceWatch;
  readonly pairing: FramePairing;
  readonly gathering: SpeechGathering;
  readonly relay: RelayWatch;
}

class RealtimeLine implements ModelLine, Watched {
  private readonly socket: WebSocket;
  private readonly report: (report: ModelReport) => void;
  private readonly format: AudioFormat;
  private readonly watch: SilenceWatch;
  private readonly isOwn = ownEvents();
  private readonly voiceMs = voiceLength();
  private readonly deltas = new DeltaReader();
  private readonly callerAudio: PairedAudio;
  private readonly speech: GatheredSpeech;
  private readonly relay: RelayWatch;
  /** Whose audio came last. */
  private spokenItem = '';
  /** Under the WebSocket, from its handshake on. */
  private raw: Socket | undefined;
  private ready = false;
  private over = false;
  silentTicks = 0;
  ponged = false;

  constructor(
    options: RealtimeOptions,
    { watch, pairing, gathering, relay }: Shared,
    brief: ModelBrief,
    report: (report: ModelReport) => void,
  ) {
    this.format = brief.format;
    this.report = report;
    this.watch = watch;
    this.relay = relay;
    this.callerAudio = new PairedAudio(pairing, (payload) => this.append(payload));
    this.speech = new GatheredSpeech(gathering, brief.format, {
      audio: (itemId, ms, payload) => report({ type: 'audio', itemId, ms, payload }),
      words: (itemId, text) => report({ type: 'words_delta', itemId, text }),
    });
    this.socket = realtimeSocket(options);
    this.socket.once('upgrade', (response) => {
      this.raw = response.socket;
    });
    this.socket.on('open', () => {
      this.sendEvent({ type: 'session.update', session: sessionOf(brief, options) });
      report({ type: 'connected' });
    });
    this.socket.on('message', (data, isBinary) => this.take(data, isBinary));
    this.socket.on('pong', () => {
      this.ponged = true;
    });
    this.socket.on('unexpected-response', (request, response) => {
      void this.turnedAway(request, response);
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.lose({ kind: 'connect', code: error.code ?? 'socket_error' });
    });
    this.socket.on('close', (code, reason) => {
      this.lose({ kind: 'closed', code: closeCode(code, reason.toString('utf8')) });
    });
  }

  send(command: ModelCommand): void {
    if (command.type === 'create_response') this.isOwn.asked();
    this.sendEvent(clientEvent(command));
  }

  audio(payload: string): void {
    this.relay.frameRead(this);
    this.callerAudio.take(payload);
  }

  /** Asks for what a session answers whatever it is doing, and what changes nothing. */
  probe(): void {
    this.sendEvent({ type: 'session.update', session: { type: 'realtime' } });
    if (this.socket.readyState === WebSocket.OPEN) this.socket.ping();
  }

  fellSilent(): void {
    this.lose({ kind: 'timeout', code: FELL_SILENT });
  }

  close(): void {
    if (this.over) return;
    this.end();
    if (this.socket.readyState !== WebSocket.OPEN) return this.socket.terminate();
    // A peer that went quiet must not keep a paid session open.
    const abandon = setTimeout(() => this.socket.terminate(), CLOSE_GRACE_MS);
    this.socket.once('close', () => clearTimeout(abandon));
    this.socket.close(1000);
  }

  private async turnedAway(request: ClientRequest, response: IncomingMessage): Promise<void> {
    const refusal = await handshakeRefusal(response);
    request.destroy();
    this.lose(refusal);
  }

  private take(data: RawData, isBinary: boolean): void {
    if (this.over || isBinary) return;
    this.silentTicks = 0;
    const delta = Buffer.isBuffer(data) && this.isOwn.all ? this.deltas.read(data) : null;
    if (delta) return this.speak(delta);
    if (Buffer.isBuffer(data) && this.isKnownAhead(typeUpFront(data))) return;
    const event = parsedEvent(data);
    if (!event) return this.report({ type: 'refused', code: 'unreadable_event' });
    if (event.type === SESSION_UPDATED) return this.sessionUpdated(event);
    if (!this.isOwn.hears(event)) return;
    const report = reportOf(event, this.format);
    if (report?.type === 'words_delta') return this.speech.words(report.itemId, report.text);
    if (report) this.speech.flush();
    const transcribed = event.type === TRANSCRIBED ? transcriptionUsageOf(event) : null;
    if (transcribed) this.report({ type: 'transcribed', usage: transcribed });
    if (report?.type === 'lost') this.lose(report);
    else if (report?.type === 'caller_speech_stopped') this.report({ ...report, speechMs: this.voiceMs.ended(event) });
    else if (report) {
      if (report.type === 'caller_speech_started') this.voiceMs.began(event);
      this.report(report);
    }
  }

  private speak({ itemId, payload }: AudioDelta): void {
    const readAt = itemId === this.spokenItem ? null : performance.now();
    this.spokenItem = itemId;
    this.speech.audio(itemId, durationMsOf(payload, this.format), payload);
    if (readAt !== null) this.relay.sentencePassed(readAt);
  }

  /**
   * Whether an event needs no reading beyond its type: one of which there is nothing to report, or a sign of life, which
   * reads back the whole session, ten times as long as all other events of a turn.
   */
  private isKnownAhead(type: string | undefined): boolean {
    if (type === undefined || isReported(type)) return false;
    if (type !== SESSION_UPDATED) return true;
    if (this.ready) this.watch.answered();
    return this.ready;
  }

  private sessionUpdated(event: unknown): void {
    if (this.ready) return this.watch.answered();
    const parsed = sessionUpdated.safeParse(event);
    const { input, output } = parsed.success ? parsed.data.session.audio : { input: null, output: null };
    if (input?.format.type !== this.format || output?.format.type !== this.format) {
      return this.lose({ kind: 'protocol', code: 'audio_format_differs' });
    }
    this.ready = true;
    this.watch.add(this);
    this.report({ type: 'session_ready' });
  }

  private append(payload: string): void {
    const { raw } = this;
    const isOpen = raw !== undefined && this.socket.readyState === WebSocket.OPEN;
    if (!isOpen || raw.writableLength >= REALTIME_LIMITS.bufferedBytes) return this.relay.frameLost(this);
    sendAppend(this.socket, raw, payload);
    this.relay.frameSent(this);
  }

  /** What the caller said before it goes before it. */
  private sendEvent(event: unknown): void {
    this.callerAudio.flush();
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.gather();
    this.socket.send(JSON.stringify(event));
  }

  /** What is said within one tick leaves as one write: what a call remembers is told in dozens of small messages. */
  private gather(): void {
    const { raw } = this;
    if (raw === undefined || raw.writableCorked > 0) return;
    raw.cork();
    process.nextTick(() => raw.uncork());
  }

  private lose({ kind, code, retryAfterMs }: Omit<Extract<ModelReport, { type: 'lost' }>, 'type'>): void {
    if (this.over) return;
    this.speech.flush();
    this.end();
    this.socket.terminate();
    this.report({ type: 'lost', kind: FATAL_CODES.has(code) ? 'fatal' : kind, code, retryAfterMs });
  }

  private end(): void {
    this.over = true;
    this.watch.remove(this);
    this.relay.frameLost(this);
    this.callerAudio.close();
    this.speech.close();
  }
}

/** A socket to a session with the wished model. */
export function realtimeSocket({ url, model, apiKey }: Pick<RealtimeOptions, 'url' | 'model' | 'apiKey'>): WebSocket {
  const address = new URL(url);
  address.searchParams.set('model', model);
  return new WebSocket(address, {
    headers: { authorization: `Bearer ${apiKey}` },
    handshakeTimeout: REALTIME_LIMITS.handshakeMs,
    maxPayload: REALTIME_LIMITS.messageBytes,
    perMessageDeflate: false,
  });
}

/** How long the far end may take over a goodbye before the socket is dropped. */
const CLOSE_GRACE_MS = 1_000;

/** What every message of the service is; the rest is parsed by its type. */
interface ServerEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** One message of the service; null where it is no event at all. */
export function parsedEvent(data: RawData): ServerEvent | null {
  try {
    // One message is one Buffer: that is how `ws` delivers text unless told otherwise.
    const event: unknown = Buffer.isBuffer(data) ? JSON.parse(data.toString('utf8')) : null;
    return isServerEvent(event) ? event : null;
  } catch {
    return null;
  }
}

/** Not by a schema: forty events a reply are asked no more than this. */
function isServerEvent(event: unknown): event is ServerEvent {
  return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
}
