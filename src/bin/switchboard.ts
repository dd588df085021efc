/**
 * The front desk's decisions on this node: which calls are taken, which of them live here, and what a call does next
 * once its stream has ended. Holds one entry a live call, and for a while the next step of those that ended.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { Supervisor } from '../../actors/kernel/supervisor.ts';
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import type { Clinic } from '../domain/clinic.ts';
import type { ShedReason } from '../domain/events.ts';
import type { ClinicDirectory } from '../domain/ports.ts';
import type {
  Admission,
  CallContinuation,
  CallOffer,
  CallStream,
  Continuation,
  FrontDesk,
} from '../http/front-desk.ts';
import { fixedPhrases } from '../receptionist/phrases.ts';
import { type CallWorld, type NextForCaller, PhoneCall } from './phone-call.ts';

export interface SwitchboardOptions {
  readonly directory: ClinicDirectory;
  readonly world: CallWorld;
  readonly node: string;
  readonly capacity: number;
  /** Whether no model is to be had: a caller who can't be talked to is better off with staff. */
  readonly modelDown: () => boolean;
}

interface EndedCall {
  readonly clinicId: string;
  readonly next: NextForCaller;
}

/** Twilio asks what comes next within seconds of a stream's end. */
const REMEMBERED_CALLS = 10_000;
const REMEMBERED_MS = 10 * 60_000;

/** Until the phone network has asked for the last call's next step, a node that stops must listen. */
const CONTINUE_GRACE_MS = 1_500;

/** Twilio's words for a call that is over. */
const OVER = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled']);

export class Switchboard implements FrontDesk {
  private readonly options: SwitchboardOptions;
  private readonly calls = new Supervisor<PhoneCall>();
  private readonly ended = new LRUCache<string, EndedCall>({ max: REMEMBERED_CALLS, ttl: REMEMBERED_MS });
  private draining = false;
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
      world.events.emit('call.offered', { ...context, channel: 'voice' });
      return { kind: 'stream', clinicId: clinic.id };
    }
    world.events.emit('call.shed', { ...context, reason });
    return { kind: 'shed', staffPhone: clinic.staffPhone, clinicName: clinic.name, reason };
  }

  open(stream: CallStream, line: PhoneLine): PhoneInlet | null {
    const { callSid, clinicId } = stream;
    if (this.draining || this.ended.has(callSid) || this.calls.find(callSid)) return null;
    const identity = {
      conversationId: randomUUID(),
      clinicId,
      channel: 'voice',
      callSid,
      callerPhone: stream.from,
      calledNumber: stream.to,
      node: this.options.node,
    } as const;
    const call = new PhoneCall(identity, line, this.options.world, (next) => this.forget(callSid, call, next));
    this.calls.add(callSid, call);
    void this.options.directory.byId(clinicId).then(
      (clinic) => beginWith(call, clinic),
      (error: unknown) => call.fail('clinic', error),
    );
    return call;
  }

  async continueCall(continuation: CallContinuation): Promise<Continuation> {
    const { callSid, callStatus, dialCallStatus } = continuation;
    if (OVER.has(callStatus) || dialCallStatus === 'completed' || dialCallStatus === 'answered')
      return { kind: 'hang_up' };
    const living = this.calls.find(callSid);
    living?.closed('broken');
    const ended = this.ended.get(callSid) ?? (living && { clinicId: living.identity.clinicId, next: living.next });
    const clinic = ended && (await this.options.directory.byId(ended.clinicId));
    const phrases = fixedPhrases(clinic);
    if (dialCallStatus !== null) return { kind: 'say_and_hang_up', sentence: phrases.nobodyAnswered };
    if (!ended || ended.next === 'hang_up') return { kind: 'hang_up' };
    return {
      kind: 'staff',
      sentence: phrases.trouble,
      staffPhone: clinic?.staffPhone ?? null,
      clinicName: clinic?.name ?? '',
    };
  }

  callStatus({ callSid, status }: { readonly callSid: string; readonly status: string }): void {
    if (OVER.has(status)) this.calls.find(callSid)?.closed('stop');
  }

  /** Takes no more calls; resolves when those that live have ended by themselves and were told what comes next. */
  async drain(): Promise<void> {
    this.draining = true;
    if (this.calls.size === 0) return;
    await new Promise<void>((resolve) => {
      this.emptied = resolve;
    });
    await sleep(CONTINUE_GRACE_MS);
  }

  /** Ends what still lives; its callers are handed to staff. */
  async stop(): Promise<void> {
    this.draining = true;
    await this.calls.stopAll('shutdown');
  }

  private shedReason(): ShedReason | null {
    if (this.draining) return 'draining';
    if (this.options.modelDown()) return 'model_down';
    return this.calls.size >= this.options.capacity ? 'full' : null;
  }

  private forget(callSid: string, call: PhoneCall, next: NextForCaller): void {
    this.calls.remove(callSid, call);
    this.ended.set(callSid, { clinicId: call.identity.clinicId, next });
    if (this.calls.size === 0) this.emptied?.();
  }
}

function beginWith(call: PhoneCall, clinic: Clinic | undefined): void {
  if (clinic) call.begin(clinic);
  else call.fail('clinic', new Error('the clinic of this call is gone'));
}
