/**
 * The shell of the model's leg: a step's effects carried out on the session's line, and on the one that stands by. It
 * keeps what the caller says until some session has made words of it. What a line reports that is neither of the two
 * any more is nobody's.
 */
import type { ModelErrorKind, TokenUsage, TranscriptionUsage } from '../../src/domain/events.ts';
import type { FromModel } from '../call/messages.ts';
import { Actor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { PhoneMessage } from '../phone/messages.ts';
import { CallerAudio, inLongPieces } from './caller-audio.ts';
import {
  type ConnectModel,
  FELL_SILENT,
  type ModelBrief,
  type ModelLine,
  type ModelMessage,
  type ModelReport,
} from './messages.ts';
import { type ModelEffect, type ModelState, newModel, type ReconnectResult, type Rotation } from './state.ts';
import { modelStep } from './step.ts';

export interface ModelActorPorts {
  readonly connect: ConnectModel;
  readonly tellCall: (message: FromModel) => void;
  readonly tellPhone: (message: PhoneMessage) => void;
  /** The conversation began over another line: the session must be told what came before. */
  readonly continued: boolean;
  /** The call's first session was ready after that time. */
  readonly onConnected: (tookMs: number) => void;
  readonly onReconnected: (result: ReconnectResult, tookMs: number) => void;
  readonly onUsage: (usage: TokenUsage) => void;
  readonly onTranscribed: (usage: TranscriptionUsage) => void;
  readonly onLimitNear: (limit: string, share: number, resetMs: number) => void;
  readonly onError: (kind: ModelErrorKind, code: string) => void;
  readonly clock: Clock;
  /** In [0, 1): spreads the waits of calls that lose their sessions in the same moment. */
  readonly luck: number;
  /** When sessions are followed by fresh ones; by the service's limit where absent. */
  readonly rotation?: Rotation | undefined;
  readonly onCrash: (error: unknown) => void;
}

export class ModelActor {
  private readonly actor: Actor<ModelState, ModelMessage, ModelEffect>;
  private readonly brief: ModelBrief;
  private readonly ports: ModelActorPorts;
  private readonly callerAudio: CallerAudio;
  private line: ModelLine;
  private standby: ModelLine | undefined;
  /** Turns to come that another session, on another node, has heard before. */
  private heardElsewhere = 0;

  /** Starts to connect at once. */
  constructor(brief: ModelBrief, ports: ModelActorPorts) {
    this.brief = brief;
    this.callerAudio = new CallerAudio(brief.format);
    this.ports = ports;
    const { clock, luck, rotation, continued, onCrash } = ports;
    this.actor = new Actor({
      state: newModel(clock.now(), continued, luck, rotation),
      step: modelStep,
      perform: (effect) => this.perform(effect),
      clock,
      onCrash,
    });
    this.line = this.open();
  }

  get state(): ModelState {
    return this.actor.state;
  }

  tell(message: ModelMessage): void {
    this.actor.tell(message);
  }

  /** Caller audio: past the mailbox, in the tick in which it came. */
  audio(payload: string): void {
    if (!this.actor.running) return;
    if (this.callerAudio.take(payload)) this.line.audio(payload);
  }

  /**
   * The first so many turns that the caller is heard to take are those that a session on another node had heard;
   * `sentAgain`: their browser may send them again, with all that was said since, whether a session is there yet or not.
   */
  hearsAgain(turns: number, sentAgain: boolean): void {
    this.heardElsewhere = turns;
    if (sentAgain) this.callerAudio.comesAgain();
  }

  /** Stops for good; the sessions at the service end with it. */
  stop(): void {
    this.actor.stop();
    this.disconnect();
    this.callerAudio.close();
  }

  private open(): ModelLine {
    const line = this.ports.connect(this.brief, (report) => {
      if (line === this.line) this.heard(report);
      else if (line === this.standby) this.heardOfStandby(report);
    });
    return line;
  }

  /** A report of the call's session: the caller's turns are watched on their way to the step. */
  private heard(report: ModelReport): void {
    const { callerAudio, actor } = this;
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others say nothing of the caller's audio
    switch (report.type) {
      case 'connected':
      case 'session_ready':
        return actor.tell({ ...report, missed: callerAudio.missed });
      case 'caller_speech_started':
        callerAudio.voiceBegan(report.itemId, report.atMs);
        return actor.tell({ ...report, again: this.isAgain(report.itemId) });
      case 'caller_turn_committed': {
        const again = this.isAgain(report.itemId);
        this.heardElsewhere = Math.max(0, this.heardElsewhere - 1);
        return actor.tell({ ...report, again });
      }
      case 'caller_words':
      case 'caller_words_failed':
        callerAudio.settle(report.itemId);
        return actor.tell(report);
      case 'lost':
        callerAudio.hold(report.code === FELL_SILENT);
        return actor.tell(report);
      default:
        return actor.tell(report);
    }
  }

  private isAgain(itemId: string): boolean {
    return this.heardElsewhere > 0 || this.callerAudio.isRepeated(itemId);
  }

  private heardOfStandby(report: ModelReport): void {
    if (report.type === 'session_ready') this.actor.tell({ type: 'standby_ready' });
    if (report.type === 'lost') this.actor.tell({ type: 'standby_lost', code: report.code });
  }

  private perform(effect: ModelEffect): void {
    const { ports } = this;
    switch (effect.kind) {
      case 'connect':
        return this.replaceLine(this.open());
      case 'warm':
        this.standby = this.open();
        return;
      case 'promote':
        return this.promote();
      case 'dismiss_standby':
        this.standby?.close();
        this.standby = undefined;
        return;
      case 'send':
        return this.line.send(effect.command);
      case 'let_hear':
        return this.letHear();
      case 'forget_audio':
        return this.callerAudio.settle(effect.itemId);
      case 'disconnect':
        return this.disconnect();
      case 'tell_call':
        return ports.tellCall(effect.message);
      case 'tell_phone':
        return ports.tellPhone(effect.message);
      case 'usage':
        return ports.onUsage(effect.usage);
      case 'transcribed':
        return ports.onTranscribed(effect.usage);
      case 'connected':
        return ports.onConnected(effect.tookMs);
      case 'reconnected':
        return ports.onReconnected(effect.result, effect.tookMs);
      case 'limit_near':
        return ports.onLimitNear(effect.limit, effect.share, effect.resetMs);
      case 'error':
        return ports.onError(effect.error, effect.code);
    }
  }

  private promote(): void {
    const { standby } = this;
    this.standby = undefined;
    if (standby) this.replaceLine(standby);
  }

  private replaceLine(line: ModelLine): void {
    this.callerAudio.hold(false);
    this.line.close();
    this.line = line;
  }

  private letHear(): void {
    for (const piece of inLongPieces(this.callerAudio.release(), this.brief.format)) this.line.audio(piece);
  }

  private disconnect(): void {
    this.callerAudio.hold(false);
    this.line.close();
    this.standby?.close();
    this.standby = undefined;
  }
}
