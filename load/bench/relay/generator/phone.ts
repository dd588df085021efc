/**
 * One telephone on a media stream: sends a frame each 20 ms (a caller who speaks 1.5 s of each 6 s), plays what comes in
 * real time, returns marks when what was sent before them has been played, and times its probes.
 */
import { WebSocket } from 'ws';
import { ACCOUNT_SID } from '../../twilio/voice-webhook.ts';
import {
  byteAt,
  bytesIn,
  FRAME_BYTES,
  FRAME_MS,
  PROBE,
  probeId,
  probePayload,
  SILENCE_PAYLOAD,
  SPEECH_PAYLOAD,
} from './frames.ts';

const CYCLE_MS = 6_000;
export const CYCLE_FRAMES = CYCLE_MS / FRAME_MS;
const SPEECH_FRAMES = 1_500 / FRAME_MS;
/**
 * Frames of a cycle in which a probe may be sent: the caller is silent, and the turn has been taken. What comes back is
 * an utterance of its own to whoever follows a conversation, so there are few: they are to time the load, not to be it.
 */
const PROBES = { first: 2_200 / FRAME_MS, count: 3_400 / FRAME_MS, shareOfCycles: 1 / 3 };

export interface StreamAddress {
  readonly url: string;
  readonly callSid: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What all telephones together sent and heard. */
export interface Traffic {
  framesSent: number;
  mediaHeard: number;
  heardMs: number;
  probesSent: number;
  /** ms, of each probe that came back. */
  readonly roundTripsMs: number[];
}

const MEDIA = Buffer.from('"event":"media"');
const PAYLOAD = Buffer.from('"payload":"');
const EVENT_WITHIN = 200;
const QUOTE = 0x22;

export class Phone {
  private readonly socket: WebSocket;
  private readonly streamSid: string;
  private readonly traffic: Traffic;
  private readonly random: () => number;
  /** The frame of this cycle that is a probe; -1: none. */
  private probeAt = -1;
  private readonly probes = new Map<number, number>();
  private readonly marks: { readonly name: string; readonly dueAt: number }[] = [];
  private playedAt = 0;
  private nextAt: number;
  private sent = 0;
  private cycleFrame: number;
  private over = false;

  /** Resolves with the stream open; frames are sent from then on by `tick`. */
  static async open(address: StreamAddress, share: number, traffic: Traffic, random: () => number): Promise<Phone> {
    const socket = new WebSocket(address.url, { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new Phone(socket, address, share, traffic, random);
  }

  /** `share`, 0 to 1: where in its cycle and in its 20 ms it begins, so that not all callers speak at once. */
  private constructor(
    socket: WebSocket,
    { callSid, parameters }: StreamAddress,
    share: number,
    traffic: Traffic,
    random: () => number,
  ) {
    this.socket = socket;
    this.traffic = traffic;
    this.random = random;
    this.streamSid = `MZ${callSid.slice(2)}`;
    this.nextAt = performance.now() + FRAME_MS * ((share * CYCLE_FRAMES) % 1);
    this.cycleFrame = Math.floor(share * CYCLE_FRAMES);
    socket.on('message', (data) => {
      if (Buffer.isBuffer(data)) this.take(data);
    });
    socket.on('close', () => {
      this.over = true;
    });
    this.sendStart(callSid, parameters);
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Sends what is due by now. */
  tick(now: number): void {
    if (this.over) return;
    for (; this.nextAt <= now; this.nextAt += FRAME_MS) this.sendFrame(now);
    for (let mark = this.marks[0]; mark !== undefined && mark.dueAt <= now; mark = this.marks[0]) {
      this.marks.shift();
      this.sendMark(mark.name);
    }
  }

  hangUp(): void {
    if (this.over) return;
    this.over = true;
    this.socket.send(`{"event":"stop","sequenceNumber":"1","streamSid":"${this.streamSid}","stop":{}}`);
    this.socket.close();
  }

  private sendStart(callSid: string, customParameters: Readonly<Record<string, string>>): void {
    const { streamSid } = this;
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
    const start = { accountSid: ACCOUNT_SID, streamSid, callSid, tracks: ['inbound'], mediaFormat, customParameters };
    this.socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    this.socket.send(JSON.stringify({ event: 'start', sequenceNumber: '1', start, streamSid }));
  }

  private sendFrame(now: number): void {
    const n = ++this.sent;
    this.socket.send(
      `{"event":"media","sequenceNumber":"${n + 1}","media":{"track":"inbound","chunk":"${n}","timestamp":"${n * FRAME_MS}",` +
        `"payload":"${this.nextPayload(now)}"},"streamSid":"${this.streamSid}"}`,
    );
    this.traffic.framesSent++;
  }

  private nextPayload(now: number): string {
    const at = this.cycleFrame;
    this.cycleFrame = (at + 1) % CYCLE_FRAMES;
    if (this.cycleFrame === 0) this.planProbe();
    if (at < SPEECH_FRAMES) return SPEECH_PAYLOAD;
    if (at !== this.probeAt) return SILENCE_PAYLOAD;
    this.probes.set(this.sent, now);
    this.traffic.probesSent++;
    return probePayload(this.sent);
  }

  private planProbe(): void {
    const isDue = this.random() < PROBES.shareOfCycles;
    this.probeAt = isDue ? PROBES.first + Math.floor(this.random() * PROBES.count) : -1;
  }

  private take(text: Buffer): void {
    const now = performance.now();
    if (!text.subarray(0, EVENT_WITHIN).includes(MEDIA)) return this.takeControl(text, now);
    const from = text.indexOf(PAYLOAD) + PAYLOAD.length;
    const to = text.indexOf(QUOTE, from);
    const bytes = bytesIn(text, from, to);
    this.traffic.mediaHeard++;
    this.traffic.heardMs += bytes / 8;
    this.playedAt = Math.max(now, this.playedAt) + bytes / 8;
    if (bytes === FRAME_BYTES && byteAt(text, from, 0) === PROBE) this.hearProbe(probeId(text, from, 0), now);
  }

  private hearProbe(id: number, now: number): void {
    const sentAt = this.probes.get(id);
    if (sentAt === undefined) return;
    this.probes.delete(id);
    this.traffic.roundTripsMs.push(now - sentAt);
  }

  private takeControl(text: Buffer, now: number): void {
    const message = JSON.parse(text.toString());
    if (message.event === 'mark') this.marks.push({ name: message.mark.name, dueAt: Math.max(now, this.playedAt) });
    if (message.event !== 'clear') return;
    this.playedAt = now;
    for (const { name } of this.marks.splice(0)) this.sendMark(name);
  }

  private sendMark(name: string): void {
    const { streamSid } = this;
    this.socket.send(JSON.stringify({ event: 'mark', sequenceNumber: '1', streamSid, mark: { name } }));
  }
}
