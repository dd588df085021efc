/** The webhook that every call begins with, as Twilio sends and signs it. */
import { twilioSignature } from '../../../test/sim/twilio/signature.ts';

export interface SignedWebhook {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Whom Twilio calls, and by which secret it signs. */
export interface Webhooked {
  readonly publicUrl: string;
  readonly authToken: string;
}

export const ACCOUNT_SID = `AC${'0'.repeat(32)}`;

export function callSidOf(n: number): string {
  return `CA${n.toString(16).padStart(32, '0')}`;
}

/** A call of its own for each `n`, to the number `to`. */
export function voiceWebhook({ publicUrl, authToken }: Webhooked, to: string, n: number): SignedWebhook {
  const form = {
    AccountSid: ACCOUNT_SID,
    ApiVersion: '2010-04-01',
    CallSid: callSidOf(n),
    CallStatus: 'ringing',
    Called: to,
    Caller: '+15550107272',
    Direction: 'inbound',
    From: '+15550107272',
    To: to,
  };
  const body = new URLSearchParams(form).toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
    'x-twilio-signature': twilioSignature(authToken, `${publicUrl}/twilio/voice`, form),
  };
  return { body, headers };
}
