/**
 * Access tokens for one set of credentials: asked for when the first is needed, shared by everybody until shortly before
 * it ends, and asked for once however many wait for it. Alone in using google-auth-library (`sdk.ts`), which is loaded
 * when a token is asked for and never before.
 */
import { createPrivateKey } from 'node:crypto';
import type { AuthClient } from 'google-auth-library';
import type { GoogleCredentials } from '../../ops/config/google-credentials.ts';
import { CalendarTrouble } from '../domain/calendar.ts';
import { tokenTroubleOf } from './trouble.ts';

export interface AccessTokens {
  /** One that should be good; throws a CalendarTrouble. */
  current(signal: AbortSignal): Promise<string>;
  /** This one was refused: the next is asked for. Of a token that is not the current one, it is known already. */
  refused(token: string): void;
}

/** What the service is asked to let us do: events, and what is busy. */
const SCOPES = ['https://www.googleapis.com/auth/calendar.events', 'https://www.googleapis.com/auth/calendar.freebusy'];

const TOKEN_LIMIT_MS = 10_000;
/** A token is not used for the last of its time, so that it does not end on the way. */
const SLACK_MS = 60_000;
const SHORTEST_LIFE_MS = 5_000;

interface Token {
  readonly text: string;
  /** `Date.now()` from which on it is not used. */
  readonly staleAt: number;
}

/** `oauthBaseUrl`: where `/token` is. */
export function accessTokens(
  credentials: GoogleCredentials,
  oauthBaseUrl: string,
  fetchImplementation: typeof fetch,
): AccessTokens {
  let token: Token | undefined;
  let asking: Promise<Token> | undefined;

  const ask = async (): Promise<Token> => {
    const limit = AbortSignal.timeout(TOKEN_LIMIT_MS);
    try {
      token = await granted(credentials, `${oauthBaseUrl}/token`, limit, fetchImplementation);
      return token;
    } catch (error) {
      throw tokenTroubleOf(error, limit);
    } finally {
      asking = undefined;
    }
  };
  return {
    async current(signal) {
      if (token && token.staleAt > Date.now()) return token.text;
      asking ??= ask();
      return (await unlessAborted(asking, signal)).text;
    },
    refused(text) {
      if (token?.text === text) token = undefined;
    },
  };
}

/** Whoever gives up leaves the others waiting. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let giveUp: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(new CalendarTrouble('timeout'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (giveUp) signal.removeEventListener('abort', giveUp);
  }
}

async function granted(
  credentials: GoogleCredentials,
  url: string,
  signal: AbortSignal,
  fetchImplementation: typeof fetch,
): Promise<Token> {
  const client = await clientOf(credentials);
  // The library knows one address for service accounts, tries again by itself, and has its own idea of fetching.
  client.transporter.interceptors.request.add({
    resolved: async (request) =>
      Object.assign(request, {
        url: new URL(url),
        signal,
        retryConfig: undefined,
        fetchImplementation,
      }),
  });
  const { token } = await client.getAccessToken();
  if (!token) throw new CalendarTrouble('unavailable', { reason: 'no_token' });
  const lifeMs = (client.credentials.expiry_date ?? 0) - Date.now();
  return { text: token, staleAt: Date.now() + Math.max(SHORTEST_LIFE_MS, lifeMs - SLACK_MS) };
}

/** What the library says of a key that is none names no cause. */
function requireReadable(key: string): void {
  try {
    createPrivateKey(key);
  } catch {
    throw new CalendarTrouble('credentials', { reason: 'unreadable_key' });
  }
}

async function clientOf(credentials: GoogleCredentials): Promise<AuthClient> {
  const { JWT, OAuth2Client } = await import('./sdk.ts');
  switch (credentials.type) {
    case 'service_account': {
      const { clientEmail: email, privateKey } = credentials;
      const key = privateKey.reveal();
      requireReadable(key);
      return new JWT({ email, key, scopes: [...SCOPES] });
    }
    case 'authorized_user': {
      const { clientId, clientSecret, refreshToken } = credentials;
      const client = new OAuth2Client({ clientId, clientSecret: clientSecret.reveal() });
      client.setCredentials({ refresh_token: refreshToken.reveal() });
      return client;
    }
  }
}
