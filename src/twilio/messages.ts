/**
 * Text messages through Twilio's REST API. The only file that takes more than signatures and TwiML from the SDK, which is
 * loaded with the first message. Nothing is tried again here: a request that nobody answered may have sent a message.
 */
import type { Twilio } from 'twilio';
import { z } from 'zod';
import { type OutgoingText, type TextCarrier, TextTrouble, type TextTroubleKind } from '../domain/texts.ts';
import { authorizationOf, restUrl, type TwilioAccount } from './rest.ts';

export interface TwilioMessagesOptions extends TwilioAccount {
  /** Where Twilio tells what becomes of a message. */
  readonly reportUrl: (text: OutgoingText) => string;
  readonly fetch?: typeof fetch;
}

/** How far back a message is looked for. */
const NEWEST = 50;
const OPTED_OUT = 21_610;

const created = z.object({ sid: z.string().min(1), status: z.string().min(1) });

export function twilioMessages(options: TwilioMessagesOptions): TextCarrier {
  const within = async <T>(signal: AbortSignal, work: (client: Twilio) => Promise<T>): Promise<T> => {
    try {
      return await work(await clientFor(options, signal));
    } catch (error) {
      throw troubleOf(error, signal);
    }
  };
  return {
    send: (text, signal) =>
      within(signal, async ({ messages }) => {
        const { from, to, body } = text;
        return created.parse(await messages.create({ from, to, body, statusCallback: options.reportUrl(text) }));
      }),
    newest: (from, to, signal) =>
      within(signal, async ({ messages }) => {
        const found = await messages.list({ from, to, limit: NEWEST, pageSize: NEWEST });
        return found.map(({ sid, body, status, dateCreated }) => ({
          sid,
          body,
          status,
          createdAt: dateCreated.getTime(),
        }));
      }),
  };
}

/** A client for one request: the SDK has no other place for what may cut it. */
async function clientFor(options: TwilioMessagesOptions, signal: AbortSignal): Promise<Twilio> {
  const { accountSid, authToken } = options;
  const [{ default: Client }, { default: RequestClient }] = await Promise.all([
    import('twilio/lib/rest/Twilio.js'),
    import('twilio/lib/base/RequestClient.js'),
  ]);
  const httpClient = new RequestClient();
  const ask = (asked: Asked): Promise<Answered> => fetched(options, asked, signal);
  // What the SDK would take from the environment is left out: the configuration alone decides.
  return new Client(accountSid, authToken, { httpClient: Object.assign(httpClient, { request: ask }), env: {} });
}

async function fetched(options: TwilioMessagesOptions, asked: Asked, signal: AbortSignal): Promise<Answered> {
  const { fetch: request = fetch } = options;
  const { method, headers, data } = asked;
  const answer = await request(restUrl(options, pathOf(asked)), {
    method: method.toUpperCase(),
    headers: { ...headers, authorization: authorizationOf(options) },
    ...(data !== undefined && { body: formOf(data) }),
    signal,
  });
  return { statusCode: answer.status, body: await answer.text(), headers: {} };
}

/** As the SDK reads it. */
interface Answered {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: object;
}

interface Asked {
  readonly method: string;
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: unknown;
  readonly data?: unknown;
}

/** Without the root, which is configured. */
function pathOf({ uri, params }: Asked): string {
  const { pathname, search } = new URL(uri);
  return pathname + (params === undefined ? search : `?${formOf(params).toString()}`);
}

function formOf(fields: unknown): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields ?? {})) {
    for (const each of [value].flat()) if (each !== undefined && each !== null) form.append(name, String(each));
  }
  return form;
}

const refusal = z.object({ status: z.number(), code: z.number().optional().catch(undefined) });

function troubleOf(error: unknown, signal: AbortSignal): TextTrouble {
  if (signal.aborted) return new TextTrouble('timeout', 0, error);
  const seen = refusal.safeParse(error).data;
  if (seen === undefined) return new TextTrouble('unavailable', 0, error);
  const { status, code = 0 } = seen;
  return new TextTrouble(kindOf(status, code), code);
}

function kindOf(status: number, code: number): TextTroubleKind {
  if (code === OPTED_OUT) return 'opted_out';
  if (status === 429) return 'busy';
  if (status === 401 || status === 403) return 'credentials';
  if (status >= 400 && status < 500 && status !== 408) return 'refused';
  return 'unavailable';
}
