/**
 * Who may call from a browser, and who may make such calls. A clinic's own site asks for a call with the clinic's API
 * token (`npm run ops -- api-token`) and hands the caller a token for that one session. Both are sealed by
 * SESSION_SECRET; staff sign-in is to become the other way to be a clinic.
 */
import { z } from 'zod';
import { seal, unseal } from '../../ops/sealed.ts';

const API_PURPOSE = 'ava.api-token.2.';
const BROWSER_PURPOSE = 'ava.browser-call.1.';
/** How long after it was made a browser call may be begun, once; the same token resumes it. */
export const BROWSER_TOKEN_LIFE_S = 3_600;

const DAY_MS = 86_400_000;
/** How long a clinic's token is good where nothing else is asked for, and at most, days. */
export const API_TOKEN_DAYS = 365;
export const LONGEST_API_TOKEN_DAYS = 3_650;

const ApiContents = z.tuple([
  z.string(), // clinic
  z.number(), // expires at, ms since the epoch
]);

export interface ApiToken {
  readonly token: string;
  /** ms since the epoch. */
  readonly expiresAt: number;
}

/** Good for so many days, or until SESSION_SECRET changes. */
export function issueApiToken(secret: string, clinicId: string, days: number, now: number): ApiToken {
  const expiresAt = now + days * DAY_MS;
  return { token: seal(secret, API_PURPOSE, [clinicId, expiresAt] satisfies z.infer<typeof ApiContents>), expiresAt };
}

/** The clinic that an `Authorization: Bearer` header speaks for; null for anything else, or a token that is out of date. */
export function clinicOfBearer(secret: string, header: string, now: number): string | null {
  const [, token = ''] = /^Bearer (\S{1,1000})$/i.exec(header) ?? [];
  const contents = ApiContents.safeParse(unseal(secret, API_PURPOSE, token));
  if (!contents.success) return null;
  const [clinicId, expiresAt] = contents.data;
  return now < expiresAt ? clinicId : null;
}

const Contents = z.tuple([
  z.string(), // session
  z.string(), // clinic
  z.number(), // expires at, ms since the epoch
]);

export interface BrowserToken {
  readonly sessionId: string;
  readonly clinicId: string;
  /** ms since the epoch. */
  readonly expiresAt: number;
}

export function issueBrowserToken(secret: string, { sessionId, clinicId, expiresAt }: BrowserToken): string {
  return seal(secret, BROWSER_PURPOSE, [sessionId, clinicId, expiresAt] satisfies z.infer<typeof Contents>);
}

/** What a session's token is good for: one call of the clinic. */
export interface BrowserPass {
  readonly clinicId: string;
  /** For how long from now it may be begun, s; 0 where it is too late, and a call that was begun may only be resumed. */
  readonly lifeS: number;
}

/** Null where the token is another session's, or no token at all. */
export function passOfBrowserToken(secret: string, sessionId: string, token: string, now: number): BrowserPass | null {
  const contents = Contents.safeParse(unseal(secret, BROWSER_PURPOSE, token));
  if (!contents.success) return null;
  const [session, clinicId, expiresAt] = contents.data;
  return session === sessionId ? { clinicId, lifeS: Math.max(0, Math.ceil((expiresAt - now) / 1000)) } : null;
}
