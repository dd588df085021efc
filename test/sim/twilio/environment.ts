/** What calls and their verbs share: one account's clock, web access, addresses, faults and phones. */
import type { Addresses } from './addresses.ts';
import type { Call } from './call.ts';
import type { FaultPlan } from './faults.ts';
import type { Random } from './random.ts';
import type { Recordings } from './recordings.ts';
import type { Ticker } from './ticker.ts';
import type { Webhooks } from './webhooks.ts';

/** A phone to be rung for a call. */
export interface DialRequest {
  readonly parent: Call;
  readonly from: string;
  readonly to: string;
  readonly timeoutMs: number;
  readonly statusCallback?: StatusCallbackConfig;
}

export type RingOutcome = 'answered' | 'busy' | 'no-answer' | 'failed' | 'canceled';

/** A phone that is being rung. */
export interface DialledPhone {
  readonly call: Call;
  readonly outcome: Promise<RingOutcome>;
  /** The person or machine there is told that a whisper has been played to them. */
  onWhispered(): void;
  /** … that they are connected now. */
  onConnected(): void;
}

export interface StatusCallbackConfig {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Of Twilio's `initiated`, `ringing`, `answered`, `completed`. */
  readonly events: ReadonlySet<string>;
}

export interface Environment {
  readonly accountSid: string;
  /** Root of the simulator's REST API. */
  restUrl(): string;
  readonly pace: number;
  readonly ticker: Ticker;
  readonly webhooks: Webhooks;
  readonly random: Random;
  readonly recordings: Recordings;
  /** Aborted when the simulator stops. */
  readonly closing: AbortSignal;
  addressesFor(number: string): Addresses;
  faults(): FaultPlan;
  dial(request: DialRequest): DialledPhone;
}
