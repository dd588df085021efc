/**
 * One media stream, from its socket to its end. Modes: `awaiting_start` (nothing but `connected` and `start` may come)
 * → `checking` (the token is being spent; messages wait, bounded) → `open` (audio goes to the inlet in the tick it came)
 * → `ended`. A peer that has not shown a good token is cut off at its first mistake and at the start deadline; an open
 * stream drops what it cannot use, and is cut off when its messages contradict themselves or mistakes pile up. What the
 * network loses of the caller's audio is silence to the inlet; a stream of which nothing comes any more is broken. The
 * inlet hears `closed` exactly once, whoever ended the stream. What breaks here ends this stream only.
 */
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import { Allowance } from '../domain/allowance.ts';
import { durationMsOf, isAudioPayload } from '../domain/audio-format.ts';
import type { CallContext, Events } from '../domain/events.ts';
import { MediaFrameReader } from './media-frame.ts';
import { type LineSocket, phoneLine } from './phone-line.ts';
import { BEAT_MS, type Pulse } from './pulse.ts';
import { silence } from './silence.ts';
import { STREAM_TIME_LIMITS, StreamTime } from './stream-time.ts';
import { TICKET_LIFE_S, type TicketClaims, type TicketVerdict } from './ticket.ts';
import type { TicketLedger } from './ticket-ledger.ts';
import { parseStreamMessage, type StreamMessage } from './wire.ts';

/** Why a stream did not become a call. */
type StreamRefusal =
  | 'no_start'
  | 'missing_token'
  | 'bad_token'
  | 'expired_token'
  | 'used_token'
  | 'wrong_call'
  | 'wrong_format'
  | 'ledger_failed'
  | 'not_admitted';

/** What a peer did that Twilio does not do. */
type MediaViolation =
  | 'binary'
  | 'malformed'
  | 'oversized'
  | 'before_start'
  | 'second_start'
  | 'wrong_stream'
  | 'bad_payload'
  | 'unknown_event'
  | 'flood';

interface StreamDetails extends TicketClaims {
  readonly streamSid: string;
}

interface MediaStreamPorts {
  readonly socket: LineSocket;
  readonly events: Events;
  readonly ledger: TicketLedger;
  verify(token: string): TicketVerdict;
  /** Begins the call on this line; null where it may not be. */
  open(stream: StreamDetails, line: PhoneLine): PhoneInlet | null;
  /** ms; any origin. */
  readonly now: () => number;
  readonly pulse: Pulse;
}

export const MEDIA_LIMITS = {
  /** From the socket to a spent token. */
  startMs: 5_000,
  /** Messages kept while the token is being spent: more than 5 s of audio. */
  waiting: 300,
  /** 50 frames a second are normal; after a stall Twilio catches up. */
  audioBurst: 1_500,
  audioPerSecond: 100,
  /** Marks, digits and stop: `clear` returns all pending marks at once. */
  controlBurst: 2_000,
  controlPerSecond: 100,
  /** Frames beyond the allowance that are dropped before the peer is cut off. */
  dropped: 20_000,
  /** Unusable messages that an open stream forgives. */
  violations: 50,
  /** Without a frame for so long, the model hears silence meanwhile. */
  framelessMs: 200,
  /** Without any message for so long, the stream is broken, whether or not its socket knows. */
  quietMs: 10_000,
} as const;

const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;
const GOING_AWAY = 1001;
const NORMAL = 1000;

/** Mistakes that an open stream does not survive: its messages are another stream's, or meant to harm. */
const FATAL: ReadonlySet<MediaViolation> = new Set(['second_start', 'wrong_stream', 'oversized', 'flood']);

type Start = Extract<StreamMessage, { event: 'start' }>['start'];

export class MediaStream {
  private mode: 'awaiting_start' | 'checking' | 'open' | 'ended' = 'awaiting_start';
  private readonly ports: MediaStreamPorts;
  private readonly deadline: NodeJS.Timeout;
  private readonly audioAllowance: Allowance;
  private readonly controlAllowance: Allowance;
  private readonly silenceAllowance: Allowance;
  private context: CallContext = {};
  private streamSid = '';
  private frames = new MediaFrameReader('');
  private readonly time = new StreamTime();
  private leavePulse: (() => void) | undefined;
  /** Since the last frame, and since the last message of any kind, ms. */
  private framelessMs = 0;
  private quietMs = 0;
  private inlet: PhoneInlet | undefined;
  private waiting: Buffer[] = [];
  /** The stream ends as it should: by `stop`, or closed from here. */
  private orderly = false;
  private violations = 0;
  private dropped = 0;
  private unknownSeen = false;

  constructor(ports: MediaStreamPorts) {
    this.ports = ports;
    this.audioAllowance = new Allowance(MEDIA_LIMITS.audioBurst, MEDIA_LIMITS.audioPerSecond, ports.now);
    this.controlAllowance = new Allowance(MEDIA_LIMITS.controlBurst, MEDIA_LIMITS.controlPerSecond, ports.now);
    const { silenceMs, frameMs } = STREAM_TIME_LIMITS;
    this.silenceAllowance = new Allowance(silenceMs / frameMs, 1_000 / frameMs, ports.now);
    this.deadline = setTimeout(() => this.late(), MEDIA_LIMITS.startMs);
  }

  /** `bytes` are read in this tick only. Never throws. */
  message(bytes: ArrayBuffer, isBinary: boolean): void {
    if (this.mode === 'ended') return;
    this.quietMs = 0;
    try {
      if (isBinary) this.violated('binary');
      else this.take(Buffer.from(bytes));
    } catch (error) {
      this.broke(error);
    }
  }

  oversized(): void {
    if (this.mode !== 'ended') this.violated('oversized');
  }

  congested(result: 'queued' | 'dropped'): void {
    this.ports.events.emit('media.backpressure', { ...this.context, result });
  }

  /** The socket is gone. */
  closed(): void {
    this.end();
  }

  private take(frame: Buffer): void {
    if (this.mode === 'open') {
      const payload = this.frames.read(frame);
      if (payload === null) this.takeParsed(frame);
      else this.hear(payload, this.frames.timestampMs);
      return;
    }
    if (this.mode === 'awaiting_start') return this.takeParsed(frame);
    if (this.waiting.length >= MEDIA_LIMITS.waiting) return this.violated('flood');
    // The frame's memory is the server's again after this tick.
    this.waiting.push(Buffer.from(frame));
  }

  private hear(payload: string, timestampMs: number | null): void {
    this.framelessMs = 0;
    if (!this.audioAllowance.take()) return this.drop();
    const missingMs = this.time.frame(timestampMs, durationMsOf(payload, 'audio/pcmu'));
    if (missingMs > 0) this.hearSilence(missingMs);
    this.inlet?.audio(payload);
  }

  /** Timestamps are the peer's word: what they ask for in silence is bounded by the time that really passes. */
  private hearSilence(ms: number): void {
    const frames = this.silenceAllowance.takeUpTo(ms / STREAM_TIME_LIMITS.frameMs);
    silence(frames * STREAM_TIME_LIMITS.frameMs, (payload) => this.inlet?.audio(payload));
  }

  /** Another `BEAT_MS` are over. */
  private beat(): void {
    this.quietMs += BEAT_MS;
    this.framelessMs += BEAT_MS;
    if (this.quietMs > MEDIA_LIMITS.quietMs) return this.stall();
    if (this.framelessMs <= MEDIA_LIMITS.framelessMs) return;
    const isFirst = this.framelessMs - BEAT_MS <= MEDIA_LIMITS.framelessMs;
    const missingMs = this.time.nothing(isFirst ? MEDIA_LIMITS.framelessMs : BEAT_MS);
    if (missingMs === 0) return;
    try {
      this.hearSilence(missingMs);
    } catch (error) {
      this.broke(error);
    }
  }

  private stall(): void {
    this.ports.events.emit('media.stalled', { ...this.context, quietMs: MEDIA_LIMITS.quietMs });
    this.cut(GOING_AWAY, 'nothing came any more');
  }

  private takeParsed(frame: Buffer): void {
    const parsed = parseStreamMessage(frame.toString('utf8'));
    const isAudio = parsed.kind === 'message' && parsed.message.event === 'media';
    if (!isAudio && !this.controlAllowance.take()) return this.violated('flood');
    if (parsed.kind === 'malformed') return this.violated('malformed');
    if (parsed.kind === 'unknown') return this.unknown();
    if (this.mode === 'awaiting_start') this.beforeStart(parsed.message);
    else this.afterStart(parsed.message);
  }

  private beforeStart(message: StreamMessage): void {
    if (message.event === 'connected') return;
    if (message.event !== 'start') return this.violated('before_start');
    this.check(message.start);
  }

  private check(start: Start): void {
    const { mediaFormat: format, customParameters } = start;
    if (format && (format.encoding !== 'audio/x-mulaw' || format.sampleRate !== 8000 || format.channels !== 1)) {
      return this.refuse('wrong_format');
    }
    const token = customParameters['token'];
    if (!token) return this.refuse('missing_token');
    const verdict = this.ports.verify(token);
    if (verdict.kind !== 'good') return this.refuse(verdict.kind === 'expired' ? 'expired_token' : 'bad_token');
    if (verdict.claims.callSid !== start.callSid) return this.refuse('wrong_call');
    this.mode = 'checking';
    this.streamSid = start.streamSid;
    this.context = { callSid: start.callSid, clinicId: verdict.claims.clinicId };
    this.ports.ledger.spend(verdict.nonce, TICKET_LIFE_S).then(
      (isFirst) => this.checked(isFirst, { ...verdict.claims, streamSid: start.streamSid }),
      () => this.refuse('ledger_failed'),
    );
  }

  private checked(isFirst: boolean, stream: StreamDetails): void {
    if (this.mode !== 'checking') return;
    if (!isFirst) return this.refuse('used_token');
    try {
      this.connect(stream);
    } catch (error) {
      this.broke(error);
    }
  }

  private connect(stream: StreamDetails): void {
    const line = phoneLine(this.ports.socket, stream.streamSid, () => {
      this.orderly = true;
    });
    const inlet = this.ports.open(stream, line);
    if (inlet === null) return this.refuse('not_admitted', TRY_AGAIN_LATER);
    // Opening may have closed the line at once: the inlet still hears of it.
    if (this.hasEnded()) return inlet.closed(this.orderly ? 'stop' : 'broken');
    clearTimeout(this.deadline);
    this.inlet = inlet;
    this.frames = new MediaFrameReader(stream.streamSid);
    this.mode = 'open';
    this.leavePulse = this.ports.pulse.join(() => this.beat());
    const waited = this.waiting;
    this.waiting = [];
    for (const frame of waited) if (!this.hasEnded()) this.take(frame);
  }

  private afterStart(message: StreamMessage): void {
    if (message.event === 'connected' || message.event === 'start') return this.violated('second_start');
    if (message.streamSid !== this.streamSid) return this.violated('wrong_stream');
    switch (message.event) {
      case 'media':
        if (!isAudioPayload(message.media.payload)) return this.violated('bad_payload');
        this.frames.missed();
        return this.hear(message.media.payload, timeOf(message.media.timestamp));
      case 'mark':
        return this.inlet?.mark(message.mark.name);
      case 'dtmf':
        return this.inlet?.digit(message.dtmf.digit);
      case 'stop':
        this.orderly = true;
        return this.cut(NORMAL, 'stream stopped');
    }
  }

  private unknown(): void {
    if (this.unknownSeen) return;
    this.unknownSeen = true;
    this.ports.events.emit('media.violation', { ...this.context, kind: 'unknown_event' satisfies MediaViolation });
  }

  private drop(): void {
    if (this.dropped === 0) this.ports.events.emit('media.violation', { ...this.context, kind: 'flood' });
    if (++this.dropped > MEDIA_LIMITS.dropped) this.cut(POLICY_VIOLATION, 'flood');
  }

  private violated(kind: MediaViolation): void {
    this.ports.events.emit('media.violation', { ...this.context, kind });
    this.violations++;
    if (this.mode !== 'open' || FATAL.has(kind) || this.violations > MEDIA_LIMITS.violations) {
      this.cut(POLICY_VIOLATION, kind);
    }
  }

  private late(): void {
    this.refuse(this.mode === 'checking' ? 'ledger_failed' : 'no_start');
  }

  private refuse(reason: StreamRefusal, code = POLICY_VIOLATION): void {
    if (this.mode === 'ended') return;
    this.ports.events.emit('call.refused', { ...this.context, reason });
    this.cut(code, reason);
  }

  private broke(error: unknown): void {
    this.ports.events.emit('call.crashed', { ...this.context, actor: 'media_stream', error });
    this.cut(INTERNAL_ERROR, 'internal error');
  }

  private cut(code: number, reason: string): void {
    this.end();
    this.ports.socket.close(code, reason);
  }

  private end(): void {
    if (this.mode === 'ended') return;
    this.mode = 'ended';
    clearTimeout(this.deadline);
    this.leavePulse?.();
    this.waiting = [];
    const { inlet } = this;
    this.inlet = undefined;
    try {
      inlet?.closed(this.orderly ? 'stop' : 'broken');
    } catch (error) {
      this.ports.events.emit('call.crashed', { ...this.context, actor: 'media_stream', error });
    }
  }

  private hasEnded(): boolean {
    return this.mode === 'ended';
  }
}

function timeOf(timestamp: string | undefined): number | null {
  return timestamp === undefined ? null : Number(timestamp);
}
