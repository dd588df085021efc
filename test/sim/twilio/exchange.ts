/**
 * The account's telephone exchange: makes calls in all three directions and knows those there are. Ended calls are kept
 * for inspection, the newest `MAX_ENDED` of them.
 */
import type { CallerScript } from '../callers/script.ts';
import { Call, type CallSetup } from './call.ts';
import type { DialledPhone, DialRequest, Environment, StatusCallbackConfig } from './environment.ts';
import { type DocumentSource, Execution } from './execution.ts';
import type { FaultPlan } from './faults.ts';
import type { NumberConfig, StaffBehaviour } from './options.ts';
import { ringPhone } from './phones.ts';
import { scriptedPerson } from './scripted-person.ts';
import { statusReporter } from './status-callbacks.ts';
import type { Params } from './webhooks.ts';

const MAX_ENDED = 5_000;
const DEFAULT_RING_MS = 60_000;

export interface InboundCall {
  readonly from: string;
  /** One of the account's numbers; a call to any other number fails. */
  readonly to: string;
  readonly caller?: CallerScript;
  /** Added to, or put in place of, webhook parameters. */
  readonly params?: Params;
  readonly faults?: FaultPlan;
}

export interface OutboundCall {
  readonly from: string;
  readonly to: string;
  readonly source: DocumentSource;
  readonly fallbackUrl?: string;
  readonly ringMs?: number;
  readonly statusCallback?: StatusCallbackConfig;
}

export interface Phones {
  readonly numbers: Readonly<Record<string, NumberConfig>>;
  readonly staff: Readonly<Record<string, StaffBehaviour>>;
}

export class Exchange {
  private readonly environment: Environment;
  private readonly phones: Phones;
  private readonly bySid = new Map<string, { readonly call: Call; readonly execution: Execution }>();
  /** Status callbacks under way. */
  readonly posts = new Set<Promise<void>>();

  constructor(environment: Environment, phones: Phones) {
    this.environment = environment;
    this.phones = phones;
  }

  /** Oldest first. */
  calls(): Call[] {
    return [...this.bySid.values()].map(({ call }) => call);
  }

  find(sid: string): Call | undefined {
    return this.bySid.get(sid)?.call;
  }

  placeInbound({ from, to, caller, params, faults }: InboundCall): Call {
    const number = this.phones.numbers[to];
    const call = this.make(
      { from, to, direction: 'inbound', accountNumber: to, params, faults },
      number?.statusCallback === undefined ? undefined : finalOnly(number.statusCallback),
      number?.voiceFallbackUrl,
    );
    if (caller !== undefined) call.person = scriptedPerson(call, caller, this.environment.pace);
    call.setStatus('ringing');
    if (number === undefined) call.finish('failed', { by: 'error', errorCode: 21_211 });
    else this.start(call, { purpose: 'voice', url: number.voiceUrl, method: 'POST', params: {} });
    return call;
  }

  /** A call made through the REST API; its document runs once the phone is answered. */
  placeOutbound(outbound: OutboundCall): Call {
    const { from, to, source, fallbackUrl, statusCallback } = outbound;
    const call = this.make({ from, to, direction: 'outbound-api', accountNumber: from }, statusCallback, fallbackUrl);
    const phone = ringPhone(call, this.behaviourOf(to), outbound.ringMs ?? DEFAULT_RING_MS, this.environment.pace);
    void this.startOnceAnswered(phone, source);
    return call;
  }

  /** The second leg of a `<Dial>`. */
  dial({ parent, from, to, timeoutMs, statusCallback }: DialRequest): DialledPhone {
    const { accountNumber } = parent;
    const call = this.make({ from, to, direction: 'outbound-dial', parent, accountNumber }, statusCallback, undefined);
    return ringPhone(call, this.behaviourOf(to), timeoutMs, this.environment.pace);
  }

  /** Puts another document in place of what a call runs. */
  redirect(call: Call, source: DocumentSource): void {
    this.start(call, source);
  }

  private async startOnceAnswered(phone: DialledPhone, source: DocumentSource): Promise<void> {
    if ((await phone.outcome) !== 'answered') return;
    phone.onConnected();
    this.start(phone.call, source);
  }

  private start(call: Call, source: DocumentSource): void {
    this.bySid.get(call.sid)?.execution.start(source);
  }

  private behaviourOf(number: string): StaffBehaviour {
    return this.phones.staff[number] ?? { kind: 'failed' };
  }

  private make(
    setup: CallSetup,
    statusCallback: StatusCallbackConfig | undefined,
    fallbackUrl: string | undefined,
  ): Call {
    const report =
      statusCallback === undefined ? undefined : statusReporter(statusCallback, this.environment, this.posts);
    const call = new Call({ ...setup, onStatus: report }, this.environment);
    this.bySid.set(call.sid, { call, execution: new Execution(call, this.environment, fallbackUrl) });
    this.forgetOldest();
    return call;
  }

  private forgetOldest(): void {
    if (this.bySid.size <= MAX_ENDED) return;
    for (const [sid, { call }] of this.bySid) {
      if (!call.isOver) continue;
      this.bySid.delete(sid);
      return;
    }
  }
}

/** An incoming call's number reports only how the call ended. */
function finalOnly(url: string): StatusCallbackConfig {
  return { url, method: 'POST', events: new Set(['completed']) };
}
