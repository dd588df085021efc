/** What all requests to Twilio's REST API have in common. */
export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  /** REST root, `https://api.twilio.com`; the simulator's in its place. */
  readonly baseUrl: string;
}

/** The header that shows whose request it is. */
export function authorizationOf({ accountSid, authToken }: TwilioAccount): string {
  return `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
}

/** The address of a path that begins with a slash. */
export function restUrl({ baseUrl }: TwilioAccount, path: string): string {
  return baseUrl.replace(/\/+$/, '') + path;
}
