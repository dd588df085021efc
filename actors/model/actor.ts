/** The shell of the model's leg: a step's effects carried out on a connection. */
import type { ModelErrorKind, TokenUsage } from '../../src/domain/events.ts';
import type { FromModel } from '../call/messages.ts';
import { Actor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { PhoneMessage } from '../phone/messages.ts';
import type { ConnectModel, ModelBrief, ModelLine, ModelMessage } from './messages.ts';
import { type ModelEffect, type ModelState, modelStep, newModel } from './state.ts';

export interface ModelActorPorts {
  readonly connect: ConnectModel;
  readonly tellCall: (message: FromModel) => void;
  readonly tellPhone: (message: PhoneMessage) => void;
  readonly onConnected: (tookMs: number) => void;
  readonly onUsage: (usage: TokenUsage) => void;
  readonly onError: (kind: ModelErrorKind, code: string) => void;
  readonly clock: Clock;
  readonly onCrash: (error: unknown) => void;
}

export class ModelActor {
  private readonly actor: Actor<ModelState, ModelMessage, ModelEffect>;
  private readonly line: ModelLine;

  /** Starts to connect at once. */
  constructor(brief: ModelBrief, ports: ModelActorPorts) {
    const startedAt = ports.clock.now();
    const perform = (effect: ModelEffect): void => this.perform(effect, ports);
    const { clock, onCrash } = ports;
    this.actor = new Actor({ state: newModel(startedAt), step: modelStep, perform, clock, onCrash });
    this.line = ports.connect(brief, (report) => {
      if (report.type === 'session_ready') ports.onConnected(clock.now() - startedAt);
      this.actor.tell(report);
    });
  }

  get state(): ModelState {
    return this.actor.state;
  }

  tell(message: ModelMessage): void {
    this.actor.tell(message);
  }

  /** Caller audio: past the mailbox, in the tick in which it came. */
  audio(payload: string): void {
    this.line.audio(payload);
  }

  /** Stops for good; the session at the service ends with it. */
  stop(): void {
    this.actor.stop();
    this.line.close();
  }

  private perform(effect: ModelEffect, ports: ModelActorPorts): void {
    switch (effect.kind) {
      case 'send':
        return this.line.send(effect.command);
      case 'disconnect':
        return this.line.close();
      case 'tell_call':
        return ports.tellCall(effect.message);
      case 'tell_phone':
        return ports.tellPhone(effect.message);
      case 'usage':
        return ports.onUsage(effect.usage);
      case 'error':
        return ports.onError(effect.error, effect.code);
    }
  }
}
