/** What Twilio's routes share: who Ava is to Twilio, and how a webhook is trusted. */
import type { z } from 'zod';
import type { Events } from '../domain/events.ts';
import { TWILIO_PATHS } from '../twilio/addresses.ts';
import { readForm } from '../twilio/form.ts';
import type { Pulse } from '../twilio/pulse.ts';
import { isSignedByTwilio } from '../twilio/signature.ts';
import { issueTicket, type TicketClaims } from '../twilio/ticket.ts';
import type { TicketLedger } from '../twilio/ticket-ledger.ts';
import { streamTwiml } from '../twilio/twiml.ts';
import type { FrontDesk } from './front-desk.ts';
import { HttpError, type HttpRequest } from './route.ts';

export interface TwilioEdge {
  readonly desk: FrontDesk;
  readonly events: Events;
  readonly ledger: TicketLedger;
  /** `http(s)://host[:port][/prefix]`: what Twilio calls, and signs. */
  readonly publicUrl: string;
  readonly authToken: string;
  readonly sessionSecret: string;
  /** ms since the epoch. */
  now(): number;
  /** By which open streams notice that nothing comes; one of the port's own where none is given. */
  readonly pulse?: Pulse | undefined;
}

export const WEBHOOK_BODY_BYTES = 64 * 1024;

/** The public URL of one of our paths. */
export function publicUrlOf({ publicUrl }: Pick<TwilioEdge, 'publicUrl'>, path: string): string {
  return publicUrl.replace(/\/+$/, '') + path;
}

/** What whoever is asked next must know, whichever node that is. */
interface SoFar {
  /** How many staff lines were dialled by then; 0 where absent. */
  readonly staffTried?: number;
  /** The caller's, BCP 47, where it is not the clinic's own. */
  readonly language?: string | null | undefined;
}

/** Where Twilio asks what a call does next. What the URL says Twilio signs with the rest. */
export function continueUrlOf(edge: Pick<TwilioEdge, 'publicUrl'>, { staffTried = 0, language }: SoFar = {}): string {
  const query = new URLSearchParams();
  if (staffTried > 0) query.set(STAFF_TRIED, String(staffTried));
  if (language) query.set(LANGUAGE, language);
  return `${publicUrlOf(edge, TWILIO_PATHS.voiceContinue)}${query.size > 0 ? `?${query.toString()}` : ''}`;
}

/** What such a URL says. */
export function staffTriedIn(query: string): number {
  const tried = new URLSearchParams(query).get(STAFF_TRIED) ?? '';
  return /^\d{1,2}$/.test(tried) ? Number(tried) : 0;
}

/** The same of the caller's language. */
export function languageIn(query: string): string | null {
  return new URLSearchParams(query).get(LANGUAGE);
}

const STAFF_TRIED = 'staff';
const LANGUAGE = 'language';

/** The same over WebSocket: `wss` where the public URL is `https`, `ws` where it is `http`. */
export function publicSocketUrlOf(edge: Pick<TwilioEdge, 'publicUrl'>, path: string): string {
  return publicUrlOf(edge, path).replace(/^http/i, 'ws');
}

/** TwiML that has the caller talk with Ava: over a stream with a token of its own. */
export function streamAnswer(edge: TwilioEdge, claims: TicketClaims): string {
  return streamTwiml({
    streamUrl: publicSocketUrlOf(edge, TWILIO_PATHS.media),
    token: issueTicket(edge.sessionSecret, claims, edge.now()),
    actionUrl: continueUrlOf(edge),
  });
}

const FORM_CONTENT = /^application\/x-www-form-urlencoded\b/i;

/**
 * The form of a webhook that Twilio signed. Throws 403 for a bad or missing signature (told of as an event), 415 for
 * another content type, 400 for a form without what the webhook must have.
 */
export function readWebhook<Form extends z.ZodType>(
  edge: TwilioEdge,
  request: HttpRequest,
  form: Form,
): z.output<Form> {
  const isForm = FORM_CONTENT.test(request.header('content-type'));
  const fields = isForm ? readForm(request.body) : {};
  if (fields === null) throw new HttpError(400, 'The form has too many fields.');
  const url = publicUrlOf(edge, request.path) + (request.query === '' ? '' : `?${request.query}`);
  if (!isSignedByTwilio(edge.authToken, request.header('x-twilio-signature'), url, fields)) {
    edge.events.emit('call.refused', { reason: 'bad_signature' });
    throw new HttpError(403, 'The X-Twilio-Signature does not fit: check TWILIO_AUTH_TOKEN and PUBLIC_URL.');
  }
  if (!isForm) throw new HttpError(415, 'Webhooks are posted as application/x-www-form-urlencoded.');
  const parsed = form.safeParse(fields);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))].join(', ');
  throw new HttpError(400, `The form lacks fields that are needed, or has them in another shape: ${names}.`);
}
