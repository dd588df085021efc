/**
 * Twilio's side of one bidirectional Media Stream: a WebSocket client that carries a phone's audio to the server and
 * plays into the phone what the server sends.
 *
 * Lifecycle: connecting → started → ended, once; `ended` resolves when the socket failed, was closed by the server, was
 * killed by a fault, or was stopped by Twilio. It is driven by its line's 20 ms exchange and owns no timer but bounds.
 */
import { WebSocket } from 'ws';
import { FRAME_SAMPLES } from '../speech.ts';
import type { Call } from './call.ts';
import type { StreamEndReason } from './call-events.ts';
import { Deferred } from './deferred.ts';
import { InboundPath } from './inbound-path.ts';
import type { FarEnd } from './line.ts';
import { Playout } from './playout.ts';
import { type Random, within } from './random.ts';
import { newSid } from './sid.ts';
import * as wire from './stream-wire.ts';
import { TICK_MS } from './ticker.ts';
import type { Params } from './webhooks.ts';

export interface StreamEnd {
  readonly reason: StreamEndReason;
  readonly closeCode?: number;
  /** Twilio's error code, where it would log one. */
  readonly errorCode?: number;
}

export interface StreamSetup {
  readonly call: Call;
  readonly accountSid: string;
  readonly url: string;
  readonly signature: string | undefined;
  readonly parameters: Params;
  readonly random: Random;
}

/** Twilio's codes: handshake refused, server closed, server vanished, timeout, bad message, too much audio. */
export const STREAM_ERRORS = {
  handshake: 31920,
  closed: 31921,
  vanished: 31903,
  timeout: 31901,
  message: 31924,
  overflow: 31930,
};

const HANDSHAKE_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const NORMAL_CLOSES = new Set([1000, 1001, 1005, 1012]);

export class MediaStream implements FarEnd {
  readonly streamSid = newSid('MZ');
  private readonly setup: StreamSetup;
  private readonly socket: WebSocket;
  private readonly playout = new Playout();
  private readonly inbound: InboundPath;
  private readonly ending = new Deferred<StreamEnd>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private started = false;
  private over = false;
  private mediaSeen = false;
  private sequence = 0;
  private chunk = 0;
  private aliveMs = 0;
  private markDelayEndMs = 0;

  constructor(setup: StreamSetup) {
    this.setup = setup;
    this.inbound = new InboundPath(setup.random);
    this.socket = new WebSocket(setup.url, {
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MAX_MESSAGE_BYTES,
      headers: {
        'user-agent': 'Twilio.TmeWs/1.0',
        ...(setup.signature === undefined ? {} : { 'x-twilio-signature': setup.signature }),
      },
    });
    this.socket.on('open', () => this.start());
    this.socket.on('message', (data: Buffer, isBinary) => this.onMessage(data, isBinary));
    this.socket.on('close', (code) => this.onClose(code));
    this.socket.on('error', (error) => this.onError(error));
  }

  get ended(): Promise<StreamEnd> {
    return this.ending.promise;
  }

  exchange(spoken: Buffer | undefined): Buffer | undefined {
    if (!this.started || this.over) return undefined;
    const nowMs = this.aliveMs;
    this.aliveMs += TICK_MS;
    const { mediaKill, stream, inbound } = this.setup.call.faults;
    if (mediaKill !== undefined && nowMs >= mediaKill.afterMs) {
      this.kill();
      return undefined;
    }
    if (stream?.silentAfterMs !== undefined && nowMs >= stream.silentAfterMs) return undefined;
    this.chunk++;
    const frames = this.inbound.pass({ chunk: this.chunk, timestampMs: nowMs, samples: spoken }, nowMs, inbound);
    for (const { chunk, timestampMs, samples } of frames) {
      this.send(wire.mediaMessage(++this.sequence, this.streamSid, chunk, timestampMs, samples));
    }
    const played = this.playout.next();
    for (const name of played.marks) this.returnMark(name, 'played');
    return played.samples;
  }

  onDigit(digit: string): void {
    if (this.started && !this.over) this.send(wire.dtmfMessage(++this.sequence, this.streamSid, digit));
  }

  /** Twilio ends the stream: `stop`, then the socket is closed. */
  stop(): void {
    if (this.over) return;
    const { call, accountSid } = this.setup;
    if (this.started && call.faults.stream?.stopLost !== true) {
      this.send(wire.stopMessage(++this.sequence, { streamSid: this.streamSid, callSid: call.sid, accountSid }));
      this.closeSocket();
    } else if (!this.started) this.socket.terminate();
    this.end({ reason: 'stopped' });
  }

  /** Ends whatever is left of the socket, at once. */
  terminate(): void {
    this.end({ reason: 'stopped' });
    this.socket.terminate();
  }

  private start(): void {
    if (this.over) return;
    const { call, accountSid, parameters, url } = this.setup;
    this.send(wire.connectedMessage());
    const identity = { streamSid: this.streamSid, callSid: call.sid, accountSid };
    this.send(wire.startMessage(++this.sequence, identity, { ...parameters, ...call.faults.stream?.parameters }));
    this.started = true;
    call.record({ type: 'stream-started', streamSid: this.streamSid, url });
    this.readSlowly();
  }

  private onMessage(data: Buffer, isBinary: boolean): void {
    const { call } = this.setup;
    if (this.over || this.isSilenced()) return;
    if (isBinary) return call.violation(STREAM_ERRORS.message, 'a binary message');
    const message = wire.parseServerMessage(data.toString('utf8'));
    if (message.kind === 'invalid') return call.violation(STREAM_ERRORS.message, message.why);
    if (message.streamSid !== this.streamSid) {
      return call.violation(STREAM_ERRORS.message, `${message.kind} for stream ${message.streamSid}`);
    }
    switch (message.kind) {
      case 'media':
        return this.onMedia(message.samples);
      case 'mark':
        return this.onMark(message.name);
      case 'clear':
        return this.onClear();
    }
  }

  private onMedia(samples: Buffer): void {
    const { call } = this.setup;
    if (!this.mediaSeen) {
      this.mediaSeen = true;
      call.record({ type: 'first-media', streamSid: this.streamSid });
    }
    if (samples.length % FRAME_SAMPLES !== 0)
      call.warn(`media of ${samples.length} bytes, no multiple of ${FRAME_SAMPLES}`);
    if (!this.playout.append(samples)) call.violation(STREAM_ERRORS.overflow, 'more audio than fits the buffer');
  }

  private onMark(name: string): void {
    this.setup.call.record({ type: 'mark', name, state: 'received' });
    if (this.playout.mark(name)) this.returnMark(name, 'played');
  }

  private onClear(): void {
    const { call } = this.setup;
    const { marks, droppedMs, playedMs } = this.playout.clear();
    if (droppedMs > 0) call.line.cut();
    call.record({ type: 'clear', droppedMs, playedMs });
    for (const name of marks) this.returnMark(name, 'cleared');
  }

  /** Delayed marks keep their order. */
  private returnMark(name: string, state: 'played' | 'cleared'): void {
    const { call, random } = this.setup;
    const faults = call.faults.marks;
    if (faults?.lossRate !== undefined && random() < faults.lossRate) {
      call.record({ type: 'mark', name, state: 'lost' });
      return;
    }
    call.record({ type: 'mark', name, state });
    const send = (): void => this.send(wire.markMessage(++this.sequence, this.streamSid, name));
    if (faults?.delayMs === undefined) return send();
    const nowMs = performance.now();
    this.markDelayEndMs = Math.max(this.markDelayEndMs, nowMs + within(faults.delayMs, random));
    this.after(this.markDelayEndMs - nowMs, send);
  }

  private kill(): void {
    this.end({ reason: 'killed', closeCode: 1006, errorCode: STREAM_ERRORS.vanished });
    this.socket.terminate();
  }

  private onClose(code: number): void {
    if (!this.started) this.end({ reason: 'failed', closeCode: code, errorCode: STREAM_ERRORS.handshake });
    const errorCode = code === 1006 ? STREAM_ERRORS.vanished : STREAM_ERRORS.closed;
    this.end({ reason: 'server-closed', closeCode: code, ...(NORMAL_CLOSES.has(code) ? {} : { errorCode }) });
  }

  private onError(error: Error): void {
    if (this.over) return;
    this.setup.call.warn(`media socket: ${error.message}`);
    if (!this.started) this.end({ reason: 'failed', errorCode: STREAM_ERRORS.handshake });
  }

  /** Once. What was not played is dropped, as it is when a stream ends. */
  private end(end: StreamEnd): void {
    if (this.over) return;
    this.over = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    if (this.playout.clear().droppedMs > 0) this.setup.call.line.cut();
    this.setup.call.record({ type: 'stream-ended', streamSid: this.streamSid, ...end });
    this.ending.resolve(end);
  }

  private closeSocket(): void {
    this.socket.close(1000);
    const timer = setTimeout(() => this.socket.terminate(), CLOSE_TIMEOUT_MS);
    this.socket.once('close', () => clearTimeout(timer));
  }

  private isSilenced(): boolean {
    const silentAfterMs = this.setup.call.faults.stream?.silentAfterMs;
    return silentAfterMs !== undefined && this.aliveMs > silentAfterMs;
  }

  /** A fault: reading stops in turns, so that the server meets backpressure. */
  private readSlowly(): void {
    const slow = this.setup.call.faults.slowReading;
    if (slow === undefined) return;
    this.after(slow.everyMs, () => {
      this.socket.pause();
      this.after(slow.forMs, () => {
        this.socket.resume();
        this.readSlowly();
      });
    });
  }

  private after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, ms);
    this.timers.add(timer);
  }

  private send(message: string): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(message);
  }
}
