/**
 * The front desk's decisions on this node: which calls are taken, which of them live here, and what a call does next
 * once its stream has ended. Holds one entry a live call, and for a while the next step of those that ended.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { CallIdentity, StaffMiss } from '../../actors/call/messages.ts';
import type { CallState } from '../../actors/call/state.ts';
import { Supervisor } from '../../actors/kernel/supervisor.ts';
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import { withinPatience } from '../../db/within-patience.ts';
import type { Clinic } from '../domain/clinic.ts';
import type { ShedReason } from '../domain/events.ts';
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
import { type Adopted, adoptTelling, ExpectedCall, tellRegister } from './call-adoption.ts';
import { readEnding, restored, telephoneKey } from './call-snapshot.ts';
import { type CallWorld, type NextForCaller, TELEPHONE } from './call-world.ts';
import { PhoneCall } from './phone-call.ts';

export interface SwitchboardOptions {
  readonly directory: ClinicDirectory;
  readonly world: CallWorld;
  readonly node: string;
  readonly capacity: number;
  /** Calls of this node that did not come by telephone: they take its room as well. */
  readonly elsewhere: () => number;
  /** Whether no model is to be had: a caller who can't be talked to is better off with staff. */
  readonly modelDown: () => boolean;
  /** Goes on in writing with a caller whose call broke off for good; nobody does where absent. Must not throw. */
  readonly goOnByText?: (cut: CutOff) => void;
}

interface EndedCall {
  readonly clinicId: string;
  /** Null where there never was one: the stream came too late. */
  readonly conversationId: string | null;
  readonly next: 'hang_up' | 'staff';
  /** What it broke off, until somebody goes on with it. */
  readonly cut?: CutOff | null;
}

/** Twilio asks what comes next within seconds of a stream's end. */
const REMEMBERED_CALLS = 10_000;
const REMEMBERED_MS = 10 * 60_000;

/** Until the phone network has asked for the last call's next step, a node that stops must listen. */
const CONTINUE_GRACE_MS = 1_500;
/** So soon after a call was admitted its stream may still be on its way. */
const STREAM_DUE_MS = 5_000;

/** Whoever picked up is not kept waiting for who calls. */
const TELLING_MS = 1_000;

/** Twilio's words for a call that is over. */
const OVER = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled']);

export class Switchboard implements FrontDesk {
  private readonly options: SwitchboardOptions;
  private readonly calls = new Supervisor<PhoneCall>();
  private readonly ended = new LRUCache<string, EndedCall>({ max: REMEMBERED_CALLS, ttl: REMEMBERED_MS });
  private draining = false;
  private lastAdmittedAt = Number.NEGATIVE_INFINITY;
  private emptied: (() => void) | undefined;

  constructor(options: SwitchboardOptions) {
    this.options = options;
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
    return { kind: 'shed', staffPhone: clinic.staffPhones[0] ?? null, clinicName: clinic.name, reason };
  }

  open(stream: CallStream, line: PhoneLine): PhoneInlet | null {
    const { callSid, clinicId } = stream;
    const known = this.calls.find(callSid);
    // Two streams of one call: the later one has its caller.
    if (known && stream.brokeAt !== null) known.lineGone('broken');
    if (known?.isAway) return known.comeBack(line);
    if (known && known.orphanedAt !== null) return this.resumed(known, line);
    if (this.ended.has(callSid) || known) return null;
    if (!this.draining && stream.brokeAt !== null) return this.takeUp(stream, stream.brokeAt, line);
    if (this.draining) {
      // Admitted just before: the phone network will ask what comes next for them.
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
    const call = new PhoneCall(identity, line, this.options.world, (next) => this.left(callSid, call, next));
    this.calls.add(callSid, call);
    void this.options.directory.byId(clinicId).then(
      (clinic) => beginWith(call, clinic),
      (error: unknown) => call.fail('clinic', error),
    );
    return call;
  }

  async continueCall(continuation: CallContinuation): Promise<Continuation> {
    const { callSid, callStatus, dialCallStatus, staffTried } = continuation;
    const isBack = dialCallStatus !== null;
    const call = this.calls.find(callSid) ?? (isBack ? await this.fetchAway(callSid) : undefined);
    if (call?.isAway) return this.continueAway(call, continuation);
    const isConnected = dialCallStatus !== null && missOf(continuation) === null;
    if (isConnected) this.takeCut(callSid);
    if (OVER.has(callStatus) || isConnected) return { kind: 'hang_up' };
    call?.lineGone('broken');
    if (call && call.orphanedAt !== null && !this.draining) return streamOf(call.identity, call.orphanedAt);
    const here = this.ended.get(callSid) ?? (call && { clinicId: call.identity.clinicId, next: call.next });
    if (dialCallStatus !== null) return this.staffMissed(here?.clinicId, continuation);
    const ended = here ?? (await this.elsewhere(continuation));
    if (ended && 'kind' in ended) return ended;
    if (!ended || ended.next === 'hang_up') return { kind: 'hang_up' };
    const clinic = await this.options.directory.byId(ended.clinicId);
    return { ...staffLine(clinic, staffTried), sentence: fixedPhrases(clinic).trouble, whispered: false };
  }

  /** The next of the clinic's lines, or a last sentence. A caller who was shed is known by the number they called alone. */
  private async staffMissed(clinicId: string | undefined, { to, staffTried }: CallContinuation): Promise<Continuation> {
    const { directory } = this.options;
    const clinic = await (clinicId === undefined ? directory.byPhone(to) : directory.byId(clinicId));
    if (isLineLeft(clinic, staffTried)) return { ...staffLine(clinic, staffTried), sentence: null, whispered: false };
    return { kind: 'say_and_hang_up', sentence: fixedPhrases(clinic).nobodyAnswered };
  }

  /** The caller is with staff or on the way there; where nobody took the call they come back to Ava. */
  private async continueAway(call: PhoneCall, continuation: CallContinuation): Promise<Continuation> {
    const { callSid, callStatus, dialCallStatus, staffTried } = continuation;
    const { clinicId, callerPhone, calledNumber } = call.identity;
    if (OVER.has(callStatus)) {
      call.tellOfStaff({ type: 'caller_left' });
      return { kind: 'hang_up' };
    }
    const reason = dialCallStatus === null ? null : missOfTold(call, continuation);
    if (dialCallStatus !== null && reason === null) {
      this.staffTook(callSid);
      return { kind: 'hang_up' };
    }
    if (reason !== null) call.tellOfStaff({ type: 'staff_missed', reason });
    const clinic = await this.options.directory.byId(clinicId);
    if (reason === null || isLineLeft(clinic, staffTried)) {
      return { ...staffLine(clinic, staffTried), sentence: null, whispered: true };
    }
    return { kind: 'stream', clinicId, from: callerPhone, to: calledNumber, brokeAt: null };
  }

  async keepVoicemail({ callSid, from, to, recording }: Voicemail): Promise<void> {
    const { directory, world } = this.options;
    const clinic = await directory.byPhone(to);
    if (!clinic) throw new Error('a voicemail for no clinic');
    const conversation = this.calls.find(callSid)?.identity ?? this.ended.get(callSid);
    await world.messages.leave({
      clinicId: clinic.id,
      conversationId: conversation?.conversationId ?? null,
      key: `voicemail/${recording.sid}`,
      customerName: null,
      customerPhone: from,
      content: { source: 'voicemail', recording },
      now: world.clock.now(),
    });
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
    // Its line broke, and before another one came its caller was gone.
    const cut = call && call.orphanedAt !== null ? call.cutOff : this.takeCut(callSid);
    if (call?.isAway) call.tellOfStaff({ type: 'caller_left' });
    else call?.lineGone('stop');
    if (cut) this.options.goOnByText?.(cut);
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
    return this.calls.size + this.options.elsewhere() >= this.options.capacity ? 'full' : null;
  }

  /** What another node has left of a call that this one does not know: one to go on with, or what comes after it. */
  private async elsewhere({ callSid, to }: CallContinuation): Promise<Continuation | EndedCall | undefined> {
    const { directory, world } = this.options;
    const { keeping, clock, events } = world;
    if (!keeping) return undefined;
    try {
      const kept = await keeping.keeper.read(telephoneKey(callSid));
      if (kept?.kind === 'live') return streamOf(restored(kept.head, kept.items).identity, clock.now());
      if (kept) return { ...readEnding(kept.ending), conversationId: null };
    } catch (error) {
      events.emit('call.crashed', { callSid, actor: 'adoption', error });
    }
    // Whoever is still there, and of whom nobody knows anything, is not hung up on.
    const clinic = await directory.byPhone(to);
    return clinic && { clinicId: clinic.id, conversationId: null, next: 'staff' };
  }

  /** A call that is with staff is needed here once anybody asks here about it. */
  private async fetchAway(callSid: string): Promise<PhoneCall | undefined> {
    if (this.ended.has(callSid) || this.draining) return undefined;
    const adopted = await this.adopted(callSid, 'away');
    return adopted ? this.goOn(callSid, adopted, NO_LINE, null) : undefined;
  }

  private takeUp(stream: CallStream, brokeAt: number, line: PhoneLine): PhoneInlet {
    const expected = new ExpectedCall();
    void this.bring(stream, brokeAt, line, expected);
    return expected;
  }

  private async bring(
    { callSid, clinicId }: CallStream,
    brokeAt: number,
    line: PhoneLine,
    expected: ExpectedCall,
  ): Promise<void> {
    const adopted = await this.adopted(callSid, 'on_line');
    const call = adopted ? await this.goOn(callSid, adopted, line, brokeAt) : undefined;
    expected.arrived(call ?? null);
    if (call) return;
    // Whoever has it now is asked next; where nobody has, staff are to have the caller.
    if (adopted !== null) this.ended.set(callSid, { clinicId, conversationId: null, next: 'staff' });
    line.close();
  }

  /** Null where it is over, or another node's; undefined where it cannot be had. */
  private async adopted(callSid: string, wanted: 'away' | 'on_line'): Promise<Adopted | null | undefined> {
    const { node, world } = this.options;
    const isWanted = ({ mode }: CallState): boolean => (mode === 'away') === (wanted === 'away');
    const adoption = await adoptTelling(world, { callSid }, telephoneKey(callSid), node, isWanted);
    if (adoption.kind === 'adopted') return adoption;
    return adoption.kind === 'gone' || adoption.kind === 'failed' ? undefined : null;
  }

  private async goOn(
    callSid: string,
    adopted: Adopted,
    line: PhoneLine,
    brokeAt: number | null,
  ): Promise<PhoneCall | undefined> {
    const { directory, node, world } = this.options;
    const identity = { ...adopted.state.identity, node };
    const clinic = await directory.byId(identity.clinicId).catch(() => undefined);
    if (!clinic || this.calls.find(callSid)) return undefined;
    const { epoch } = adopted;
    const call = new PhoneCall(identity, line, world, (next) => this.left(callSid, call, next), {
      ...TELEPHONE,
      epoch,
    });
    this.calls.add(callSid, call);
    call.takeUp(clinic, adopted, brokeAt);
    void tellRegister(world, adopted, () => call.displaced(epoch));
    return call;
  }

  private resumed(call: PhoneCall, line: PhoneLine): PhoneInlet | null {
    const { events, clock } = this.options.world;
    const ms = clock.now() - (call.orphanedAt ?? clock.now());
    const inlet = call.comeBack(line);
    const { callSid, clinicId, conversationId } = call.identity;
    const context = { callSid: callSid ?? undefined, clinicId, conversationId };
    events.emit('call.resumed', { ...context, reason: 'line_broke', result: inlet ? 'resumed' : 'ended', ms });
    return inlet;
  }

  /** What the call broke off; whoever asks goes on with it. */
  private takeCut(callSid: string): CutOff | null {
    const ended = this.ended.get(callSid);
    if (!ended?.cut) return null;
    this.ended.set(callSid, { ...ended, cut: null });
    return ended.cut;
  }

  private left(callSid: string, call: PhoneCall, next: NextForCaller): void {
    if (next === 'transfer') return;
    this.calls.remove(callSid, call);
    const { clinicId, conversationId } = call.identity;
    if (next !== 'elsewhere')
      this.ended.set(callSid, { clinicId, conversationId, next, cut: next === 'staff' ? call.cutOff : null });
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

function streamOf({ clinicId, callerPhone, calledNumber }: CallIdentity, brokeAt: number): Continuation {
  return { kind: 'stream', clinicId, from: callerPhone, to: calledNumber, brokeAt };
}

/** The line to dial after so many; a voicemail where there is none. */
function staffLine(clinic: Clinic | undefined, staffTried: number) {
  const staffPhone = clinic?.staffPhones[staffTried] ?? null;
  return { kind: 'staff', staffPhone, staffTried, clinicName: clinic?.name ?? '' } as const;
}

function isLineLeft(clinic: Clinic | undefined, staffTried: number): boolean {
  return staffTried < (clinic?.staffPhones.length ?? 0);
}

const MISSES: Readonly<Record<string, StaffMiss>> = { busy: 'busy', 'no-answer': 'no_answer', canceled: 'no_answer' };

/** Why a dial reached nobody; null where staff took the call. */
function missOf({ dialCallStatus, dialBridged }: CallContinuation): StaffMiss | null {
  if (dialCallStatus === 'completed' || dialCallStatus === 'answered') return dialBridged === false ? 'declined' : null;
  return MISSES[dialCallStatus ?? ''] ?? 'failed';
}

/** However the phone network calls it: who heard the whisper and did not press a key did not take the call. */
function missOfTold(call: PhoneCall, continuation: CallContinuation): StaffMiss | null {
  const isDeclined = call.isStaffTold && continuation.dialBridged !== true;
  return missOf(continuation) ?? (isDeclined ? 'declined' : null);
}

/** What staff hear: the number digit by digit, and the reason in the words of whoever gave it. */
function summaryOf(callerPhone: string | null, reason: string | null): string {
  const from = callerPhone === null ? 'a withheld number' : callerPhone.replace(/\D/g, '').split('').join(' ');
  return `This is Ava with a call from ${from}.${reason ? ` ${reason.replace(/[.!?]*$/, '.')}` : ''}`;
}

function beginWith(call: PhoneCall, clinic: Clinic | undefined): void {
  if (clinic) call.begin(clinic);
  else call.fail('clinic', new Error('the clinic of this call is gone'));
}
