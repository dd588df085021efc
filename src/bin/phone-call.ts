/**
 * One telephone call on this node: wires its three actors to each other and to the world, and takes all of it down
 * together, however it ends. Until the clinic's facts are there, what the line says waits (they nearly always are).
 */
import { CallActor } from '../../actors/call/actor.ts';
import {
  CALL_LIMITS,
  type CallIdentity,
  type CallMessage,
  type FromScreen,
  type FromStaff,
} from '../../actors/call/messages.ts';
import type { Clock } from '../../actors/kernel/clock.ts';
import { ModelActor } from '../../actors/model/actor.ts';
import type { ConnectModel } from '../../actors/model/messages.ts';
import type { Rotation } from '../../actors/model/state.ts';
import { PhoneActor } from '../../actors/phone/actor.ts';
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import type { AudioFormat } from '../domain/audio-format.ts';
import type { Clinic } from '../domain/clinic.ts';
import { outcomeSoFar } from '../domain/dealings.ts';
import type { AvaEventName, AvaEvents, CallContext, Events } from '../domain/events.ts';
import type { BookingStore, ConversationLog, MessageStore, PhraseBook } from '../domain/ports.ts';
import { NO_TRACING, type Tracing } from '../domain/tracing.ts';
import { instructions } from '../receptionist/instructions.ts';
import { fixedPhrases } from '../receptionist/phrases.ts';
import { toolDeclarations, useTool } from '../receptionist/tools/toolbox.ts';
import { type BilledModels, CallMeter } from './call-meter.ts';
import { tracedTurn } from './traced-turn.ts';

export interface CallWorld {
  readonly connectModel: ConnectModel;
  readonly models: BilledModels;
  readonly phrases: PhraseBook;
  /** When a call's session is followed by a fresh one; by the service's limit where absent. */
  readonly rotation?: Rotation | undefined;
  /** A number in [0, 1). */
  readonly chance: () => number;
  readonly bookings: BookingStore;
  readonly messages: MessageStore;
  readonly log: ConversationLog;
  readonly events: Events;
  /** Nothing is traced where absent. */
  readonly tracing?: Tracing;
  readonly clock: Clock;
}

/** What the phone network should do with the caller once the stream has ended; after a `transfer` they may come back. */
export type NextForCaller = 'hang_up' | 'staff' | 'transfer';

interface Conversation {
  readonly clinic: Clinic;
  readonly call: CallActor;
}

/** What one stream needs beside the conversation, which may go on over another. */
interface Legs {
  readonly phone: PhoneActor;
  readonly model: ModelActor;
}

/** What a line may say before the clinic is known: a few seconds of frames and marks. */
const EARLY_WORDS = 1_000;

/** Who watches a call that has a screen; what it is told must not throw. */
export interface CallScreen {
  /** What the model makes of the conversation, and what came of playing it. */
  heard(message: CallMessage): void;
  told<Name extends AvaEventName>(name: Name, event: AvaEvents[Name]): void;
}

export interface CallOptions {
  /** What the line speaks, and so the model's sessions. */
  readonly format: AudioFormat;
  readonly screen?: CallScreen;
}

const TELEPHONE: CallOptions = { format: 'audio/pcmu' };

export class PhoneCall implements PhoneInlet {
  readonly identity: CallIdentity;
  private readonly world: CallWorld;
  private line: PhoneLine;
  private readonly options: CallOptions;
  private readonly onLeft: (next: NextForCaller) => void;
  private readonly context: CallContext;
  private readonly startedAt: number;
  private readonly meter: CallMeter;
  private conversation: Conversation | undefined;
  private legs: Legs | undefined;
  private early: (() => void)[] = [];
  private over = false;

  /** `onLeft` is called for each `transfer`, and once with anything else, when everything is let go. */
  constructor(
    identity: CallIdentity,
    line: PhoneLine,
    world: CallWorld,
    onLeft: (next: NextForCaller) => void,
    options = TELEPHONE,
  ) {
    this.options = options;
    this.identity = identity;
    this.line = line;
    this.world = world;
    this.onLeft = onLeft;
    this.startedAt = world.clock.now();
    const { callSid, conversationId, clinicId } = identity;
    this.context = { callSid: callSid ?? undefined, conversationId, clinicId };
    const { clock, ...billing } = world;
    const now = (): number => clock.now();
    this.meter = new CallMeter({ conversationId, clinicId, context: this.context, now, ...billing });
  }

  /** What its caller is to hear next where their line is gone and the call is not quite over. */
  get next(): NextForCaller {
    return this.conversation?.call.nextForCaller ?? 'hang_up';
  }

  /** Begins the conversation with the clinic's facts, pinned for the call. */
  begin(clinic: Clinic): void {
    if (this.over) return;
    this.recordStart(clinic);
    this.conversation = { clinic, call: this.wireCall(clinic) };
    this.legs = this.wireLegs(clinic, false);
    this.legs.phone.tell({ type: 'line_opened' });
    for (const word of this.early.splice(0)) word();
  }

  /** Whether the caller is with staff, or being dialled through to them. */
  get isAway(): boolean {
    return this.conversation?.call.state.mode === 'away';
  }

  /** What the caller did on their screen. */
  onScreen(message: FromScreen): void {
    this.conversation?.call.tell(message);
  }

  /** What became of the caller while away. */
  tellOfStaff(news: FromStaff): void {
    this.conversation?.call.tell(news);
  }

  /** Why the caller is to speak with staff; null where they are not. */
  get transferReason(): string | null {
    return this.conversation?.call.state.dealings.transferring ?? null;
  }

  /** The caller comes back from staff over another line; null where the conversation is over. */
  comeBack(line: PhoneLine): PhoneInlet | null {
    if (this.over || !this.conversation) return null;
    this.line = line;
    this.legs = this.wireLegs(this.conversation.clinic, true);
    this.legs.phone.tell({ type: 'line_opened' });
    return this;
  }

  /** Ends a call that cannot go on; the caller is handed to staff. */
  fail(where: string, error: unknown): void {
    if (this.over) return;
    this.world.events.emit('call.crashed', { ...this.context, actor: where, error });
    this.recordFailure();
    this.letGo('staff');
  }

  /** Ends the call from our side; the record is closed. Resolves when everything is let go. */
  stop(reason: string): Promise<void> {
    this.conversation?.call.tell({ type: 'shut_down', reason });
    this.letGo('staff');
    return Promise.resolve();
  }

  audio(payload: string): void {
    if (this.conversation) this.legs?.model.audio(payload);
    else this.later(() => this.audio(payload));
  }

  mark(name: string): void {
    if (this.conversation) this.legs?.phone.tell({ type: 'mark', name });
    else this.later(() => this.mark(name));
  }

  digit(digit: string): void {
    if (this.conversation) this.legs?.phone.tell({ type: 'digit', digit });
    else this.later(() => this.digit(digit));
  }

  closed(reason: 'stop' | 'broken'): void {
    if (this.conversation) this.legs?.phone.tell({ type: 'line_closed', reason });
    else this.letGo(reason === 'stop' ? 'hang_up' : 'staff');
  }

  private later(word: () => void): void {
    if (!this.over && this.early.length < EARLY_WORDS) this.early.push(word);
  }

  private wireCall(clinic: Clinic): CallActor {
    const { world, identity } = this;
    const { clock, events, tracing = NO_TRACING } = world;
    const traced = tracedTurn(tracing, identity.conversationId);
    const facts = {
      clinic,
      phrasesIn: (language: string) => fixedPhrases(clinic, language),
      rendered: (language: string, sentence: string) =>
        world.phrases.audioOf(clinic.id, clinic.voice, language, this.options.format, sentence),
      limits: CALL_LIMITS,
    };
    return new CallActor(identity, facts, {
      ...world,
      events: this.watched(events),
      tellPhone: (message) => this.legs?.phone.tell(message),
      tellModel: (order) => this.legs?.model.tell(order),
      bookings: traced.holds(world.bookings),
      useTool: (name, argumentsText, dealings) => {
        const { bookings, messages } = world;
        const context = { ...identity, clinic, dealings, bookings, messages, now: () => clock.now() };
        return traced.tool(name, () =>
          useTool(name, argumentsText, context, (tool, code, error) =>
            events.emit('tool.broke', { ...this.context, tool, code, error }),
          ),
        );
      },
      onAway: () => this.leave(),
      onFinished: (next) => this.letGo(next),
      onCrash: (error) => this.fail('call', error),
    });
  }

  /** The call's events, for its screen too. */
  private watched(events: Events): Events {
    const { screen } = this.options;
    if (!screen) return events;
    return {
      emit(name, event) {
        events.emit(name, event);
        screen.told(name, event);
      },
    };
  }

  /** `continued`: over another line before. */
  private wireLegs(clinic: Clinic, continued: boolean): Legs {
    const { world, identity } = this;
    const { clock, events } = world;
    const crash = (actor: string) => (error: unknown) => this.fail(actor, error);
    const tellCall = (message: CallMessage): void => {
      this.options.screen?.heard(message);
      this.conversation?.call.tell(message);
    };
    const brief = {
      instructions: instructions({ clinic, now: clock.now(), callerPhone: identity.callerPhone }),
      voice: clinic.voice,
      languages: clinic.conversation.languages,
      format: this.options.format,
      tools: toolDeclarations(),
    };
    const phone = new PhoneActor({
      line: this.line,
      format: this.options.format,
      tellCall,
      clock,
      onCrash: crash('phone'),
    });
    const model = new ModelActor(brief, {
      connect: world.connectModel,
      continued,
      tellCall,
      tellPhone: (message) => phone.tell(message),
      onConnected: (ms) => events.emit('model.connected', { ...this.context, ms }),
      onReconnected: (result, ms) => events.emit('model.reconnected', { ...this.context, result, ms }),
      onLimitNear: (limit, share, resetMs) =>
        events.emit('model.limit_near', { ...this.context, limit, share, resetMs }),
      onUsage: (usage) => this.meter.responded(usage),
      onTranscribed: (usage) => this.meter.transcribed(usage),
      onError: (kind, code) => events.emit('model.error', { ...this.context, kind, code }),
      clock,
      luck: world.chance(),
      rotation: world.rotation,
      onCrash: crash('model'),
    });
    return { phone, model };
  }

  private recordStart(clinic: Clinic): void {
    const { conversationId, clinicId, channel, callSid, callerPhone, calledNumber, node } = this.identity;
    this.world.events.emit('call.started', { ...this.context, channel });
    this.world.log.write({
      kind: 'started',
      conversationId,
      clinicId,
      channel,
      customerPhone: callerPhone,
      language: clinic.language,
      startedAt: this.startedAt,
      call: callSid === null ? null : { callSid, from: callerPhone, to: calledNumber, ownerNode: node },
    });
  }

  /** An actor that crashed cannot close its own record. */
  private recordFailure(): void {
    if (!this.conversation) return;
    const { conversationId, clinicId, channel } = this.identity;
    const { dealings, callerTurns } = this.conversation.call.state;
    const endedAt = this.world.clock.now();
    const end = { outcome: outcomeSoFar(dealings, callerTurns, true), endedBy: 'failure' } as const;
    this.world.log.write({ kind: 'ended', conversationId, clinicId, endedAt, ...end });
    this.world.events.emit('call.ended', { ...this.context, channel, durationMs: endedAt - this.startedAt, ...end });
  }

  private letGo(next: NextForCaller): void {
    if (this.over) return;
    this.over = true;
    this.early = [];
    this.conversation?.call.stop();
    this.dropLegs();
    this.meter.close();
    this.onLeft(next);
  }

  /** The caller goes to staff; the conversation stays. */
  private leave(): void {
    this.dropLegs();
    this.onLeft('transfer');
  }

  private dropLegs(): void {
    this.legs?.phone.stop();
    this.legs?.model.stop();
    this.legs = undefined;
    this.line.close();
  }
}
