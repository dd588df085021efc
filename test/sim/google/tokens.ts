/**
 * The token endpoint and the tokens it gave. Two kinds of accounts: people, who let an app act for them (a refresh
 * token), and service accounts, who sign what they ask with a private key of which the service has the public half.
 * Without accounts of its own the desk takes anybody's credentials for those of an account that it did not know yet.
 */
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { z } from 'zod';
import { TokenRefusal, unauthorized } from './refusals.ts';

export const Account = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('authorized_user'),
    email: z.string(),
    clientId: z.string(),
    clientSecret: z.string(),
    refreshToken: z.string(),
  }),
  z.strictObject({
    type: z.literal('service_account'),
    clientEmail: z.string(),
    /** PEM; absent, signatures of this account are not looked at. */
    publicKey: z.string().optional(),
  }),
]);
export type Account = z.infer<typeof Account>;

const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** How far a signature's times may be off. */
const CLOCK_SKEW_S = 300;
const LONGEST_ASSERTION_S = 3_600;

const header = z.object({ alg: z.string() });
const claims = z.object({
  iss: z.string(),
  scope: z.string().min(1),
  aud: z.string(),
  exp: z.number(),
  iat: z.number(),
});

interface Granted {
  readonly account: string;
  expiresAt: number;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
  readonly scope?: string;
}

export class TokenDesk {
  readonly #accounts: readonly Account[] | undefined;
  readonly #granted = new Map<string, Granted>();
  readonly #revoked = new Set<string>();
  /** How long an access token serves, seconds. */
  lifetimeS: number;
  /** How many access tokens were given. */
  grants = 0;

  constructor(accounts: readonly Account[] | undefined, lifetimeS = 3_599) {
    this.#accounts = accounts;
    this.lifetimeS = lifetimeS;
  }

  /** Answers `POST /token`; throws a TokenRefusal. */
  grant(form: URLSearchParams): TokenAnswer {
    const kind = form.get('grant_type');
    if (kind === 'refresh_token') return this.#issue(this.#personOf(form));
    if (kind === JWT_GRANT) return this.#issue(this.#signerOf(form.get('assertion') ?? ''));
    throw new TokenRefusal('unsupported_grant_type', `Invalid grant_type: ${kind ?? ''}`);
  }

  /** Whose token this is; refuses one that is unknown, expired or of a revoked account. */
  accountOf(authorization: string | undefined): string {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    const granted = token === undefined ? undefined : this.#granted.get(token);
    if (!granted || granted.expiresAt <= Date.now() || this.#revoked.has(granted.account)) throw unauthorized();
    return granted.account;
  }

  /** From now on nothing of this account's is worth anything; everybody's where no account is named. */
  revoke(account = '*'): void {
    this.#revoked.add(account);
    if (account === '*') this.expireAll();
  }

  /** Takes back `revoke`; tokens that were given before are good again as long as they last. */
  restore(account = '*'): void {
    this.#revoked.delete(account);
  }

  /** No access token that was given serves any more; new ones are given. */
  expireAll(): void {
    this.#granted.clear();
  }

  #issue(account: string): TokenAnswer {
    if (this.#revoked.has(account) || this.#revoked.has('*')) {
      throw new TokenRefusal('invalid_grant', 'Token has been expired or revoked.');
    }
    const token = `ya29.${randomBytes(24).toString('base64url')}`;
    this.#granted.set(token, { account, expiresAt: Date.now() + this.lifetimeS * 1_000 });
    this.grants += 1;
    return { access_token: token, expires_in: this.lifetimeS, token_type: 'Bearer' };
  }

  #personOf(form: URLSearchParams): string {
    const [clientId, secret, token] = ['client_id', 'client_secret', 'refresh_token'].map(
      (name) => form.get(name) ?? '',
    );
    if (!clientId || !secret || !token) throw new TokenRefusal('invalid_request', 'Missing required parameter');
    if (!this.#accounts) return `${clientId} ${token}`;
    const ofClient = this.#accounts.filter((each) => each.type === 'authorized_user' && each.clientId === clientId);
    if (ofClient.length === 0) throw new TokenRefusal('invalid_client', 'The OAuth client was not found.', 401);
    for (const each of ofClient) {
      if (each.type !== 'authorized_user' || each.refreshToken !== token) continue;
      if (each.clientSecret !== secret) throw new TokenRefusal('invalid_client', 'Unauthorized', 401);
      return each.email;
    }
    throw new TokenRefusal('invalid_grant', 'Bad Request');
  }

  #signerOf(assertion: string): string {
    const [head, body, signature, ...rest] = assertion.split('.');
    const algorithm = header.safeParse(decoded(head)).data?.alg;
    const claimed = claims.safeParse(decoded(body)).data;
    if (!claimed || algorithm !== 'RS256' || !signature || rest.length > 0) {
      throw new TokenRefusal('invalid_grant', 'Invalid JWT');
    }
    const now = Date.now() / 1_000;
    const timely = claimed.iat < now + CLOCK_SKEW_S && claimed.exp > now - CLOCK_SKEW_S;
    if (!timely || claimed.exp - claimed.iat > LONGEST_ASSERTION_S) {
      const why = 'Token must be a short-lived token (60 minutes) and in a reasonable timeframe';
      throw new TokenRefusal('invalid_grant', `Invalid JWT: ${why}. Check your iat and exp values in the JWT claim.`);
    }
    if (!claimed.aud.endsWith('/token')) throw new TokenRefusal('invalid_grant', 'Invalid JWT: Failed audience check.');
    this.#checkSignature(claimed.iss, `${head}.${body}`, signature);
    return claimed.iss;
  }

  #checkSignature(iss: string, signed: string, signature: string): void {
    if (!this.#accounts) return;
    const account = this.#accounts.find((each) => each.type === 'service_account' && each.clientEmail === iss);
    if (account?.type !== 'service_account')
      throw new TokenRefusal('invalid_grant', 'Invalid grant: account not found');
    if (account.publicKey === undefined) return;
    const key = createPublicKey(account.publicKey);
    if (!verify('RSA-SHA256', Buffer.from(signed), key, Buffer.from(signature, 'base64url'))) {
      throw new TokenRefusal('invalid_grant', 'Invalid JWT Signature.');
    }
  }
}

function decoded(part: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
