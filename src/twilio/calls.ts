/**
 * Live calls through Twilio's REST API: how one stands, and what it is to do next. Two requests, made without the SDK:
 * loading it would hold up every call of the node for a quarter of a second.
 */
import { z } from 'zod';
import { type PhoneNetwork, PhoneNetworkTrouble } from '../domain/phone-network.ts';
import { authorizationOf, restUrl, type TwilioAccount } from './rest.ts';

export interface TwilioCallsOptions extends TwilioAccount {
  readonly fetch?: typeof fetch;
  /** How long one request may take. */
  readonly requestMs?: number;
}

const REQUEST_MS = 2_000;
/** How often is asked how a call stands, which changes nothing. */
const ASKED_AT_MOST = 2;
const NOT_FOUND = 404;
/** "Call is not in-progress. Cannot redirect." */
const NOT_IN_PROGRESS = 21_220;

const GOES_ON = new Set(['queued', 'ringing', 'in-progress']);

const callResource = z.object({ status: z.string().min(1) });
const refusal = z.object({ code: z.number().nullish() });

export function twilioCalls(options: TwilioCallsOptions): PhoneNetwork {
  return {
    async standing(callSid) {
      const { status, body } = await patiently(() => asked(options, callSid));
      if (status === NOT_FOUND) return 'over';
      return GOES_ON.has(parsed(callResource, status, body).status) ? 'live' : 'over';
    },
    async redirect(callSid, twiml) {
      const { status, body } = await asked(options, callSid, new URLSearchParams({ Twiml: twiml }));
      if (status === NOT_FOUND || isOver(status, body)) return 'over';
      parsed(callResource, status, body);
      return 'redirected';
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks once more where nobody answered, or the answer was that another time might do. */
async function patiently(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      const answer = await ask();
      if (tries === ASKED_AT_MOST || (answer.status < 500 && answer.status !== 429)) return answer;
    } catch (error) {
      if (tries === ASKED_AT_MOST) throw error;
    }
  }
}

/** With a form the call is changed by it. */
async function asked(options: TwilioCallsOptions, callSid: string, form?: URLSearchParams): Promise<Answer> {
  const { accountSid, fetch: request = fetch, requestMs = REQUEST_MS } = options;
  const path = `/2010-04-01/Accounts/${accountSid}/Calls/${encodeURIComponent(callSid)}.json`;
  try {
    const answer = await request(restUrl(options, path), {
      method: form ? 'POST' : 'GET',
      headers: { authorization: authorizationOf(options) },
      ...(form && { body: form }),
      signal: AbortSignal.timeout(requestMs),
    });
    return { status: answer.status, body: jsonOf(await answer.text()) };
  } catch (error) {
    throw new PhoneNetworkTrouble(0, error);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isOver(status: number, body: unknown): boolean {
  return status === 400 && refusal.safeParse(body).data?.code === NOT_IN_PROGRESS;
}

function parsed<T>(schema: z.ZodType<T>, status: number, body: unknown): T {
  const resource = schema.safeParse(body);
  if (status !== 200 || !resource.success) throw new PhoneNetworkTrouble(status);
  return resource.data;
}
