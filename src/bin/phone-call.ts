/**
 * One telephone call on this node: wires its three actors to each other and to the world, and takes all of it down
 * together, however it ends. Until the clinic's facts are there, what the line says waits (they nearly always are).
 */
import { CallActor } from '../../actors/call/actor.ts';
import { CALL_LIMITS, type CallIdentity } from '../../actors/call/messages.ts';
import type { Clock } from '../../actors/kernel/clock.ts';
import { ModelActor } from '../../actors/model/actor.ts';
import type { ConnectModel } from '../../actors/model/messages.ts';
import type { Rotation } from '../../actors/model/state.ts';
import { PhoneActor } from '../../actors/phone/actor.ts';
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import type { Clinic } from '../domain/clinic.ts';
import type { CallContext, Events } from '../domain/events.ts';
import type { BookingStore, ConversationLog } from '../domain/ports.ts';
import { instructions } from '../receptionist/instructions.ts';
import { fixedPhrases } from '../receptionist/phrases.ts';
import { toolDeclarations, useTool } from '../receptionist/tools/toolbox.ts';

export interface CallWorld {
  readonly connectModel: ConnectModel;
  /** When a call's session is followed by a fresh one; by the service's limit where absent. */
  readonly rotation?: Rotation | undefined;
  /** A number in [0, 1). */
  readonly chance: () => number;
  readonly bookings: BookingStore;
  readonly log: ConversationLog;
  readonly events: Events;
  readonly clock: Clock;
}

/** What the phone network should do with the caller once the stream has ended. */
export type NextForCaller = 'hang_up' | 'staff';

interface Actors {
  readonly call: CallActor;
  readonly phone: PhoneActor;
  readonly model: ModelActor;
}

/** What a line may say before the clinic is known: a few seconds of frames and marks. */
const EARLY_WORDS = 1_000;

export class PhoneCall implements PhoneInlet {
  readonly identity: CallIdentity;
  private readonly world: CallWorld;
  private readonly line: PhoneLine;
  private readonly onOver: (next: NextForCaller) => void;
  private readonly context: CallContext;
  private readonly startedAt: number;
  private actors: Actors | undefined;
  private early: (() => void)[] = [];
  private over = false;

  /** `onOver` is called once, when everything is let go. */
  constructor(identity: CallIdentity, line: PhoneLine, world: CallWorld, onOver: (next: NextForCaller) => void) {
    this.identity = identity;
    this.line = line;
    this.world = world;
    this.onOver = onOver;
    this.startedAt = world.clock.now();
    const { callSid, conversationId, clinicId } = identity;
    this.context = { callSid: callSid ?? undefined, conversationId, clinicId };
  }

  /** What its caller is to hear next where their line is gone and the call is not quite over. */
  get next(): NextForCaller {
    return this.actors?.call.nextForCaller ?? 'hang_up';
  }

  /** Begins the conversation with the clinic's facts, pinned for the call. */
  begin(clinic: Clinic): void {
    if (this.over) return;
    this.recordStart(clinic);
    this.actors = this.wire(clinic);
    this.actors.phone.tell({ type: 'line_opened' });
    for (const word of this.early.splice(0)) word();
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
    if (this.actors) this.actors.call.tell({ type: 'shut_down', reason });
    this.letGo('staff');
    return Promise.resolve();
  }

  audio(payload: string): void {
    if (this.actors) this.actors.model.audio(payload);
    else this.later(() => this.audio(payload));
  }

  mark(name: string): void {
    if (this.actors) this.actors.phone.tell({ type: 'mark', name });
    else this.later(() => this.mark(name));
  }

  digit(digit: string): void {
    if (this.actors) this.actors.phone.tell({ type: 'digit', digit });
    else this.later(() => this.digit(digit));
  }

  closed(reason: 'stop' | 'broken'): void {
    if (this.actors) this.actors.phone.tell({ type: 'line_closed', reason });
    else this.letGo(reason === 'stop' ? 'hang_up' : 'staff');
  }

  private later(word: () => void): void {
    if (!this.over && this.early.length < EARLY_WORDS) this.early.push(word);
  }

  private wire(clinic: Clinic): Actors {
    const { world, identity } = this;
    const { clock, events } = world;
    const facts = { clinic, phrases: fixedPhrases(clinic), limits: CALL_LIMITS };
    const crash = (actor: string) => (error: unknown) => this.fail(actor, error);
    const brief = {
      instructions: instructions({ clinic, now: clock.now(), callerPhone: identity.callerPhone }),
      voice: clinic.voice,
      language: clinic.language,
      tools: toolDeclarations(),
    };
    const call = new CallActor(identity, facts, {
      ...world,
      tellPhone: (message) => phone.tell(message),
      tellModel: (order) => model.tell(order),
      useTool: (name, argumentsText, dealings) => {
        const context = { ...identity, clinic, dealings, bookings: world.bookings, now: () => clock.now() };
        return useTool(name, argumentsText, context, (tool, error) =>
          events.emit('tool.broke', { ...this.context, tool, code: 'internal_error', error }),
        );
      },
      onFinished: (next) => this.letGo(next),
      onCrash: crash('call'),
    });
    const phone = new PhoneActor({
      line: this.line,
      tellCall: (message) => call.tell(message),
      clock,
      onCrash: crash('phone'),
    });
    const model = new ModelActor(brief, {
      connect: world.connectModel,
      tellCall: (message) => call.tell(message),
      tellPhone: (message) => phone.tell(message),
      onConnected: (ms) => events.emit('model.connected', { ...this.context, ms }),
      onReconnected: (result, ms) => events.emit('model.reconnected', { ...this.context, result, ms }),
      onLimitNear: (limit, share, resetMs) =>
        events.emit('model.limit_near', { ...this.context, limit, share, resetMs }),
      onUsage: (usage) => events.emit('model.usage', { ...this.context, usage }),
      onError: (kind, code) => events.emit('model.error', { ...this.context, kind, code }),
      clock,
      luck: world.chance(),
      rotation: world.rotation,
      onCrash: crash('model'),
    });
    return { call, phone, model };
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
    if (!this.actors) return;
    const { conversationId, clinicId, channel } = this.identity;
    const endedAt = this.world.clock.now();
    const end = { outcome: 'failed', endedBy: 'failure' } as const;
    this.world.log.write({ kind: 'ended', conversationId, clinicId, endedAt, ...end });
    this.world.events.emit('call.ended', { ...this.context, channel, durationMs: endedAt - this.startedAt, ...end });
  }

  private letGo(next: NextForCaller): void {
    if (this.over) return;
    this.over = true;
    this.early = [];
    this.actors?.call.stop();
    this.actors?.phone.stop();
    this.actors?.model.stop();
    this.line.close();
    this.onOver(next);
  }
}
