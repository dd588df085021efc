/** `Messages`: sending and listing. */
import type { SimRequest } from '../http-request.ts';
import type { SimMessage } from '../message.ts';
import type { SimulatorParts } from '../routes.ts';
import { badRequest, notFound } from './errors.ts';

const E164 = /^\+[1-9]\d{6,14}$/;
const MAX_BODY_CHARACTERS = 1600;

export function listMessages({ messaging }: SimulatorParts, query: URLSearchParams): readonly SimMessage[] {
  const [to, from] = [query.get('To'), query.get('From')];
  return messaging.messages
    .filter((message) => (to === null || message.to === to) && (from === null || message.from === from))
    .toReversed();
}

export function findMessage({ messaging }: SimulatorParts, sid: string, path: string): SimMessage {
  const message = messaging.find(sid);
  if (message === undefined) throw notFound(path);
  return message;
}

/** Source: twilio.com/docs/messaging/api/message-resource#create-a-message-resource. */
export function createMessage({ messaging }: SimulatorParts, request: SimRequest): SimMessage {
  const form = new URLSearchParams(request.body);
  const [to, from, body] = [form.get('To') ?? '', form.get('From') ?? '', form.get('Body') ?? ''];
  if (to === '') throw badRequest(21_604, "A 'To' phone number is required.");
  if (from === '') throw badRequest(21_603, "A 'From' phone number is required.");
  if (body === '') throw badRequest(21_602, 'Message body is required.');
  if (body.length > MAX_BODY_CHARACTERS)
    throw badRequest(21_617, 'The concatenated message body exceeds 1600 characters.');
  if (!E164.test(to)) throw badRequest(21_211, `The 'To' number ${to} is not a valid phone number.`);
  if (!messaging.owns(from)) {
    throw badRequest(
      21_606,
      `The 'From' phone number ${from} is not a valid message-capable phone number for this account.`,
    );
  }
  if (messaging.isOptedOut(from, to)) throw badRequest(21_610, 'Attempt to send to unsubscribed recipient');
  const statusCallback = form.get('StatusCallback') ?? undefined;
  return messaging.send({ from, to, body, statusCallback });
}
