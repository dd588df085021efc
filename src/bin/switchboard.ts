/**
 * The front desk's decisions on this node: which calls are taken, which of them live here, and what a call does next
 * once its stream has ended. Holds one entry a live call, and for a while the next step of those that ended.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { CallIdentity } from '../../actors/call/messages.ts';
import { Supervisor } from '../../actors/kernel/supervisor.ts';
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import { withinPatience } from '../../db/within-patience.ts';
import type { CallFence } from '../domain/call-keeping.ts';
import type { OrphanedCall, WatchedCall } from '../domain/call-watch.ts';
import type { Clinic } from '../domain/clinic.ts';
import type { ShedReason } from '../domain/events.ts';
import type { SpokenFor } from '../domain/network-sentences.ts';
import type { ClinicDirectory } from '../domain/ports.ts';
import type { CutOff } from '../domain/texting.ts';
import type {
  Admission,
  CallContinuation,
  CallOffer,
  CallStream,
  Continuation,
  FrontDesk,
  Voicemail,
} from '../http/front-desk.ts';
import { fixedPhrases } from '../receptionist/phrases.ts';
import type { BrokenCalls } from './broken-calls.ts';
import { type Adopted, ExpectedCall, tellRegister } from './call-adoption.ts';
import { type CallWorld, type NextForCaller, TELEPHONE } from './call-world.ts';
import { type LeftBehind, LeftBehindCalls } from './left-behind.ts';
import { briefOf, PhoneCall } from './phone-call.ts';
import { SessionsAhead } from './sessions-ahead.ts';
import { isLineLeft, missOf, missOfTold, staffLine, summaryOf } from './staff-line.ts';

export interface SwitchboardOptions {
  readonly directory: ClinicDirectory;
  readonly world: CallWorld;
  readonly node: string;
  readonly capacity: number;
  /** Calls of this node that did not come by telephone: they take its room as well. */
  readonly elsewhere: () => number;
  /** Whether no model is to be had: a caller who can't be talked to is better off with staff. */
  readonly modelDown: () => boolean;
  /** The phone network says that the caller of a call that is not here is gone. Must not throw. */
  readonly onLeftElsewhere?: (callSid: string) => void;
  /** Where calls that broke off are gone on with in writing; nobody does where absent. */
  readonly brokenCalls?: BrokenCalls;
}

interface EndedCall {
  readonly clinicId: string;
  /** Null where there never was one: the stream came too late. */
  readonly conversationId: string | null;
  readonly next: 'hang_up' | 'staff';
  /** That the caller spoke, BCP 47; absent where this node cannot tell. */
  readonly language?: string | undefined;
  /** What it broke off; null where it ended well, absent where this node cannot tell. */
  readonly cut?: CutOff | null | undefined;
}

/** Twilio asks what comes next within seconds of a stream's end. */
const REMEMBERED_CALLS = 10_000;
const REMEMBERED_MS = 10 * 60_000;

/** Until the phone network has asked for the last call's next step, a node that stops must listen. */
const CONTINUE_GRACE_MS = 1_500;
/** So soon after a call was admitted its stream may still be on its way. */
const STREAM_DUE_MS = 5_000;

/** So much more than its share a node takes of calls that go on: whoever is talking already is worth a little crowding. */
const HEADROOM = 1.25;

/** Whoever picked up is not kept waiting for who calls. */
const TELLING_MS = 1_000;

/** Twilio's words for a call that is over. */
const OVER = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled']);

/** Where a call that is on its way here will be heard: by the latest of its streams. */
interface Arrival {
  readonly line: PhoneLine;
  readonly expected: ExpectedCall;
}

export class Switchboard implements FrontDesk {
  private readonly options: SwitchboardOptions;
  private readonly others: LeftBehindCalls;
  private readonly sessions: SessionsAhead;
  private readonly calls = new Supervisor<PhoneCall>();
  /** The latest stream of each call that lives here. */
  private readonly streams = new Map<string, string>();
  private readonly arrivals = new Map<string, Arrival>();
  private readonly ended = new LRUCache<string, EndedCall>({ max: REMEMBERED_CALLS, ttl: REMEMBERED_MS });
  private draining = false;
  private lastAdmittedAt = Number.NEGATIVE_INFINITY;
  private emptied: (() => void) | undefined;

  constructor(options: SwitchboardOptions) {
    this.options = options;
    this.others = new LeftBehindCalls(options.node, options.world);
    this.sessions = new SessionsAhead(options.world.connectModel, options.world.clock);
  }

  get active(): number {
    return this.calls.size;
  }

  async admit(offer: CallOffer): Promise<Admission> {
    const { directory, world } = this.options;
    const clinic = await directory.byPhone(offer.to);
    if (!clinic) return { kind: 'unknown_number' };
    const context = { callSid: offer.callSid, clinicId: clinic.id };
    const reason = this.shedReason();
    if (reason === null) {
      this.lastAdmittedAt = world.clock.now();
      world.events.emit('call.offered', { ...context, channel: 'voice' });
      return { kind: 'stream', clinicId: clinic.id };
    }
    world.events.emit('call.shed', { ...context, reason });
    return { kind: 'shed', staffPhone: clinic.staffPhones[0] ?? null, clinic, reason };
  }

  open(stream: CallStream, line: PhoneLine): PhoneInlet | null {
    const inlet = this.opened(stream, line);
    if (inlet) this.streams.set(stream.callSid, stream.streamSid);
    return inlet;
  }

  private opened(stream: CallStream, line: PhoneLine): PhoneInlet | null {
    const { callSid, clinicId } = stream;
    const known = this.calls.find(callSid);
    // Two streams of one call: the later one has its caller.
    if (known && stream.brokeAt !== null) known.lineBroke();
    if (known?.isAway) return known.comeBack(line);
    if (known?.orphaned) return this.resumed(known, line);
    if (this.ended.has(callSid) || known) return null;
    if (!this.draining && stream.brokeAt !== null && !this.isCrowded) return this.takeUp(stream, stream.brokeAt, line);
    if (this.draining || stream.brokeAt !== null) {
      // Admitted just before, or by a node with more room: the phone network will ask what comes next for them.
      this.ended.set(callSid, { clinicId, conversationId: null, next: 'staff' });
      return null;
    }
    const identity = {
      conversationId: randomUUID(),
      clinicId,
      channel: 'voice',
      callSid,
      callerPhone: stream.from,
      calledNumber: stream.to,
      node: this.options.node,
    } as const;
    const call = new PhoneCall(identity, line, this.worldOf(callSid), (next) => this.left(callSid, call, next));
    this.calls.add(callSid, call);
    void this.options.directory.byId(clinicId).then(
      (clinic) => beginWith(call, clinic),
      (error: unknown) => call.fail('clinic', error),
    );
    return call;
  }

  async continueCall(continuation: CallContinuation): Promise<Continuation> {
    const { callSid, callStatus, dialCallStatus, staffTried } = continuation;
    const { clock } = this.options.world;
    const isBack = dialCallStatus !== null;
    const call = this.calls.find(callSid) ?? (isBack ? await this.fetchAway(callSid) : undefined);
    if (call?.isAway) return this.continueAway(call, continuation);
    const isConnected = dialCallStatus !== null && missOf(continuation) === null;
    if (isConnected) await this.options.brokenCalls?.seenTo(callSid);
    if (OVER.has(callStatus)) this.callStatus({ callSid, status: callStatus });
    if (OVER.has(callStatus) || isConnected) return { kind: 'hang_up' };
    // Asked twice about one stream, or late: the call has another one by now, and whoever asks has lost the answer.
    if (call && this.isPast(continuation)) return this.lineFor(call.identity, clock.now());
    call?.lineBroke();
    if (call?.orphaned && !this.draining) return this.lineFor(call.identity, call.orphaned.at);
    const here = this.ended.get(callSid) ?? (call && { ...call.identity, next: call.next, language: call.language });
    if (dialCallStatus !== null) return this.staffMissed(here, continuation);
    return this.whatFollows(here ?? (await this.elsewhere(continuation)), staffTried);
  }

  private async whatFollows(next: Continuation | EndedCall | undefined, staffTried: number): Promise<Continuation> {
    if (next && 'kind' in next) return next;
    if (!next || next.next === 'hang_up') return { kind: 'hang_up' };
    const clinic = await this.options.directory.byId(next.clinicId);
    const line = staffLine(clinic, staffTried, next.language);
    return { ...line, sentence: fixedPhrases(clinic, line.clinic.language).trouble, whispered: false };
  }

  private isPast({ callSid, streamSid }: CallContinuation): boolean {
    const latest = this.streams.get(callSid);
    return streamSid !== null && latest !== undefined && latest !== streamSid;
  }

  /** The next of the clinic's lines, or a voicemail. A caller who was shed is known by the number they called alone. */
  private async staffMissed(
    call: Pick<EndedCall, 'clinicId' | 'language'> | undefined,
    { to, staffTried, language }: CallContinuation,
  ): Promise<Continuation> {
    const { directory } = this.options;
    const clinic = await (call === undefined ? directory.byPhone(to) : directory.byId(call.clinicId));
    const line = staffLine(clinic, staffTried, call?.language ?? language ?? undefined);
    const { nobodyAnswered } = fixedPhrases(clinic, line.clinic.language);
    return { ...line, sentence: isLineLeft(clinic, staffTried) ? null : nobodyAnswered, whispered: false };
  }

  /** The caller is with staff or on the way there; where nobody took the call they come back to Ava. */
  private async continueAway(call: PhoneCall, continuation: CallContinuation): Promise<Continuation> {
    const { callSid, callStatus, dialCallStatus, staffTried } = continuation;
    const { clinicId, callerPhone, calledNumber } = call.identity;
    if (OVER.has(callStatus)) {
      call.tellOfStaff({ type: 'caller_left' });
      return { kind: 'hang_up' };
    }
    const reason = dialCallStatus === null ? null : missOfTold(continuation, call.isStaffTold);
    if (dialCallStatus !== null && reason === null) {
      this.staffTook(callSid);
      return { kind: 'hang_up' };
    }
    if (reason !== null) call.tellOfStaff({ type: 'staff_missed', reason });
    const clinic = await this.options.directory.byId(clinicId);
    if (reason === null || isLineLeft(clinic, staffTried)) {
      return { ...staffLine(clinic, staffTried, call.language), sentence: null, whispered: true };
    }
    return { kind: 'stream', clinicId, from: callerPhone, to: calledNumber, brokeAt: null };
  }

  async keepVoicemail({ callSid, from, to, recording }: Voicemail): Promise<SpokenFor> {
    const { directory, world } = this.options;
    const clinic = await directory.byPhone(to);
    if (!clinic) throw new Error('a voicemail for no clinic');
    const conversation = this.calls.find(callSid)?.identity ?? this.ended.get(callSid);
    await this.options.brokenCalls?.seenTo(callSid);
    await world.messages.leave({
      clinicId: clinic.id,
      conversationId: conversation?.conversationId ?? null,
      key: `voicemail/${recording.sid}`,
      customerName: null,
      customerPhone: from,
      content: { source: 'voicemail', recording },
      now: world.clock.now(),
    });
    return clinic;
  }

  async staffSummary(callSid: string): Promise<string | null> {
    const call = this.calls.find(callSid) ?? (await withinPatience(this.fetchAway(callSid), TELLING_MS, undefined));
    call?.tellOfStaff({ type: 'staff_told' });
    return call ? summaryOf(call.identity.callerPhone, call.transferReason) : null;
  }

  staffTook(callSid: string): void {
    this.calls.find(callSid)?.tellOfStaff({ type: 'staff_answered' });
  }

  callStatus({ callSid, status }: { readonly callSid: string; readonly status: string }): void {
    if (!OVER.has(status)) return;
    const call = this.calls.find(callSid);
    const ended = this.ended.get(callSid);
    if (call) call.callerLeft();
    else if (!ended) this.options.onLeftElsewhere?.(callSid);
    // Another node may have sent its caller to staff.
    if (!call && ended?.cut !== null) this.options.brokenCalls?.over(callSid, ended?.cut ?? null);
  }

  /** The telephone calls of this node, by the epochs in which it owns them. */
  owned(): readonly CallFence[] {
    return [...this.calls].map(({ fence }) => fence);
  }

  /** Those of them whose line is gone. */
  orphans(): readonly OrphanedCall[] {
    const now = this.options.world.clock.now();
    return [...this.calls].flatMap(({ fence, identity, orphaned }) => {
      const { clinicId, calledNumber: to } = identity;
      return orphaned ? { ...fence, clinicId, to, cause: orphaned.by, sinceMs: now - orphaned.at } : [];
    });
  }

  /** What a caller of whom nobody takes care is to hear next; null where they are with staff, or better left alone. */
  async recall(watched: WatchedCall): Promise<Continuation | null> {
    if (this.draining) return null;
    const { callSid, sinceMs } = watched;
    const call = this.calls.find(callSid);
    if (call) return call.orphaned && this.lineFor(call.identity, call.orphaned.at);
    const left = await this.others.read(callSid);
    if (left?.kind === 'live' && left.state.mode === 'away') return null;
    this.others.closeLate(watched, left);
    return this.whatFollows(await this.nextOf(left, watched.to, this.options.world.clock.now() - sinceMs), 0);
  }

  /** Ends a call that another node had before it fell silent, and whose caller is gone. */
  async takeLeave(watched: WatchedCall): Promise<void> {
    const { callSid, sinceMs } = watched;
    const { clock } = this.options.world;
    if (this.calls.find(callSid)) return;
    this.others.closeLate(watched, await this.others.read(callSid));
    const adopted = await this.others.claimLast(callSid);
    const clinic = adopted && (await this.clinicOf(adopted));
    const call = adopted && clinic && this.enter(callSid, adopted, NO_LINE);
    if (call) call.takeLeave(clinic, adopted, clock.now() - sinceMs);
  }

  /** Takes no more calls; resolves when those that live have ended by themselves and were told what comes next. */
  async drain(): Promise<void> {
    this.draining = true;
    const isStreamDue = this.options.world.clock.now() - this.lastAdmittedAt < STREAM_DUE_MS;
    if (this.calls.size === 0 && !isStreamDue) return;
    if (this.calls.size > 0) {
      await new Promise<void>((resolve) => {
        this.emptied = resolve;
      });
    }
    await sleep(CONTINUE_GRACE_MS);
  }

  /** Ends what still lives; its callers are handed to staff. */
  async stop(): Promise<void> {
    this.draining = true;
    this.sessions.close();
    await this.calls.stopAll('shutdown');
  }

  /** Another node has this call by now, whose owner here was of that epoch. */
  displaced(callSid: string, epoch: number): void {
    this.calls.find(callSid)?.displaced(epoch);
  }

  /** Why no further call may begin here; null where one may. */
  shedReason(): ShedReason | null {
    if (this.draining) return 'draining';
    if (this.options.modelDown()) return 'model_down';
    return this.taken >= this.options.capacity ? 'full' : null;
  }

  private get taken(): number {
    return this.calls.size + this.arrivals.size + this.options.elsewhere();
  }

  /** Whether not even a call that was begun elsewhere may go on here. */
  private get isCrowded(): boolean {
    return this.taken >= this.options.capacity * HEADROOM;
  }

  /** What comes next in a call that this node does not know. */
  private async elsewhere(continuation: CallContinuation): Promise<Continuation | EndedCall | undefined> {
    const { keeping, clock } = this.options.world;
    if (!keeping) return undefined;
    // Before anything is waited for: what she was saying counts as heard up to here.
    const brokeAt = clock.now();
    const left = await this.others.read(continuation.callSid);
    return (left === null && (await this.anew(continuation))) || this.nextOf(left, continuation.to, brokeAt);
  }

  /** Its node died before its first stream was there: nothing is lost but the greeting, which this one says. */
  private async anew({ callSid, from, to }: CallContinuation): Promise<Continuation | null> {
    const { directory, brokenCalls } = this.options;
    const clinic = this.shedReason() === null ? await directory.byPhone(to) : undefined;
    if (!clinic || !(await this.others.beganNowhere({ callSid, clinicId: clinic.id }))) return null;
    if (!(await brokenCalls?.beginsAnew(callSid))) return null;
    return { kind: 'stream', clinicId: clinic.id, from, to, brokeAt: null };
  }

  /** One to go on with, or what comes after it. */
  private async nextOf(
    left: LeftBehind | null | undefined,
    to: string,
    brokeAt: number,
  ): Promise<Continuation | EndedCall | undefined> {
    if (left?.kind === 'live') {
      const { identity } = left.state;
      if (!this.isCrowded) return this.lineFor(identity, brokeAt);
      const { clinicId, conversationId } = identity;
      return { clinicId, conversationId, next: 'staff', language: left.state.language };
    }
    if (left) return { ...left.ending, conversationId: null, language: left.ending.cut?.language };
    // Whoever is still there, and of whom nobody knows anything, is not hung up on.
    const clinic = await this.options.directory.byPhone(to);
    return clinic && { clinicId: clinic.id, conversationId: null, next: 'staff' };
  }

  /** A call that is with staff is needed here once anybody asks here about it. */
  private async fetchAway(callSid: string): Promise<PhoneCall | undefined> {
    if (this.ended.has(callSid) || this.draining) return undefined;
    const adopted = await this.others.claim(callSid, 'away');
    const clinic = adopted && (await this.clinicOf(adopted));
    const call = adopted && clinic && this.enter(callSid, adopted, NO_LINE);
    if (call) call.takeUp(clinic, adopted, null);
    return call || undefined;
  }

  /** The call is claimed once, however many streams it has meanwhile: the latest gets it. */
  private takeUp(stream: CallStream, brokeAt: number, line: PhoneLine): PhoneInlet {
    const earlier = this.arrivals.get(stream.callSid);
    const expected = new ExpectedCall();
    this.arrivals.set(stream.callSid, { line, expected });
    earlier?.expected.arrived(null);
    earlier?.line.close();
    if (!earlier) void this.bring(stream, brokeAt);
    return expected;
  }

  private async bring({ callSid, clinicId, from }: CallStream, brokeAt: number): Promise<void> {
    await this.prepareSession({ callSid, clinicId, callerPhone: from });
    const adopted = await this.others.claim(callSid, 'on_line');
    const clinic = adopted && (await this.clinicOf(adopted));
    const arrival = this.arrivals.get(callSid);
    this.arrivals.delete(callSid);
    if (!arrival) return;
    const { line, expected } = arrival;
    const call = adopted && clinic && this.enter(callSid, adopted, line);
    if (call) call.takeUp(clinic, adopted, brokeAt);
    expected.arrived(call || null);
    if (call) return;
    this.sessions.dismiss(callSid);
    // Whoever has it now is asked next; where nobody has, staff are to have the caller.
    if (adopted !== null) this.ended.set(callSid, { clinicId, conversationId: null, next: 'staff' });
    this.streams.delete(callSid);
    line.close();
  }

  private clinicOf({ state }: Adopted): Promise<Clinic | undefined> {
    return this.options.directory.byId(state.identity.clinicId).catch(() => undefined);
  }

  /** The call goes on over another line. That may lead here; its session connects meanwhile. */
  private lineFor(identity: CallIdentity, brokeAt: number): Continuation {
    const { clinicId, callerPhone, calledNumber } = identity;
    void this.prepareSession(identity);
    return { kind: 'stream', clinicId, from: callerPhone, to: calledNumber, brokeAt };
  }

  private async prepareSession(call: Pick<CallIdentity, 'callSid' | 'clinicId' | 'callerPhone'>): Promise<void> {
    const { directory, world } = this.options;
    // Whoever takes the call tells of a clinic that cannot be had.
    const clinic = await directory.byId(call.clinicId).catch(() => undefined);
    if (!clinic || call.callSid === null) return;
    this.sessions.prepare(call.callSid, () => briefOf(clinic, call.callerPhone, TELEPHONE.format, world.clock.now()));
  }

  /** The world of one call, which connects by the session that was prepared for it. */
  private worldOf(callSid: string): CallWorld {
    return { ...this.options.world, connectModel: this.sessions.of(callSid) };
  }

  /** A call that this node has claimed is its own from here on. */
  private enter(callSid: string, adopted: Adopted, line: PhoneLine): PhoneCall | undefined {
    if (this.calls.find(callSid)) return undefined;
    const { node, world } = this.options;
    const { state, epoch } = adopted;
    const identity = { ...state.identity, node };
    const call = new PhoneCall(identity, line, this.worldOf(callSid), (next) => this.left(callSid, call, next), {
      ...TELEPHONE,
      epoch,
    });
    this.calls.add(callSid, call);
    void tellRegister(world, adopted, () => call.displaced(epoch));
    return call;
  }

  private resumed(call: PhoneCall, line: PhoneLine): PhoneInlet | null {
    const { events, clock } = this.options.world;
    const ms = clock.now() - (call.orphaned?.at ?? clock.now());
    const inlet = call.comeBack(line);
    const { callSid, clinicId, conversationId } = call.identity;
    const context = { callSid: callSid ?? undefined, clinicId, conversationId };
    events.emit('call.resumed', { ...context, reason: 'line_broke', result: inlet ? 'resumed' : 'ended', ms });
    return inlet;
  }

  private left(callSid: string, call: PhoneCall, next: NextForCaller): void {
    if (next === 'transfer') return;
    this.calls.remove(callSid, call);
    this.streams.delete(callSid);
    const { clinicId, conversationId } = call.identity;
    const { cutOff: cut } = call;
    if (next !== 'elsewhere') this.ended.set(callSid, { clinicId, conversationId, next, language: call.language, cut });
    // Its caller is gone: nobody will ask what comes next.
    if (cut && (next === 'hang_up' || call.orphaned)) this.options.brokenCalls?.over(callSid, cut);
    if (this.calls.size === 0) this.emptied?.();
  }
}

/** Of a caller who is with staff. */
const NO_LINE: PhoneLine = {
  play: () => undefined,
  mark: () => undefined,
  clear: () => undefined,
  close: () => undefined,
};

function beginWith(call: PhoneCall, clinic: Clinic | undefined): void {
  if (clinic) call.begin(clinic);
  else call.fail('clinic', new Error('the clinic of this call is gone'));
}
