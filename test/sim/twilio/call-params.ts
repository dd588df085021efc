/** The parameters that describe a call in every voice webhook. */
import type { CallDirection, CallStatus } from './call-events.ts';
import type { Params } from './webhooks.ts';

export const API_VERSION = '2010-04-01';

export interface CallFacts {
  readonly sid: string;
  readonly accountSid: string;
  readonly from: string;
  readonly to: string;
  readonly status: CallStatus;
  readonly direction: CallDirection;
  readonly parentSid: string | undefined;
}

/** Source: twilio.com/docs/voice/twiml#request-parameters. */
export function callParams(call: CallFacts): Params {
  const { from, to } = call;
  return {
    AccountSid: call.accountSid,
    ApiVersion: API_VERSION,
    CallSid: call.sid,
    CallStatus: call.status,
    Direction: call.direction,
    From: from,
    To: to,
    Caller: from,
    Called: to,
    ...place('From', from),
    ...place('To', to),
    ...place('Caller', from),
    ...place('Called', to),
    ...(call.parentSid === undefined ? {} : { ParentCallSid: call.parentSid }),
  };
}

/** A number's geography: known to Twilio for most numbers of North America, empty elsewhere. */
function place(prefix: string, e164: string): Params {
  const known = e164.startsWith('+1');
  return {
    [`${prefix}City`]: known ? 'NEW YORK' : '',
    [`${prefix}State`]: known ? 'NY' : '',
    [`${prefix}Zip`]: known ? '10001' : '',
    [`${prefix}Country`]: known ? 'US' : '',
  };
}
