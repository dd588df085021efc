/**
 * One telephone call on this node: wires its three actors to each other and to the world, and takes all of it down
 * together, however it ends. Until the clinic's facts are there, what the line says waits (they nearly always are).
 * One long file, so that everything that lets go of a call, or of its line alone, is seen at once.
 */
import { CallActor, type CallActorPorts } from '../../actors/call/actor.ts';
import { turnsOf } from '../../actors/call/history.ts';
import {
  CALL_LIMITS,
  type CallIdentity,
  type CallMessage,
  type FarEnd,
  type FromScreen,
  type FromStaff,
} from '../../actors/call/messages.ts';
import { FRUITLESS_RESUMES } from '../../actors/call/resume.ts';
import type { CallState } from '../../actors/call/state.ts';
import { ModelActor } from '../../actors/model/actor.ts';
import type { ModelBrief } from '../../actors/model/messages.ts';
import { PhoneActor } from '../../actors/phone/actor.ts';
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import type { AudioFormat } from '../domain/audio-format.ts';
import { type CallFence, FIRST_EPOCH, type Kept } from '../domain/call-keeping.ts';
import type { LineLoss } from '../domain/call-watch.ts';
import type { Clinic } from '../domain/clinic.ts';
import { outcomeSoFar } from '../domain/dealings.ts';
import type { CallContext, Events } from '../domain/events.ts';
import type { ConversationEntry } from '../domain/ports.ts';
import type { CutOff } from '../domain/texting.ts';
import { NO_TRACING } from '../domain/tracing.ts';
import type { Usage } from '../domain/usage.ts';
import { instructions } from '../receptionist/instructions.ts';
import { knownCallerNote } from '../receptionist/known-caller.ts';
import { fixedPhrases } from '../receptionist/phrases.ts';
import { toolDeclarations, useTool } from '../receptionist/tools/toolbox.ts';
import type { Adopted, CallKeeping } from './call-adoption.ts';
import { CallCheckpoints } from './call-checkpoints.ts';
import { CallMeter } from './call-meter.ts';
import { type CallEnd, cutOffBy, endingOf, headOf, registeredName, telephoneKey } from './call-snapshot.ts';
import { type CallOptions, type CallWorld, type NextForCaller, TELEPHONE } from './call-world.ts';
import { inNameOf } from './owned-stores.ts';
import { tracedTurn } from './traced-turn.ts';

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

/** In which a call whose line is gone is worth another one. */
const COMES_BACK: Readonly<Record<LineLoss, ReadonlySet<CallState['mode']>>> = {
  broke: new Set(['opening', 'talking', 'parting']),
  stopped: new Set(['opening', 'talking']),
};

export class PhoneCall implements PhoneInlet {
  readonly identity: CallIdentity;
  private readonly world: CallWorld;
  private line: PhoneLine;
  private readonly options: CallOptions;
  private readonly onLeft: (next: NextForCaller) => void;
  private readonly context: CallContext;
  private startedAt: number;
  private meter: CallMeter;
  private conversation: Conversation | undefined;
  private legs: Legs | undefined;
  private early: (() => void)[] = [];
  private over = false;
  /** Which of the call's lines is the present one, or that none is: with each that comes or goes it grows. */
  private lineNumber = 0;
  /** How its line went, and when, ms since the epoch; null while it has one, or is with staff. */
  private lost: { readonly by: LineLoss; readonly at: number } | null = null;
  private isCallerGone = false;
  /** What it was at when its line broke, or its node fell silent; null where neither was so. */
  private brokeIn: CallState['mode'] | null = null;
  private brokeOff: CutOff | null = null;
  private giveUpWaiting: (() => void) | undefined;
  private checkpoints: CallCheckpoints | undefined;
  /** In whose name this node writes for the call. */
  readonly fence: CallFence;
  /** How the record was closed, as far as this node can tell. */
  private end: CallEnd | undefined;

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
    this.fence = { callSid: registeredName(identity), epoch: options.epoch ?? FIRST_EPOCH };
    this.world = this.owned(world);
    this.onLeft = onLeft;
    this.startedAt = world.clock.now();
    const { callSid, conversationId, clinicId } = identity;
    this.context = { callSid: callSid ?? undefined, conversationId, clinicId };
    this.meter = this.meterFrom();
  }

  private meterFrom(before?: Usage): CallMeter {
    const { conversationId, clinicId } = this.identity;
    const { clock, ...billing } = this.world;
    const now = (): number => clock.now();
    return new CallMeter({ conversationId, clinicId, context: this.context, now, ...billing }, before);
  }

  private billed(): void {
    this.conversation?.call.tell({ type: 'billed', usage: this.meter.usage });
  }

  /** What its caller is to hear next where their line is gone and the call is not quite over. */
  get next(): 'hang_up' | 'staff' {
    return this.conversation?.call.nextForCaller ?? 'hang_up';
  }

  /** Begins the conversation with the clinic's facts, pinned for the call. */
  begin(clinic: Clinic): void {
    if (this.over) return;
    this.recordStart(clinic);
    this.keep(0);
    this.conversation = { clinic, call: this.wireCall(clinic) };
    this.checkpoints?.begin(this.conversation.call.state);
    this.legs = this.wireLegs(clinic, false);
    this.legs.phone.tell({ type: 'line_opened' });
    for (const word of this.early.splice(0)) word();
    void this.recognise();
  }

  /** The greeting waits for nothing: who calls is known a moment later, or is not. */
  private async recognise(): Promise<void> {
    const { clinicId, callerPhone } = this.identity;
    if (callerPhone === null || !this.world.recognise) return;
    try {
      const note = knownCallerNote(await this.world.recognise(clinicId, callerPhone));
      if (note !== null && !this.over) this.conversation?.call.tell({ type: 'caller_known', note });
    } catch (error) {
      this.world.events.emit('dependency.lost', { name: 'postgres', error });
    }
  }

  /**
   * Goes on with a call that another node had, and whose line broke at `brokeAt`; null: its caller is with staff.
   * `farEnd`: what a browser told of what it played, and of what it will send again.
   */
  takeUp(clinic: Clinic, { state, seq }: Adopted, brokeAt: number | null, farEnd?: FarEnd): void {
    if (this.over) return;
    this.startedAt = state.startedAt;
    this.meter = this.meterFrom(state.usage);
    this.keep(seq);
    this.conversation = { clinic, call: this.wireCall(clinic, state) };
    this.checkpoints?.begin(state);
    // Once more: the node before may not have come to it.
    this.writeStart(clinic);
    for (const turn of turnsOf(state)) this.world.log.write(turn);
    if (brokeAt !== null) this.goOn(clinic, brokeAt, farEnd);
  }

  /** Ends a call that another node had, and whose caller has left: what was under way is done, and its record closed. */
  takeLeave(clinic: Clinic, adopted: Adopted, brokeAt: number): void {
    this.brokeIn = adopted.state.mode;
    this.takeUp(clinic, adopted, null);
    if (this.isAway) return this.callerLeft();
    this.conversation?.call.tell({ type: 'taken_up', brokeAt, node: this.identity.node });
    this.conversation?.call.tell({ type: 'phone_closed', reason: 'stop' });
  }

  private goOn(clinic: Clinic, brokeAt: number, farEnd?: FarEnd): void {
    this.legs = this.wireLegs(clinic, true);
    this.conversation?.call.tell({ type: 'taken_up', brokeAt, node: this.identity.node, ...(farEnd && { farEnd }) });
    this.legs?.model.hearsAgain(this.conversation?.call.state.link.reheard.length ?? 0, farEnd !== undefined);
    this.legs?.phone.tell({ type: 'line_opened' });
  }

  /** What there is to go on with in writing, of a call that broke off; null where it did not, or there is nothing. */
  get cutOff(): CutOff | null {
    return this.brokeOff;
  }

  /** Whether staff picked up and heard who calls, and nothing has come of it yet. */
  get isStaffTold(): boolean {
    return this.conversation?.call.state.staffTold ?? false;
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

  /** That its caller speaks, BCP 47. */
  get language(): string | undefined {
    return this.conversation?.call.state.language;
  }

  /** Its line is gone, and its caller may come back over another one: how, and since when; null where not. */
  get orphaned(): { readonly by: LineLoss; readonly at: number } | null {
    return this.lost;
  }

  /** The caller comes back over another line, from staff or since theirs broke; null where the conversation is over. */
  comeBack(line: PhoneLine): PhoneInlet | null {
    if (this.over || !this.conversation) return null;
    const { clinic } = this.conversation;
    const { lost } = this;
    this.line = line;
    this.lost = null;
    this.brokeIn = null;
    this.giveUpWaiting?.();
    const inlet = this.inletOf(++this.lineNumber);
    if (lost) this.goOn(clinic, lost.at);
    else {
      this.legs = this.wireLegs(clinic, true);
      this.legs.phone.tell({ type: 'line_opened' });
    }
    return inlet;
  }

  /** What a later line says; nothing any more once another one has taken its place. */
  private inletOf(number: number): PhoneInlet {
    const isPresent = (): boolean => this.lineNumber === number;
    return {
      audio: (payload) => isPresent() && this.heard(payload),
      mark: (name) => isPresent() && this.marked(name),
      digit: (digit) => isPresent() && this.pressed(digit),
      closed: (reason) => isPresent() && this.lineClosed(reason),
    };
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
    if (this.lineNumber === 0) this.heard(payload);
  }

  mark(name: string): void {
    if (this.lineNumber === 0) this.marked(name);
  }

  digit(digit: string): void {
    if (this.lineNumber === 0) this.pressed(digit);
  }

  closed(reason: 'stop' | 'broken'): void {
    if (this.lineNumber === 0) this.lineClosed(reason);
  }

  private heard(payload: string): void {
    if (this.conversation) this.legs?.model.audio(payload);
    else this.later(() => this.heard(payload));
  }

  private marked(name: string): void {
    if (this.conversation) this.legs?.phone.tell({ type: 'mark', name });
    else this.later(() => this.marked(name));
  }

  private pressed(digit: string): void {
    if (this.conversation) this.legs?.phone.tell({ type: 'digit', digit });
    else this.later(() => this.pressed(digit));
  }

  private lineClosed(reason: 'stop' | 'broken'): void {
    if (!this.conversation) return this.letGo(reason === 'stop' ? 'hang_up' : 'staff');
    if (reason === 'broken' && this.mayComeBack('broke')) return this.orphan('broke');
    if (this.lost) return this.conversation.call.tell({ type: 'phone_closed', reason });
    this.legs?.phone.tell({ type: 'line_closed', reason });
  }

  /** The phone network says, or is taken to say, that the caller's line is broken. */
  lineBroke(): void {
    if (!this.lost) this.lineClosed('broken');
  }

  /** The phone network says that the caller is gone. */
  callerLeft(): void {
    if (this.isAway) return this.tellOfStaff({ type: 'caller_left' });
    this.isCallerGone = true;
    this.lineClosed('stop');
  }

  private mayComeBack(loss: LineLoss): boolean {
    const state = this.conversation?.call.state;
    if (!state || !this.world.keeping || this.identity.callSid === null || !this.legs) return false;
    return COMES_BACK[loss].has(state.mode) && state.resumes < FRUITLESS_RESUMES;
  }

  /** Waits for the caller to come back, here or on another node; the model's session is not kept waiting. */
  private orphan(by: LineLoss): void {
    const { clock, keeping } = this.world;
    if (this.lost || !keeping) return;
    this.lost = { by, at: clock.now() };
    if (by === 'broke') this.brokeIn = this.conversation?.call.state.mode ?? null;
    // That the old line is closed now is no word of its caller's.
    this.lineNumber++;
    this.dropLegs();
    this.conversation?.call.tell({ type: 'line_lost', played: null });
    this.keepNow();
    this.giveUpWaiting = clock.wakeAt(this.lost.at + keeping.resumeMs, () => void this.neverCame(keeping));
  }

  /** Nobody came back here. Where another node has the call, it ends there. */
  private async neverCame(keeping: CallKeeping): Promise<void> {
    const isOurs = await this.isOurs(keeping);
    if (!this.lost) return;
    const reason = this.lost.by === 'stopped' ? 'stop' : 'broken';
    if (isOurs) this.conversation?.call.tell({ type: 'phone_closed', reason });
    else this.abandon();
  }

  /** The caller, who went without a word, has not come back to this node in their time. */
  async givenUp(): Promise<void> {
    const { keeping } = this.world;
    if (!keeping || (await this.isOurs(keeping))) this.closed('stop');
    else this.abandon();
  }

  /** Whether no other node has claimed the call, as far as can be known. */
  private isOurs({ register }: CallKeeping): Promise<boolean> {
    return register.holds({ ...this.fence, clinicId: this.identity.clinicId }).catch(() => true);
  }

  /** The world as this call may change it. */
  private owned(world: CallWorld): CallWorld {
    if (!world.keeping) return world;
    const owned = inNameOf(this.fence, world, () => this.abandon());
    const write = (entry: ConversationEntry): void => {
      if (entry.kind === 'ended') this.end = entry;
      owned.log.write(entry);
    };
    return { ...world, ...owned, log: { ...owned.log, write } };
  }

  /** Whoever has the call by now had this epoch's after it: nothing is said, done or written here any more. */
  displaced(epoch: number): void {
    if (epoch >= this.fence.epoch) this.abandon();
  }

  /** Another node has the call. */
  private abandon(): void {
    if (!this.over) this.options.screen?.displaced();
    this.letGo('elsewhere');
  }

  /** Keeps the call outside this node from here on. */
  private keep(seq: number): void {
    const { keeping, clock } = this.world;
    const { screen } = this.options;
    if (!keeping) return;
    this.checkpoints = new CallCheckpoints({
      keeper: keeping.keeper,
      rounds: keeping.rounds,
      // A browser drops what is acknowledged.
      inTick: screen !== undefined,
      key: this.options.key ?? telephoneKey(this.fence.callSid),
      epoch: this.fence.epoch,
      seq,
      headOf: (state, before) => headOf(state, screen?.memory(this.sent), before),
      onStale: () => this.abandon(),
      onSaved: (result, ms) => this.tellKept(result, ms),
      now: () => clock.now(),
    });
  }

  /** At each save, so field by field: with the context spread into it V8 went on making new shapes (a profile). */
  private tellKept(result: Kept | 'failed', ms: number): void {
    const { callSid, conversationId, clinicId } = this.context;
    this.world.events.emit('call.kept', { callSid, conversationId, clinicId, result, ms });
  }

  /** What was sent to be played and is not known to be heard. */
  private get sent() {
    const speeches = this.legs?.phone.state.speeches ?? [];
    return speeches.map(({ itemId, sentMs, complete }) => ({ itemId, sentMs, complete }));
  }

  /** What the call's screen remembers has changed. */
  remember(): void {
    this.checkpoints?.soon();
  }

  /** The line is gone: who asks about the call next may ask another node, in the next millisecond. */
  keepNow(): void {
    this.checkpoints?.flush();
  }

  private later(word: () => void): void {
    if (!this.over && this.early.length < EARLY_WORDS) this.early.push(word);
  }

  private wireCall(clinic: Clinic, state?: CallState): CallActor {
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
    const ports: CallActorPorts = {
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
      ...(this.checkpoints && {
        onChange: (before, after) => this.checkpoints?.changed(before, after),
        kept: () => this.checkpoints?.settled() ?? Promise.resolve(),
      }),
    };
    return new CallActor(identity, facts, ports, state);
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
      // The network ended the stream, which need not be the call's end; what was heard of it is recorded by now.
      if (isStop(message) && !this.isCallerGone && this.mayComeBack('stopped')) return this.orphan('stopped');
      this.options.screen?.heard(message);
      this.conversation?.call.tell(message);
    };
    const brief = briefOf(clinic, identity.callerPhone, this.options.format, clock.now());
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
      onUsage: (usage) => {
        this.meter.responded(usage);
        this.billed();
      },
      onTranscribed: (usage) => {
        this.meter.transcribed(usage);
        this.billed();
      },
      onError: (kind, code) => events.emit('model.error', { ...this.context, kind, code }),
      clock,
      luck: world.chance(),
      rotation: world.rotation,
      onCrash: crash('model'),
    });
    return { phone, model };
  }

  private recordStart(clinic: Clinic): void {
    this.world.events.emit('call.started', { ...this.context, channel: this.identity.channel });
    this.writeStart(clinic);
  }

  private writeStart(clinic: Clinic): void {
    const { conversationId, clinicId, channel, callSid, callerPhone, calledNumber, node } = this.identity;
    const isRegistered = callSid !== null || this.world.keeping !== undefined;
    const call = { callSid: this.fence.callSid, from: callerPhone, to: calledNumber, ownerNode: node };
    this.world.log.write({
      kind: 'started',
      conversationId,
      clinicId,
      channel,
      customerPhone: callerPhone,
      language: clinic.language,
      startedAt: this.startedAt,
      call: isRegistered ? call : null,
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
    const event = { ...this.context, channel, durationMs: endedAt - this.startedAt, ...end };
    this.watched(this.world.events).emit('call.ended', event);
  }

  private get outcome(): string | undefined {
    if (!this.conversation) return undefined;
    const { dealings, callerTurns, broke } = this.conversation.call.state;
    return outcomeSoFar(dealings, callerTurns, broke);
  }

  private letGo(next: Exclude<NextForCaller, 'transfer'>): void {
    if (this.over) return;
    this.over = true;
    this.early = [];
    const { clinicId, conversationId } = this.identity;
    this.giveUpWaiting?.();
    this.conversation?.call.stop();
    this.dropLegs();
    if (next === 'elsewhere') this.checkpoints?.close();
    else {
      this.brokeOff = this.brokenOff(next);
      const ending = {
        next,
        clinicId,
        conversationId,
        outcome: this.outcome,
        epoch: this.fence.epoch,
        end: this.end,
        cut: this.brokeOff ?? undefined,
      };
      this.checkpoints?.end(endingOf(ending));
    }
    this.meter.close();
    this.onLeft(next);
  }

  /** A call that ends while its line is gone broke off, and so did one whose caller is sent to staff because of it. */
  private brokenOff(next: 'hang_up' | 'staff'): CutOff | null {
    const state = this.conversation?.call.state;
    if (!state || (next === 'hang_up' && this.brokeIn === null)) return null;
    return cutOffBy({ ...state, mode: this.brokeIn ?? state.mode });
  }

  /** The caller goes to staff; the conversation stays. */
  private leave(): void {
    this.keepNow();
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

function isStop(message: CallMessage): boolean {
  return message.type === 'phone_closed' && message.reason === 'stop';
}

/** What the sessions of a call are opened with. */
export function briefOf(clinic: Clinic, callerPhone: string | null, format: AudioFormat, now: number): ModelBrief {
  return {
    instructions: instructions({ clinic, now, callerPhone }),
    voice: clinic.voice,
    languages: clinic.conversation.languages,
    format,
    tools: toolDeclarations(),
  };
}
