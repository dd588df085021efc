/** The forms that Twilio posts to webhooks, parsed. Fields not named here are left alone. */
import { z } from 'zod';
import type { Recording } from '../domain/ports.ts';
import { phoneNumber } from './caller-number.ts';
import type { FormFields } from './signature.ts';
import { Sid } from './wire.ts';

/** Twilio sends some forty fields; more than this is no webhook. */
const FIELDS_LIMIT = 256;

/** Null where there are too many fields to be a webhook. */
export function readForm(body: Buffer): FormFields | null {
  const fields: Record<string, string | string[]> = Object.create(null);
  let count = 0;
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    if (++count > FIELDS_LIMIT) return null;
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else fields[name] = typeof before === 'string' ? [before, value] : [...before, value];
  }
  return fields;
}

const Address = z.string().min(1).max(256);
const Status = z.string().min(1).max(32);
const blankAsNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

/** Null where nothing was recorded; what names it and how long it is may be left out. */
function recordingIn(url = '', sid = '', duration = ''): Recording | null {
  if (url === '') return null;
  return { url, sid: sid || url, seconds: /^\d{1,6}$/.test(duration) ? Number(duration) : null };
}

/** Of a URL, as of one that is none. */
const queryIn = (url: string): string => /\?([^#]*)/.exec(url)?.[1] ?? '';

/** An inbound call. `from` is null where the caller withholds it or is no telephone. */
export const InboundCallForm = z
  .object({ CallSid: Sid, From: z.string().max(256).default(''), To: Address })
  .transform(({ CallSid, From, To }) => ({ callSid: CallSid, from: phoneNumber(From), to: To }));

/** What Twilio asks when a stream, a dial or a recording ended, or when whoever it asked for a document gave none. */
export const ContinueForm = z
  .object({
    CallSid: Sid,
    CallStatus: Status,
    From: z.string().max(256).default(''),
    To: z.string().max(256).default(''),
    StreamSid: z.string().max(64).optional(),
    DialCallStatus: z.string().max(32).optional(),
    DialBridged: z.string().max(8).optional(),
    RecordingUrl: z.string().max(2048).optional(),
    RecordingSid: z.string().max(64).optional(),
    RecordingDuration: z.string().max(16).optional(),
    ErrorUrl: z.string().max(4096).optional(),
  })
  .transform((form) => ({
    callSid: form.CallSid,
    callStatus: form.CallStatus,
    from: phoneNumber(form.From),
    to: form.To,
    calledNumber: phoneNumber(form.To),
    streamSid: blankAsNull(form.StreamSid),
    dialCallStatus: blankAsNull(form.DialCallStatus),
    /** False where the dialled phone was picked up and did not take the call; null where Twilio does not tell. */
    dialBridged: form.DialBridged === undefined ? null : form.DialBridged === 'true',
    recording: recordingIn(form.RecordingUrl, form.RecordingSid, form.RecordingDuration),
    /** What the URL said of which Twilio had no answer, where this one is asked in its place; null where it is not. */
    failedQuery: form.ErrorUrl === undefined ? null : queryIn(form.ErrorUrl),
  }));

export const CallStatusForm = z
  .object({ CallSid: Sid, CallStatus: Status })
  .transform(({ CallSid, CallStatus }) => ({ callSid: CallSid, status: CallStatus }));

/** An inbound text message. `from` is null where it is from no telephone: a short code, a name. */
export const InboundTextForm = z
  .object({
    MessageSid: Sid,
    From: z.string().max(256).default(''),
    To: Address,
    Body: z.string().max(10_000).default(''),
    NumMedia: z.string().max(4).default('0'),
  })
  .transform(({ MessageSid, From, To, Body, NumMedia }) => ({
    messageSid: MessageSid,
    from: phoneNumber(From),
    to: To,
    body: Body,
    media: /^\d{1,2}$/.test(NumMedia) ? Number(NumMedia) : 0,
  }));

/** What Twilio tells of a message that was sent. */
export const MessageStatusForm = z
  .object({ MessageSid: Sid, MessageStatus: Status, ErrorCode: z.string().max(16).optional() })
  .transform(({ MessageSid, MessageStatus, ErrorCode = '' }) => ({
    sid: MessageSid,
    status: MessageStatus,
    code: /^\d{1,6}$/.test(ErrorCode) ? Number(ErrorCode) : null,
  }));
