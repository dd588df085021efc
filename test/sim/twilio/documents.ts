/** Fetching TwiML for a call, with the number's fallback where the first answer is no use. */
import type { Call } from './call.ts';
import type { Environment } from './environment.ts';
import { parseVoiceTwiml, TWIML_ERRORS, TwimlError, type Verb } from './twiml.ts';
import { NoAnswer, type WebAnswer } from './web-client.ts';
import type { Params, WebhookPurpose } from './webhooks.ts';

/** Where a document comes from. Parameters are added to those of the call. */
export interface DocumentRequest {
  readonly purpose: WebhookPurpose;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: Params;
}

export interface TwimlDocument {
  readonly verbs: readonly Verb[];
  /** What relative URLs in it are relative to; undefined for a document that came through the REST API. */
  readonly url: string | undefined;
}

const TWIML_CONTENT_TYPES = /^(text\/xml|application\/xml|text\/html|text\/plain|application\/xhtml\+xml)\b/i;

/** The document, or the fallback's. Throws `TwimlError` when neither can be had. */
export async function fetchDocument(
  request: DocumentRequest,
  call: Call,
  environment: Environment,
  fallbackUrl: string | undefined,
): Promise<TwimlDocument> {
  try {
    return await fetchOneDocument(request, call, environment);
  } catch (error) {
    if (!(error instanceof TwimlError)) throw error;
    call.violation(error.code, error.message);
    if (fallbackUrl === undefined) throw error;
    const params = { ...request.params, ErrorCode: String(error.code), ErrorUrl: request.url };
    return fetchOneDocument({ purpose: 'fallback', url: fallbackUrl, method: 'POST', params }, call, environment);
  }
}

/** Sends a voice webhook of this call and logs its attempts. Rejects with `NoAnswer`. */
export function sendForCall(request: DocumentRequest, call: Call, environment: Environment): Promise<WebAnswer> {
  const params = { ...call.params(), ...request.params };
  return environment.webhooks.send({ ...request, params }, environment.addressesFor(call.accountNumber), {
    faults: call.faults,
    observe: (attempt) => call.recordWebhook(attempt),
  });
}

async function fetchOneDocument(
  request: DocumentRequest,
  call: Call,
  environment: Environment,
): Promise<TwimlDocument> {
  const answer = await sendForCall(request, call, environment).catch((error: unknown) => {
    if (error instanceof NoAnswer) throw new TwimlError(TWIML_ERRORS.unreachable, `${request.url}: ${error.message}`);
    throw error;
  });
  if (answer.status < 200 || answer.status > 299) {
    throw new TwimlError(TWIML_ERRORS.unreachable, `${request.url} answered ${answer.status}`);
  }
  if (!TWIML_CONTENT_TYPES.test(answer.contentType)) {
    throw new TwimlError(TWIML_ERRORS.badContentType, `${request.url} answered ${answer.contentType || 'no type'}`);
  }
  return { verbs: parseVoiceTwiml(answer.body.toString('utf8')), url: request.url };
}

/** An attribute's URL, made absolute; undefined when the attribute is missing or empty. */
export function resolveUrl(value: string | undefined, documentUrl: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (/^[a-z]+:\/\//i.test(value)) return value;
  if (documentUrl === undefined || !URL.canParse(value, documentUrl)) {
    throw new TwimlError(TWIML_ERRORS.unreachable, `not an absolute URL: ${value}`);
  }
  return new URL(value, documentUrl).toString();
}
