/**
 * One Realtime session over one socket. Opens it, sets it up, reads the formats back, and from then on passes caller
 * audio in the tick in which it comes. It reports what it hears and its own end exactly once; it never tries again:
 * that is the model actor's business.
 */
import type { Socket } from 'node:net';
import { type RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { ConnectModel, ModelBrief, ModelCommand, ModelLine, ModelReport } from '../../actors/model/messages.ts';
import { sendAppend } from './append-frames.ts';
import { DeltaReader } from './delta-reader.ts';
import { FramePairing, PairedAudio } from './frame-pairing.ts';
import type { PairFrames } from './pairing-policy.ts';
import { AUDIO_FORMAT, type SessionChoices, sessionOf } from './session.ts';
import { audioReport, clientEvent, FATAL_CODES, reportOf } from './wire.ts';

export interface RealtimeOptions extends SessionChoices {
  /** `wss://…/v1/realtime`; the model is added as a query parameter. */
  readonly url: string;
  readonly apiKey: string;
  /** Whether caller frames travel in pairs; by default while the node is busy. */
  readonly pairFrames?: PairFrames | undefined;
}

export const REALTIME_LIMITS = {
  handshakeMs: 8_000,
  /** Caller audio kept until the session is ready: 15 s of 20 ms frames; older ones are dropped. */
  keptFrames: 750,
  /** Bytes waiting in our socket above which caller audio is dropped rather than queued. */
  bufferedBytes: 1 << 20,
  messageBytes: 16 << 20,
} as const;

export function realtimeConnector(options: RealtimeOptions): ConnectModel {
  const pairing = new FramePairing(options.pairFrames ?? 'when_busy');
  return (brief, report) => new RealtimeLine(options, pairing, brief, report);
}

const sessionUpdated = z.object({
  session: z.object({
    audio: z.object({
      input: z.object({ format: z.object({ type: z.string() }) }),
      output: z.object({ format: z.object({ type: z.string() }) }),
    }),
  }),
});

class RealtimeLine implements ModelLine {
  private readonly socket: WebSocket;
  private readonly report: (report: ModelReport) => void;
  private readonly deltas = new DeltaReader();
  private readonly callerAudio: PairedAudio;
  /** Under the WebSocket, from its handshake on. */
  private raw: Socket | undefined;
  private kept: string[] | null = [];
  private over = false;

  constructor(
    options: RealtimeOptions,
    pairing: FramePairing,
    brief: ModelBrief,
    report: (report: ModelReport) => void,
  ) {
    this.report = report;
    this.callerAudio = new PairedAudio(pairing, (payload) => this.append(payload));
    this.socket = new WebSocket(realtimeUrl(options), {
      headers: { authorization: `Bearer ${options.apiKey}` },
      handshakeTimeout: REALTIME_LIMITS.handshakeMs,
      maxPayload: REALTIME_LIMITS.messageBytes,
      perMessageDeflate: false,
    });
    this.socket.once('upgrade', (response) => {
      this.raw = response.socket;
    });
    this.socket.on('open', () => {
      this.sendEvent({ type: 'session.update', session: sessionOf(brief, options) });
      report({ type: 'connected' });
    });
    this.socket.on('message', (data, isBinary) => this.take(data, isBinary));
    this.socket.on('unexpected-response', (request, response) => {
      request.destroy();
      this.lose(refusalKind(response.statusCode), `http_${response.statusCode}`);
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.lose('connect', error.code ?? 'socket_error'));
    this.socket.on('close', (code) => this.lose('closed', `close_${code}`));
  }

  send(command: ModelCommand): void {
    this.sendEvent(clientEvent(command));
  }

  audio(payload: string): void {
    if (this.kept) {
      this.kept.push(payload);
      if (this.kept.length > REALTIME_LIMITS.keptFrames) this.kept.shift();
    } else {
      this.callerAudio.take(payload);
    }
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.kept = [];
    this.callerAudio.close();
    if (this.socket.readyState !== WebSocket.OPEN) return this.socket.terminate();
    // A peer that went quiet must not keep a paid session open.
    const abandon = setTimeout(() => this.socket.terminate(), CLOSE_GRACE_MS);
    this.socket.once('close', () => clearTimeout(abandon));
    this.socket.close(1000);
  }

  private take(data: RawData, isBinary: boolean): void {
    if (this.over || isBinary) return;
    const delta = Buffer.isBuffer(data) ? this.deltas.read(data) : null;
    if (delta) return this.report(audioReport(delta.itemId, delta.payload));
    const event = parsedEvent(data);
    if (!event) return this.report({ type: 'refused', code: 'unreadable_event' });
    if (event.type === 'session.updated') return this.sessionUpdated(event);
    const report = reportOf(event);
    if (report?.type === 'lost') this.lose(report.kind, report.code);
    else if (report) this.report(report);
  }

  private sessionUpdated(event: unknown): void {
    const parsed = sessionUpdated.safeParse(event);
    const { input, output } = parsed.success ? parsed.data.session.audio : { input: null, output: null };
    if (input?.format.type !== AUDIO_FORMAT.type || output?.format.type !== AUDIO_FORMAT.type) {
      return this.lose('protocol', 'audio_format_differs');
    }
    if (!this.kept) return;
    for (const payload of this.kept) this.callerAudio.take(payload);
    this.kept = null;
    this.report({ type: 'session_ready' });
  }

  private append(payload: string): void {
    if (this.raw === undefined || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.raw.writableLength < REALTIME_LIMITS.bufferedBytes) sendAppend(this.socket, this.raw, payload);
  }

  /** What the caller said before it goes before it. */
  private sendEvent(event: unknown): void {
    this.callerAudio.flush();
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(event));
  }

  private lose(kind: Extract<ModelReport, { type: 'lost' }>['kind'], code: string): void {
    if (this.over) return;
    this.over = true;
    this.callerAudio.close();
    this.report({ type: 'lost', kind: FATAL_CODES.has(code) ? 'fatal' : kind, code });
    this.socket.terminate();
  }
}

/** The address of a session with the wished model. */
export function realtimeUrl({ url, model }: Pick<RealtimeOptions, 'url' | 'model'>): URL {
  const address = new URL(url);
  address.searchParams.set('model', model);
  return address;
}

/** How long the far end may take over a goodbye before the socket is dropped. */
const CLOSE_GRACE_MS = 1_000;

function refusalKind(status: number | undefined): 'fatal' | 'rate_limit' | 'connect' {
  if (status === 401 || status === 403) return 'fatal';
  return status === 429 ? 'rate_limit' : 'connect';
}

/** What every message of the service is; the rest is parsed by its type. */
interface ServerEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

function parsedEvent(data: RawData): ServerEvent | null {
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
