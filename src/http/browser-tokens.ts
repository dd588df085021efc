/**
 * Who may call from a browser, and who may make such calls. A clinic's own site asks for a call with the clinic's API
 * token (`npm run ops -- api-token`) and hands the caller a token for that one session. Both are sealed by
 * SESSION_SECRET; staff sign-in is to become the other way to be a clinic.
 */
import { z } from 'zod';
import { seal, unseal } from '../../ops/sealed.ts';

const API_PURPOSE = 'ava.api-token.1.';
const BROWSER_PURPOSE = 'ava.browser-call.1.';
/** How long after it was made a browser call may be begun; a begun one may be resumed with the same token. */
export const BROWSER_TOKEN_LIFE_S = 3_600;

/** Good until SESSION_SECRET changes. */
export function issueApiToken(secret: string, clinicId: string): string {
  return seal(secret, API_PURPOSE, clinicId);
}

/** The clinic that an `Authorization: Bearer` header speaks for; null for anything else. */
export function clinicOfBearer(secret: string, header: string): string | null {
  const [, token = ''] = /^Bearer (\S{1,1000})$/i.exec(header) ?? [];
  const clinicId = z.string().safeParse(unseal(secret, API_PURPOSE, token));
  return clinicId.success ? clinicId.data : null;
}

const Contents = z.tuple([z.string(), z.string(), z.number()]);

export interface BrowserToken {
  readonly sessionId: string;
  readonly clinicId: string;
  /** ms since the epoch. */
  readonly expiresAt: number;
}

export function issueBrowserToken(secret: string, { sessionId, clinicId, expiresAt }: BrowserToken): string {
  return seal(secret, BROWSER_PURPOSE, [sessionId, clinicId, expiresAt] satisfies z.infer<typeof Contents>);
}

/** The clinic this session may call; null where the token is another session's, out of date or no token at all. */
export function clinicOfBrowserToken(secret: string, sessionId: string, token: string, now: number): string | null {
  const contents = Contents.safeParse(unseal(secret, BROWSER_PURPOSE, token));
  if (!contents.success) return null;
  const [session, clinicId, expiresAt] = contents.data;
  return session === sessionId && now < expiresAt ? clinicId : null;
}
