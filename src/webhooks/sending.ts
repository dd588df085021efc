/**
 * One request to a clinic's own system. The name is resolved once, and the connection goes to what was judged: a name
 * that answers differently the next time leads nowhere else. Redirects are answers and not followed. Of the answer only
 * its status counts, and no more of it is read than a connection needs to end well.
 */
import { lookup } from 'node:dns/promises';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { WebhookAnswer, WebhookFailure } from '../domain/webhook-answers.ts';
import type { WebhookDelivery } from '../domain/webhook-store.ts';
import { isPublicAddress } from './public-addresses.ts';
import { signatureOf } from './signature.ts';
import { hostOf, type Reach, readTarget } from './targets.ts';

export interface SenderOptions {
  readonly reach: Reach;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Every address of a name; the system's resolver where nothing else is given. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** From the first look at the name to the end of the answer. */
  readonly limitMs?: number;
}

/** Sends a delivery once. What the outside does is an answer, never an error. */
export type SendWebhook = (delivery: SignedDelivery, signal: AbortSignal) => Promise<WebhookAnswer>;
export type SignedDelivery = WebhookDelivery & { readonly secret: string };

const LIMIT_MS = 10_000;
const MOST_ANSWER_BYTES = 65_536;
const MOST_HEADER_BYTES = 16_384;

export function webhookSender(options: SenderOptions): SendWebhook {
  const { reach, now, resolve = everyAddress, limitMs = LIMIT_MS } = options;
  return async (delivery, signal) => {
    const target = readTarget(delivery.url, reach);
    if ('problem' in target) return failed('not_public');
    const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    try {
      const addresses = await beforeAbort(addressesOf(target, resolve), limit);
      if (reach === 'public' && !addresses.every(isPublicAddress)) return failed('not_public');
      return await post(target, delivery, { signal: limit, lookup: pinnedTo(addresses), at: now() });
    } catch (error) {
      return failed(limit.aborted ? 'timeout' : failureOf(error));
    }
  };
}

const failed = (failure: WebhookFailure): WebhookAnswer => ({ kind: 'failed', failure });

async function everyAddress(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

async function addressesOf(target: URL, resolve: NonNullable<SenderOptions['resolve']>): Promise<readonly string[]> {
  const host = hostOf(target);
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  if (addresses.length === 0) throw new Error(`${host} has no address`);
  return addresses;
}

/** A resolver cannot be stopped; it is left behind. */
function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error('no address in time'));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Whatever is looked up, the answer is these. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, options, callback) => {
    const [first] = all;
    if (options.all || first === undefined) callback(null, all);
    else callback(null, first.address, first.family);
  };
}

interface Sending {
  readonly signal: AbortSignal;
  readonly lookup: LookupFunction;
  readonly at: number;
}

function post(target: URL, delivery: SignedDelivery, { signal, lookup, at }: Sending): Promise<WebhookAnswer> {
  const body = Buffer.from(delivery.body);
  const settings = {
    method: 'POST',
    // A connection of its own: one that is kept might lead to an address that was judged long ago.
    agent: false,
    signal,
    lookup,
    maxHeaderSize: MOST_HEADER_BYTES,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
      'user-agent': 'Ava-Webhooks/1',
      'ava-event-id': delivery.eventId,
      'ava-delivery-id': delivery.deliveryId,
      'ava-signature': signatureOf(delivery.secret, delivery.body, at),
    },
  };
  return new Promise((resolve, reject) => {
    const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, settings);
    request.on('error', reject);
    request.on('response', (response) => resolve(answerOf(request, response)));
    request.end(body);
  });
}

/** The status is known with the head of the answer: whatever becomes of its body changes nothing. */
function answerOf(request: ClientRequest, response: IncomingMessage): WebhookAnswer {
  let bytes = 0;
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER_BYTES) request.destroy();
  });
  const after = Number(response.headers['retry-after']);
  const retryAfterMs = Number.isFinite(after) && after > 0 ? after * 1_000 : null;
  return { kind: 'answered', status: response.statusCode ?? 0, retryAfterMs };
}

function failureOf(error: unknown): WebhookFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|TLS|SSL|SELF_SIGNED|LEAF_SIGNATURE|EPROTO/.test(code) ? 'tls' : 'unreachable';
}
