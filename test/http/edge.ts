/** Twilio's side of the edge, standing on a free port before a front desk that a test can look into. */
import { createHmac } from 'node:crypto';
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import type { SpokenFor } from '../../src/domain/network-sentences.ts';
import type { Receipt, ReceivedText } from '../../src/domain/texting.ts';
import type { TextReport } from '../../src/domain/texts.ts';
import { type HttpServer, openHttp } from '../../src/http/app.ts';
import type {
  Admission,
  CallContinuation,
  CallStream,
  Continuation,
  FrontDesk,
  Voicemail,
} from '../../src/http/front-desk.ts';
import { twilioMedia } from '../../src/http/routes/twilio-media.ts';
import { twilioSms } from '../../src/http/routes/twilio-sms.ts';
import { twilioSmsStatus } from '../../src/http/routes/twilio-sms-status.ts';
import { twilioStatus } from '../../src/http/routes/twilio-status.ts';
import { twilioVoice } from '../../src/http/routes/twilio-voice.ts';
import { twilioVoiceContinue } from '../../src/http/routes/twilio-voice-continue.ts';
import { twilioVoiceWhisper } from '../../src/http/routes/twilio-voice-whisper.ts';
import type { TwilioEdge } from '../../src/http/twilio-edge.ts';
import type { UwsBuild } from '../../src/http/uws.ts';
import { BEAT_MS } from '../../src/twilio/pulse.ts';
import { memoryTicketLedger, type TicketLedger } from '../../src/twilio/ticket-ledger.ts';
import { radiance } from '../support/memory-clinics.ts';
import { FarEnd } from './far-end.ts';
import { type RecordedEvents, recordedEvents } from './recorded-events.ts';

export const AUTH_TOKEN = 'the-auth-token-of-a-test';
export const SESSION_SECRET = 'the-session-secret-of-a-test';
export const CLINIC_NUMBER = '+15550100001';
export const CALLER = '+15550100142';

/** One call as the desk was given it, with everything it was told. */
export interface DeskCall {
  readonly stream: CallStream;
  readonly line: PhoneLine;
  readonly audio: string[];
  readonly log: string[];
}

export interface FakeDesk extends FrontDesk {
  admission: Admission | (() => Promise<Admission>);
  continuation: Continuation | (() => Promise<Continuation>);
  /** Replaces how a stream is opened; by default it is taken and recorded. */
  opening: ((stream: CallStream, line: PhoneLine) => PhoneInlet | null) | undefined;
  readonly calls: DeskCall[];
  readonly offers: unknown[];
  readonly continuations: CallContinuation[];
  readonly statuses: unknown[];
  readonly voicemails: Voicemail[];
  /** How a voicemail is kept; by default it is recorded. */
  keeping: (() => Promise<void>) | undefined;
  summary: string | null;
  clinic: SpokenFor;
  /** Calls that staff took. */
  readonly taken: string[];
}

export function fakeDesk(): FakeDesk {
  const desk: FakeDesk = {
    admission: { kind: 'stream', clinicId: 'clinic-1' },
    continuation: { kind: 'hang_up' },
    opening: undefined,
    calls: [],
    offers: [],
    continuations: [],
    statuses: [],
    voicemails: [],
    keeping: undefined,
    summary: null,
    clinic: { name: 'Radiance', language: 'en-US' },
    taken: [],
    async keepVoicemail(voicemail) {
      await desk.keeping?.();
      desk.voicemails.push(voicemail);
      return desk.clinic;
    },
    staffSummary: () => Promise.resolve(desk.summary),
    staffTook: (callSid) => void desk.taken.push(callSid),
    async admit(call) {
      desk.offers.push(call);
      return typeof desk.admission === 'function' ? desk.admission() : desk.admission;
    },
    open(stream, line) {
      if (desk.opening) return desk.opening(stream, line);
      const call: DeskCall = { stream, line, audio: [], log: [] };
      desk.calls.push(call);
      return recordingInlet(call);
    },
    async continueCall(continuation) {
      desk.continuations.push(continuation);
      return typeof desk.continuation === 'function' ? desk.continuation() : desk.continuation;
    },
    callStatus: (status) => desk.statuses.push(status),
  };
  return desk;
}

function recordingInlet({ audio, log }: DeskCall): PhoneInlet {
  return {
    audio: (payload) => audio.push(payload),
    mark: (name) => log.push(`mark ${name}`),
    digit: (digit) => log.push(`digit ${digit}`),
    closed: (reason) => log.push(`closed ${reason}`),
  };
}

/** Where texts go, as a test sees it. */
export interface FakeTexts {
  readonly received: ReceivedText[];
  readonly reports: TextReport[];
  /** Replaces how a message is stored; by default it is recorded. */
  storing: (() => Promise<Receipt>) | undefined;
}

export interface Edge {
  readonly server: HttpServer;
  readonly desk: FakeDesk;
  readonly texts: FakeTexts;
  readonly events: RecordedEvents;
  readonly publicUrl: string;
  /** Moves the clock that tickets are judged by. */
  advance(ms: number): void;
  /** Lets streams notice that so much time has passed without anything coming. */
  pass(ms: number): void;
  url(path: string): string;
  close(): Promise<void>;
}

export async function openEdge(options: Partial<TwilioEdge> & { build?: UwsBuild } = {}): Promise<Edge> {
  const desk = fakeDesk();
  const events = recordedEvents();
  const publicUrl = options.publicUrl ?? 'https://ava.example';
  let aheadMs = 0;
  const beats = new Set<() => void>();
  const now = (): number => Date.now() + aheadMs;
  const edge: TwilioEdge = {
    desk,
    events,
    ledger: memoryTicketLedger(now),
    publicUrl,
    authToken: AUTH_TOKEN,
    sessionSecret: SESSION_SECRET,
    now,
    pulse: {
      join(beat) {
        beats.add(beat);
        return () => beats.delete(beat);
      },
    },
    ...options,
  };
  const texts: FakeTexts = { received: [], reports: [], storing: undefined };
  const inbox = {
    directory: { byPhone: async (phone: string) => (phone === CLINIC_NUMBER ? radiance : undefined) },
    book: {
      async receive(text: ReceivedText) {
        if (texts.storing) return texts.storing();
        texts.received.push(text);
        return 'kept' as const;
      },
    },
  };
  const report = async (each: TextReport) => void texts.reports.push(each);
  const server = await openHttp({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    portVariable: 'PORT',
    routes: [
      twilioVoice(edge),
      twilioVoiceContinue(edge),
      twilioVoiceWhisper(edge),
      twilioStatus(edge),
      twilioSms(edge, inbox),
      twilioSmsStatus(edge, { report }),
    ],
    sockets: [twilioMedia(edge)],
    events,
    overTls: false,
    ...(options.build && { build: options.build }),
  });
  return {
    server,
    desk,
    texts,
    events,
    publicUrl,
    advance(ms) {
      aheadMs += ms;
    },
    pass(ms) {
      for (let n = 0; n < ms / BEAT_MS; n++) for (const beat of beats) beat();
    },
    url: (path) => `http://127.0.0.1:${server.port}${path}`,
    close: () => server.close(0),
  };
}

/** X-Twilio-Signature by Twilio's description of it, apart from any code of ours. */
export function signature(url: string, fields: Readonly<Record<string, string>> = {}, authToken = AUTH_TOKEN): string {
  const text = Object.keys(fields)
    .sort()
    .reduce((joined, name) => joined + name + fields[name], url);
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}

export const voiceForm = (fields: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  AccountSid: 'AC00000000000000000000000000000001',
  ApiVersion: '2010-04-01',
  CallSid: 'CA00000000000000000000000000000001',
  CallStatus: 'ringing',
  Direction: 'inbound',
  From: CALLER,
  To: CLINIC_NUMBER,
  ...fields,
});

/** Posts a webhook as Twilio does; `signedUrl` is what the signature is made over (null sends none). */
export function postWebhook(
  edge: Edge,
  path: string,
  fields: Readonly<Record<string, string>>,
  signedUrl: string | null = edge.publicUrl + path,
): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
  if (signedUrl !== null) headers['x-twilio-signature'] = signature(signedUrl, fields);
  return fetch(edge.url(path), { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
}

export function tokenIn(twiml: string): string {
  const token = /<Parameter name="token" value="([^"]+)"/.exec(twiml)?.[1];
  if (token === undefined) throw new Error(`no token in ${twiml}`);
  return token;
}

/** Rings at the voice webhook and takes the token out of its answer. */
export async function ring(edge: Edge, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await postWebhook(edge, '/twilio/voice', voiceForm(fields));
  return tokenIn(await response.text());
}

export const STREAM_SID = 'MZ00000000000000000000000000000001';
export const CALL_SID = 'CA00000000000000000000000000000001';

export function startMessage(token: string | null, fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    start: {
      accountSid: 'AC00000000000000000000000000000001',
      streamSid: STREAM_SID,
      callSid: CALL_SID,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: token === null ? {} : { token },
      ...fields,
    },
    streamSid: STREAM_SID,
  });
}

export function mediaMessage(n: number, payload: string, streamSid = STREAM_SID): string {
  return JSON.stringify({
    event: 'media',
    sequenceNumber: String(n + 1),
    media: { track: 'inbound', chunk: String(n), timestamp: String(n * 20), payload },
    streamSid,
  });
}

/** 20 ms of µ-law that tell their number. */
export function frame(n: number): string {
  return Buffer.alloc(160, n % 256).toString('base64');
}

/** The far end of a media stream: what Twilio would say and hear. */
export class StreamClient extends FarEnd {
  constructor(edge: Edge, headers: Readonly<Record<string, string>> = {}) {
    super(edge.url('/twilio/media'), { headers });
  }

  send(...messages: (string | Buffer)[]): void {
    for (const message of messages) this.socket.send(message);
  }
}

/** Rings, connects a stream and waits until the desk has the call. */
export async function connectCall(edge: Edge): Promise<{ client: StreamClient; call: DeskCall }> {
  const before = edge.desk.calls.length;
  const token = await ring(edge);
  const client = await new StreamClient(edge).opened();
  client.send('{"event":"connected","protocol":"Call","version":"1.0.0"}', startMessage(token));
  const deadline = Date.now() + 5_000;
  for (;;) {
    const call = edge.desk.calls[before];
    if (call) return { client, call };
    if (Date.now() > deadline) throw new Error('the desk got no call');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A ledger that answers when a test says so. */
export function waitingLedger(): { readonly ledger: TicketLedger; readonly answer: (isFirst: boolean) => void } {
  const asked: ((isFirst: boolean) => void)[] = [];
  return {
    ledger: { spend: () => new Promise((resolve) => asked.push(resolve)) },
    answer(isFirst) {
      for (const resolve of asked.splice(0)) resolve(isFirst);
    },
  };
}
