import { createSign, generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { GRANT, openSim, type TestClient } from './test-client.ts';
import type { Account } from './tokens.ts';

let client: TestClient;
afterEach(() => client.close());

const EMAIL = 'robot@project.iam.gserviceaccount.com';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ACCOUNTS: Account[] = [
  { type: 'authorized_user', email: 'a@b.test', clientId: 'c', clientSecret: 's', refreshToken: 'r' },
  {
    type: 'service_account',
    clientEmail: EMAIL,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  },
];

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function assertion(changes: Record<string, unknown> = {}, alg = 'RS256'): Record<string, string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: EMAIL,
    scope: 's',
    aud: 'https://oauth2.googleapis.com/token',
    iat: now,
    exp: now + 3_600,
    ...changes,
  };
  const signed = `${part({ alg })}.${part(claims)}`;
  const signature = createSign('RSA-SHA256').update(signed).sign(privateKey).toString('base64url');
  return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: `${signed}.${signature}` };
}

describe('the token endpoint', () => {
  it('knows people by their refresh tokens', async () => {
    client = await openSim({ accounts: ACCOUNTS });
    expect(await client.form(GRANT)).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 3_599 } });
    expect(await client.form({ ...GRANT, refresh_token: 'x' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect(await client.form({ ...GRANT, client_secret: 'x' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect(await client.form({ ...GRANT, client_id: 'x' })).toMatchObject({ body: { error: 'invalid_client' } });
    expect(await client.form({ grant_type: 'password' })).toMatchObject({ body: { error: 'unsupported_grant_type' } });
  });

  it('knows service accounts by what they sign', async () => {
    client = await openSim({ accounts: ACCOUNTS });
    expect(await client.form(assertion())).toMatchObject({ status: 200 });
    const past = Math.floor(Date.now() / 1_000) - 7_200;
    for (const wrong of [
      assertion({ iss: 'nobody@x.test' }),
      assertion({ exp: past + 3_600, iat: past }),
      assertion({ exp: Math.floor(Date.now() / 1_000) + 86_400 }),
      assertion({ aud: 'https://elsewhere.test' }),
      assertion({}, 'none'),
      { ...assertion(), assertion: `${assertion()['assertion']?.slice(0, -8)}AAAAAAAA` },
    ]) {
      expect(await client.form(wrong)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    }
  });

  it('takes anybody where no accounts are named', async () => {
    client = await openSim();
    expect(await client.form(assertion({ iss: 'nobody@x.test' }))).toMatchObject({ status: 200 });
  });
});

describe('an access token', () => {
  it('that is unknown, expired or revoked opens nothing', async () => {
    client = await openSim();
    const { events, sim } = client;
    expect(await events('GET')).toMatchObject({ status: 200 });
    const unknown = { headers: { authorization: 'Bearer ya29.nobody' } };
    expect(await events('GET', '', unknown)).toMatchObject({ status: 401, reason: 'authError' });
    expect(await events('GET', '', { headers: { authorization: '' } })).toMatchObject({ status: 401 });
    sim.tokens.expireAll();
    expect(await events('GET')).toMatchObject({ status: 401 });
  });

  it('of an account that was revoked is good again once it is restored', async () => {
    client = await openSim();
    const account = 'c r';
    client.sim.tokens.revoke(account);
    expect(await client.events('GET')).toMatchObject({ status: 401 });
    expect(await client.form(GRANT)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    client.sim.tokens.restore(account);
    expect(await client.events('GET')).toMatchObject({ status: 200 });
  });
});
