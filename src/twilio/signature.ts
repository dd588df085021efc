/** Who sent a request: Twilio signs the URL it was told to call, which behind a proxy is the public one, not ours. */
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

/** The form of a webhook by field name; a field sent more than once has all its values. */
export type FormFields = Readonly<Record<string, string | string[]>>;

const STANDARD_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'wss:': '443', 'http:': '80', 'ws:': '80' };

/**
 * Whether `signature` (base64 of HMAC-SHA1, the header `X-Twilio-Signature`) is Twilio's for this URL and form. Twilio
 * signs with or without the port, standard or not, so both forms count. Compares in constant time.
 */
export function isSignedByTwilio(authToken: string, signature: string, url: string, fields: FormFields = {}): boolean {
  if (signature === '') return false;
  return validateRequest(authToken, signature, withPort(url), fields);
}

/** The SDK tries a URL as it is and without its port, but knows no standard port for `wss:`. */
function withPort(url: string): string {
  const match = /^([a-z]+:)\/\/([^/?#]*)(.*)$/is.exec(url);
  const scheme = match?.[1]?.toLowerCase() ?? '';
  const authority = match?.[2] ?? '';
  const port = STANDARD_PORTS[scheme];
  if (!match || port === undefined || /:\d+$/.test(authority)) return url;
  return `${scheme}//${authority}:${port}${match[3]}`;
}
