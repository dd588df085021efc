/** The edge of browser calls on a free port: real calls in memory, before a model that says a word whenever it is asked. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ModelCommand, ModelReport } from '../../actors/model/messages.ts';
import { BrowserCalls } from '../../src/bin/browser-desk.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';
import { type HttpServer, openHttp } from '../../src/http/app.ts';
import { browserCalls } from '../../src/http/routes/browser-calls.ts';
import { browserVoice } from '../../src/http/routes/browser-voice.ts';
import { memoryTicketLedger } from '../../src/twilio/ticket-ledger.ts';
import { memoryCallWorld } from '../support/call-world.ts';
import { memoryClinicDirectory } from '../support/memory-clinics.ts';
import { FarEnd } from './far-end.ts';
import { type RecordedEvents, recordedEvents } from './recorded-events.ts';

export const SESSION_SECRET = 'the-session-secret-of-a-test';
/** 200 ms of silence in 24 kHz. */
const WORD = Buffer.alloc(9_600).toString('base64');

/** One session with the model, with everything it was given. */
export interface FakeModel {
  readonly format: string;
  readonly audio: string[];
  readonly commands: ModelCommand[];
  readonly report: (report: ModelReport) => void;
  closed: boolean;
}

export interface BrowserStand {
  readonly server: HttpServer;
  readonly events: RecordedEvents;
  readonly sessions: BrowserCalls;
  /** Those that are closed too. */
  readonly models: readonly FakeModel[];
  readonly record: readonly ConversationEntry[];
  url(path: string): string;
  close(): Promise<void>;
}

const now = (): number => Date.now();

/** `clinicsAnswer`: no clinic is known before. */
export async function openBrowserStand({
  needsToken = false,
  capacity = 200,
  resumeMs = 60_000,
  clinicsAnswer = Promise.resolve(),
} = {}): Promise<BrowserStand> {
  const events = recordedEvents();
  const models: FakeModel[] = [];
  const record: ConversationEntry[] = [];
  const directory = memoryClinicDirectory();
  const sessions: BrowserCalls = new BrowserCalls({
    directory: { ...directory, byPhone: (phone) => clinicsAnswer.then(() => directory.byPhone(phone)) },
    world: {
      ...memoryCallWorld(({ format }, report) => fakeModel(models, format, report), events),
      log: { write: (entry: ConversationEntry) => void record.push(entry), settled: async () => {} },
    },
    node: 'node-a',
    shedReason: () => (sessions.active < capacity ? null : 'full'),
    ledger: memoryTicketLedger(now),
    resumeMs,
  });
  const publicUrl = 'https://ava.example';
  const edge = { desk: sessions, publicUrl, sessionSecret: SESSION_SECRET, needsToken, now };
  const server = await openHttp({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    portVariable: 'PORT',
    routes: [browserCalls(edge)],
    sockets: [browserVoice(edge)],
    events,
    overTls: false,
  });
  return {
    server,
    events,
    sessions,
    models,
    record,
    url: (path) => `http://127.0.0.1:${server.port}${path}`,
    async close() {
      await sessions.stop();
      await server.close(0);
    },
  };
}

function fakeModel(models: FakeModel[], format: string, report: (report: ModelReport) => void) {
  const model: FakeModel = { format, audio: [], commands: [], report, closed: false };
  const id = models.push(model);
  let said = 0;
  const tell = (message: ModelReport): void => queueMicrotask(() => void (model.closed || report(message)));
  tell({ type: 'session_ready' });
  return {
    send(command: ModelCommand) {
      model.commands.push(command);
      if (command.type !== 'create_response') return;
      const itemId = `item-${id}-${++said}`;
      tell({ type: 'response_started', responseId: itemId });
      tell({ type: 'words', itemId, text: command.sentence ?? 'Yes.' });
      tell({ type: 'audio', itemId, ms: format === 'audio/pcm' ? 200 : 1_200, payload: WORD });
      tell({ type: 'audio_complete', itemId });
      tell({ type: 'response_ended', responseId: itemId, status: 'completed', usage: null });
    },
    audio: (payload: string) => void model.audio.push(payload),
    close() {
      model.closed = true;
    },
  };
}

interface Heard {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A browser's end of the wire: says exactly what a test wants, and keeps what it hears. */
export class WireClient extends FarEnd<Heard> {
  constructor(stand: Pick<BrowserStand, 'url'>, session: string = randomUUID(), query = '') {
    super(stand.url(`/ws/voice/${session}${query}`));
  }

  of(type: string): Heard[] {
    return this.heard.filter((message) => message.type === type);
  }

  send(...messages: (string | Buffer | object)[]): void {
    for (const message of messages) {
      this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
    }
  }
}

/** How an upgrade was refused. */
export async function refusal(client: WireClient): Promise<{ status: number; detail: unknown }> {
  const [, response] = await once(client.socket, 'unexpected-response');
  let text = '';
  for await (const bytes of response) text += String(bytes);
  return { status: response.statusCode, detail: JSON.parse(text).detail };
}
