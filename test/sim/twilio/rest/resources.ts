/** Twilio's JSON for a call and a message. */
import type { Call } from '../call.ts';
import type { SimMessage } from '../message.ts';

const API = '/2010-04-01/Accounts';

export function callResource(call: Call, accountSid: string): Readonly<Record<string, unknown>> {
  const { end, answeredAt, createdAt } = call;
  const endedAt = end === undefined ? undefined : new Date((answeredAt ?? createdAt).getTime() + end.durationMs);
  return {
    sid: call.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    parent_call_sid: call.parentSid ?? null,
    from: call.from,
    from_formatted: call.from,
    to: call.to,
    to_formatted: call.to,
    phone_number_sid: null,
    status: call.status,
    direction: call.direction,
    answered_by: null,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(endedAt ?? answeredAt ?? createdAt),
    start_time: rfc2822(answeredAt),
    end_time: rfc2822(endedAt),
    duration: end === undefined ? null : String(Math.round(end.durationMs / 1000)),
    price: null,
    price_unit: 'USD',
    caller_name: null,
    forwarded_from: null,
    group_sid: null,
    trunk_sid: null,
    annotation: null,
    queue_time: '0',
    uri: `${API}/${accountSid}/Calls/${call.sid}.json`,
    subresource_uris: { recordings: `${API}/${accountSid}/Calls/${call.sid}/Recordings.json` },
  };
}

export function messageResource(message: SimMessage, accountSid: string): Readonly<Record<string, unknown>> {
  const { createdAt, status } = message;
  const handedOver = status === 'queued' ? undefined : createdAt;
  return {
    sid: message.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    messaging_service_sid: null,
    from: message.from,
    to: message.to,
    body: message.body,
    status,
    direction: message.direction,
    num_segments: String(Math.max(1, Math.ceil(message.body.length / 160))),
    num_media: '0',
    error_code: message.errorCode ?? null,
    error_message: null,
    price: null,
    price_unit: 'USD',
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(createdAt),
    date_sent: rfc2822(handedOver),
    uri: `${API}/${accountSid}/Messages/${message.sid}.json`,
    subresource_uris: { media: `${API}/${accountSid}/Messages/${message.sid}/Media.json` },
  };
}

/** A page of a list resource, everything on one. */
export function page(
  name: 'calls' | 'messages' | 'recordings',
  items: readonly unknown[],
  path: string,
): Readonly<Record<string, unknown>> {
  const end = Math.max(0, items.length - 1);
  return {
    [name]: items,
    page: 0,
    page_size: Math.max(50, items.length),
    start: 0,
    end,
    uri: path,
    first_page_uri: path,
    next_page_uri: null,
    previous_page_uri: null,
  };
}

function rfc2822(date: Date | undefined): string | null {
  return date === undefined ? null : date.toUTCString().replace('GMT', '+0000');
}
