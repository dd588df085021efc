/**
 * Sessions of the simulated model service with no socket in between: its own session at one end, our own wire format at
 * the other, every message by way of its text. Runs on the timers of the process, so in virtual time too.
 */
import type { ConnectModel, ModelBrief, ModelCommand, ModelLine, ModelReport } from '../../actors/model/messages.ts';
import { sessionOf } from '../../src/openai/session.ts';
import { voiceLength } from '../../src/openai/voice-length.ts';
import { clientEvent, reportOf } from '../../src/openai/wire.ts';
import { type BrainName, brainOf } from '../sim/openai/brain/brains.ts';
import { seededRandom } from '../sim/openai/chance.ts';
import { EventLog } from '../sim/openai/event-log.ts';
import { FaultDesk } from '../sim/openai/faults.ts';
import { Pacer } from '../sim/openai/pacer.ts';
import { RealtimeSession } from '../sim/openai/session.ts';
import type { World } from '../sim/openai/world.ts';

export interface SimulatedModelOptions {
  readonly brain: BrainName;
  readonly seed: number;
  /** How fast she talks, thinks and transcribes; 1 is human. */
  readonly pace: number;
  /** Told of all that the client is told, but for pieces of speech, before it is. */
  readonly onReport?: ((report: ModelReport) => void) | undefined;
}

const MODELS = { model: 'gpt-realtime-2.1', transcriptionModel: 'gpt-transcribe' };
const THINK_MS = 350;
const SESSION_LIMIT_MS = 3_600_000;

export function simulatedModels({ brain: name, seed, pace, onReport }: SimulatedModelOptions): ConnectModel {
  const brain = brainOf(name, seed);
  const world: World = {
    brain: () => brain,
    faults: new FaultDesk(),
    log: new EventLog(),
    pacer: new Pacer(),
    timing: { thinkMs: THINK_MS / pace, deltaMs: 200, deltaSpeed: 4, pace },
    sessionLimitMs: SESSION_LIMIT_MS,
  };
  let sessions = 0;
  return (brief, report) =>
    new SimulatedModel(world, seed, ++sessions, brief, (told) => {
      if (told.type !== 'audio' && told.type !== 'words_delta') onReport?.(told);
      report(told);
    });
}

class SimulatedModel implements ModelLine {
  private readonly session: RealtimeSession;
  private readonly brief: ModelBrief;
  private readonly report: (report: ModelReport) => void;
  private readonly voiceMs = voiceLength();
  private ready = false;
  private closed = false;

  constructor(world: World, seed: number, nth: number, brief: ModelBrief, report: (report: ModelReport) => void) {
    this.brief = brief;
    this.report = report;
    const line = {
      send: (text: string) => queueMicrotask(() => this.take(JSON.parse(text))),
      close: (code: number) => queueMicrotask(() => this.lose(code)),
      terminate: () => queueMicrotask(() => this.lose(1006)),
    };
    this.session = new RealtimeSession(line, world, MODELS.model, nth, seededRandom(seed + nth));
    queueMicrotask(() => {
      this.session.open();
      this.give({ type: 'session.update', session: sessionOf(brief, MODELS) });
      if (!this.closed) report({ type: 'connected' });
    });
  }

  send(command: ModelCommand): void {
    this.give(clientEvent(command));
  }

  audio(audio: string): void {
    this.give({ type: 'input_audio_buffer.append', audio });
  }

  close(): void {
    this.closed = true;
    this.session.end(1000);
  }

  private give(event: unknown): void {
    this.session.receive(JSON.stringify(event));
  }

  private take(event: { readonly type: string }): void {
    if (this.closed) return;
    if (event.type === 'session.updated' && !this.ready) {
      this.ready = true;
      return this.report({ type: 'session_ready' });
    }
    const report = reportOf(event, this.brief.format);
    if (report?.type === 'lost') return this.lose(report.code);
    if (report?.type === 'caller_speech_started') this.voiceMs.began(event);
    if (report?.type === 'caller_speech_stopped') this.report({ ...report, speechMs: this.voiceMs.ended(event) });
    else if (report) this.report(report);
  }

  private lose(code: number | string): void {
    if (this.closed) return;
    this.close();
    this.report({ type: 'lost', kind: 'closed', code: String(code) });
  }
}
