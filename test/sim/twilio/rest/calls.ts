/** `Calls`: listing, fetching, making and changing them. */
import type { Call } from '../call.ts';
import type { StatusCallbackConfig } from '../environment.ts';
import type { DocumentSource } from '../execution.ts';
import type { SimRequest } from '../http-request.ts';
import type { SimulatorParts } from '../routes.ts';
import { badRequest, notFound } from './errors.ts';

/** Twilio's limit; it names no error of its own for it. */
const MAX_TWIML = 4_000;
const E164 = /^\+[1-9]\d{6,14}$/;

export function listCalls({ exchange }: SimulatorParts, query: URLSearchParams): readonly Call[] {
  const filters: readonly [string, (call: Call) => string | undefined][] = [
    ['Status', (call) => call.status],
    ['To', (call) => call.to],
    ['From', (call) => call.from],
    ['ParentCallSid', (call) => call.parentSid],
  ];
  const asked = filters.filter(([name]) => query.has(name));
  const matching = exchange.calls().filter((call) => asked.every(([name, read]) => read(call) === query.get(name)));
  return matching.toReversed();
}

export function findCall({ exchange }: SimulatorParts, sid: string, path: string): Call {
  const call = exchange.find(sid);
  if (call === undefined) throw notFound(path);
  return call;
}

/** Source: twilio.com/docs/voice/api/call-resource#create-a-call-resource. */
export function createCall({ exchange, options }: SimulatorParts, request: SimRequest): Call {
  const form = new URLSearchParams(request.body);
  const [to, from] = [form.get('To') ?? '', form.get('From') ?? ''];
  if (to === '') throw badRequest(21_201, "No 'To' number is specified");
  if (from === '') throw badRequest(21_213, "No 'From' number is specified");
  if (!E164.test(to)) throw badRequest(21_211, `The phone number you are attempting to call, ${to}, is not valid.`);
  if (!Object.hasOwn(options.numbers, from)) {
    throw badRequest(21_210, `The source phone number provided, ${from}, is not yet verified for your account.`);
  }
  const source = documentSource(form);
  if (source === undefined) throw badRequest(21_205, 'Url parameter is required.');
  const statusCallback = callStatusCallback(form);
  const fallbackUrl = form.get('FallbackUrl') ?? undefined;
  const ringMs = Number(form.get('Timeout') ?? '60') * 1000;
  return exchange.placeOutbound({
    from,
    to,
    source,
    ringMs,
    fallbackUrl,
    statusCallback,
  });
}

/** Source: twilio.com/docs/voice/api/call-resource#update-a-call-resource. */
export function updateCall(parts: SimulatorParts, call: Call, request: SimRequest): void {
  const form = new URLSearchParams(request.body);
  if (call.isOver) throw badRequest(21_220, 'Call is not in-progress. Cannot redirect.');
  const status = form.get('Status');
  if (status !== null && status !== 'completed' && status !== 'canceled') {
    throw badRequest(21_218, `Status is invalid: ${status}`);
  }
  if (status === 'canceled' && call.answeredAt !== undefined) return;
  if (status !== null) {
    call.finish(status === 'canceled' || call.answeredAt === undefined ? 'canceled' : 'completed', { by: 'api' });
    return;
  }
  const source = documentSource(form);
  if (source === undefined) throw badRequest(20_001, 'one of Twiml, Url or Status is required');
  if (call.answeredAt === undefined) throw badRequest(21_220, 'Call is not in-progress. Cannot redirect.');
  parts.exchange.redirect(call, source);
}

function documentSource(form: URLSearchParams): DocumentSource | undefined {
  const [twiml, url] = [form.get('Twiml'), form.get('Url')];
  if (twiml !== null && twiml.length > MAX_TWIML)
    throw badRequest(20_001, `Twiml is longer than ${MAX_TWIML} characters`);
  if (twiml !== null) return { twiml };
  if (url === null) return undefined;
  if (!/^https?:\/\//i.test(url)) throw badRequest(21_205, `Url is not a valid URL: ${url}`);
  return { purpose: 'voice', url, method: methodOf(form.get('Method')), params: {} };
}

function callStatusCallback(form: URLSearchParams): StatusCallbackConfig | undefined {
  const url = form.get('StatusCallback');
  if (url === null) return undefined;
  const asked = form.getAll('StatusCallbackEvent').flatMap((events) => events.split(/\s+/));
  const events = new Set(asked.length === 0 ? ['completed'] : asked);
  return { url, method: methodOf(form.get('StatusCallbackMethod')), events };
}

function methodOf(value: string | null): 'GET' | 'POST' {
  return value?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}
