/** The shell of the caller's leg: a step's effects carried out on a line, audio cut into whole frames on its way in. */
import type { AudioFormat } from '../../src/domain/audio-format.ts';
import type { FromPhone } from '../call/messages.ts';
import { Actor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import { Framer } from './framing.ts';
import { KeptAudio } from './kept-audio.ts';
import type { PhoneLine, PhoneMessage } from './messages.ts';
import { NEW_PHONE, type PhoneEffect, type PhoneState, phoneStep } from './state.ts';

export interface PhoneActorPorts {
  readonly line: PhoneLine;
  readonly format: AudioFormat;
  readonly tellCall: (message: FromPhone) => void;
  readonly clock: Clock;
  readonly onCrash: (error: unknown) => void;
}

export class PhoneActor {
  private readonly actor: Actor<PhoneState, PhoneMessage, PhoneEffect>;
  private readonly framer: Framer;
  private readonly kept: KeptAudio;

  constructor({ line, format, tellCall, clock, onCrash }: PhoneActorPorts) {
    this.framer = new Framer(format);
    this.kept = new KeptAudio(format);
    const perform = (effect: PhoneEffect): void => {
      switch (effect.kind) {
        case 'play':
          this.kept.add(effect);
          return line.play(effect.payload, effect);
        case 'keep':
          return this.kept.add(effect);
        case 'replay':
          return line.play(this.kept.read(effect.itemId, effect.fromMs, effect.ms), effect);
        case 'mark':
          return line.mark(effect.name);
        case 'clear':
          return line.clear();
        case 'close':
          return line.close();
        case 'tell_call':
          return tellCall(effect.message);
      }
    };
    const { lostMarkGraceMs = NEW_PHONE.lostMarkGraceMs } = line;
    const state = { ...NEW_PHONE, lostMarkGraceMs };
    this.actor = new Actor({ state, step: phoneStep, perform, clock, onCrash });
  }

  get state(): PhoneState {
    return this.actor.state;
  }

  tell(message: PhoneMessage): void {
    if (message.type === 'speech') {
      const framed = this.framer.push(message.itemId, message.payload, message.ms);
      if (framed) this.actor.tell({ ...message, ...framed });
      return;
    }
    if (message.type === 'speech_complete') {
      const last = this.framer.end(message.itemId);
      if (last) this.actor.tell({ type: 'speech', itemId: message.itemId, ...last });
    }
    this.actor.tell(message);
    this.kept.trim(this.state);
  }

  stop(): void {
    this.actor.stop();
    this.kept.close();
  }
}
