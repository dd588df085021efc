/**
 * Twilio's request signature, computed from its documentation alone so that it checks a product's own code independently.
 */
import { createHmac } from 'node:crypto';

/**
 * `X-Twilio-Signature`: base64 HMAC-SHA1, keyed by the auth token, over the full URL followed by each POST parameter's
 * name and value, sorted by name (case-sensitive), with nothing between them.
 * Source: twilio.com/docs/usage/security#validating-requests.
 */
export function twilioSignature(authToken: string, url: string, params: Readonly<Record<string, string>> = {}): string {
  const names = Object.keys(params).sort((a, b) => (a < b ? -1 : 1));
  const signed = names.reduce((text, name) => text + name + params[name], url);
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}

/** The same form, but not this request's signature: what a forger would send. */
export function forgedSignature(url: string): string {
  return twilioSignature('not the auth token', url);
}
