/**
 * Requests to the product: form-encoded, signed, with an idempotency token, bounded by 15 s and tried again where Twilio
 * does. By default that is once, after a failed connection; a URL's fragment (`#rc=3&rp=all`, Twilio's connection
 * overrides) asks for more.
 */
import type { Addresses } from './addresses.ts';
import type { FaultPlan } from './faults.ts';
import { newIdempotencyToken } from './sid.ts';
import { forgedSignature, twilioSignature } from './signature.ts';
import { fetchOnce, NoAnswer, type WebAnswer } from './web-client.ts';

const WEBHOOK_TIMEOUT_MS = 15_000;
const MAX_RETRIES = 5;

export type WebhookPurpose = 'voice' | 'action' | 'fallback' | 'status' | 'whisper' | 'sms' | 'recording' | 'media';
export type Params = Readonly<Record<string, string>>;

export interface WebhookRequest {
  readonly purpose: WebhookPurpose;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: Params;
}

/** One attempt, as the call's log keeps it. */
export interface WebhookAttempt {
  readonly purpose: WebhookPurpose;
  readonly url: string;
  /** HTTP status, or undefined when no answer came. */
  readonly status: number | undefined;
  readonly error: string | undefined;
  readonly latencyMs: number;
  readonly attempt: number;
}

export interface Sender {
  readonly faults: FaultPlan;
  readonly observe: (attempt: WebhookAttempt) => void;
}

interface RetryPolicy {
  readonly retries: number;
  readonly on: ReadonlySet<string>;
}

export class Webhooks {
  private readonly authToken: string;
  private readonly accountSid: string;
  private readonly closing: AbortSignal;

  /** `closing`: when it aborts, requests under way are given up. */
  constructor(accountSid: string, authToken: string, closing: AbortSignal) {
    this.accountSid = accountSid;
    this.authToken = authToken;
    this.closing = closing;
  }

  /** The last answer, whatever its status. Rejects with `NoAnswer` when there was none. */
  async send(request: WebhookRequest, addresses: Addresses, sender: Sender): Promise<WebAnswer> {
    const policy = retryPolicy(request.url);
    const send = this.prepare(request, addresses, sender.faults);
    let repeats = sender.faults.webhook?.repeats ?? 0;
    let retries = policy.retries;
    for (let attempt = 1; ; attempt++) {
      const result = await measured(send);
      sender.observe({ purpose: request.purpose, url: request.url, attempt, ...described(result) });
      if (repeats > 0) repeats--;
      else if (retries > 0 && mayRetry(result.answer, policy)) retries--;
      else if (result.answer instanceof NoAnswer) throw result.answer;
      else return result.answer;
    }
  }

  /** The signature header's value, or undefined where a fault leaves it out. */
  signature(signedUrl: string, params: Params, faults: FaultPlan): string | undefined {
    if (faults.signature === 'missing') return undefined;
    if (faults.signature === 'wrong') return forgedSignature(signedUrl);
    return twilioSignature(this.authToken, signedUrl, params);
  }

  private prepare(request: WebhookRequest, addresses: Addresses, faults: FaultPlan): () => Promise<WebAnswer> {
    const form = new URLSearchParams(request.params).toString();
    const url = request.method === 'GET' ? withQuery(request.url, form) : request.url;
    const signedParams = request.method === 'GET' ? {} : request.params;
    const signature = this.signature(addresses.toSign(url), signedParams, faults);
    const headers: Record<string, string> = {
      accept: '*/*',
      'user-agent': 'TwilioProxy/1.1',
      'i-twilio-idempotency-token': newIdempotencyToken(),
      'x-home-region': 'us1',
      'x-twilio-account-sid': this.accountSid,
    };
    if (signature !== undefined) headers['x-twilio-signature'] = signature;
    const target = addresses.toReach(url);
    const common = { url: target, headers, timeoutMs: WEBHOOK_TIMEOUT_MS, signal: this.closing };
    if (request.method === 'GET') return () => fetchOnce({ ...common, method: 'GET' });
    headers['content-type'] = 'application/x-www-form-urlencoded; charset=UTF-8';
    headers['content-length'] = String(Buffer.byteLength(form));
    return () => fetchOnce({ ...common, method: 'POST', body: form });
  }
}

function withQuery(url: string, query: string): string {
  const [path = '', fragment] = url.split('#', 2);
  return `${path}${path.includes('?') ? '&' : '?'}${query}${fragment === undefined ? '' : `#${fragment}`}`;
}

interface Measured {
  readonly answer: WebAnswer | NoAnswer;
  readonly latencyMs: number;
}

async function measured(send: () => Promise<WebAnswer>): Promise<Measured> {
  const startedMs = performance.now();
  const answer = await send().catch((error: unknown) => {
    if (error instanceof NoAnswer) return error;
    throw error;
  });
  return { answer, latencyMs: Math.round((performance.now() - startedMs) * 10) / 10 };
}

function described({ answer, latencyMs }: Measured): Pick<WebhookAttempt, 'status' | 'error' | 'latencyMs'> {
  return answer instanceof NoAnswer
    ? { status: undefined, error: `${answer.reason}: ${answer.message}`, latencyMs }
    : { status: answer.status, error: undefined, latencyMs };
}

/** Source: twilio.com/docs/usage/webhooks/webhooks-connection-overrides. */
function retryPolicy(url: string): RetryPolicy {
  const overrides = new URLSearchParams(url.split('#', 2)[1] ?? '');
  const retries = Number(overrides.get('rc') ?? '1');
  return {
    retries: Number.isInteger(retries) && retries >= 0 ? Math.min(retries, MAX_RETRIES) : 1,
    on: new Set((overrides.get('rp') ?? 'ct').split(',')),
  };
}

function mayRetry(answer: WebAnswer | NoAnswer, { on }: RetryPolicy): boolean {
  if (answer instanceof NoAnswer) {
    const reason = answer.reason === 'connection' ? 'ct' : 'rt';
    return answer.reason !== 'url' && (on.has(reason) || on.has('all'));
  }
  if (answer.status >= 500) return on.has('5xx') || on.has('all');
  return answer.status >= 400 && on.has('4xx');
}
