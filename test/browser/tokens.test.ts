/** Who may call from a browser: a clinic's token makes a session's token, and neither passes for anything else. */
import { describe, expect, it, vi } from 'vitest';
import type { BrowserDesk } from '../../src/http/browser-edge.ts';
import {
  BROWSER_TOKEN_LIFE_S,
  clinicOfBearer,
  issueApiToken,
  issueBrowserToken,
  passOfBrowserToken,
} from '../../src/http/browser-tokens.ts';
import { browserCalls } from '../../src/http/routes/browser-calls.ts';
import { browserVoice } from '../../src/http/routes/browser-voice.ts';

const SECRET = 'the-session-secret-of-a-test';
const CLINIC = '00000000-0000-4000-8000-000000000001';
const NOW = Date.parse('2026-11-23T15:00:00Z');

const NO_DESK = { join: () => ({ message: () => undefined, closed: () => undefined }) };

const edge = (now = NOW, desk: BrowserDesk = NO_DESK) => ({
  desk,
  publicUrl: 'https://ava.example/',
  sessionSecret: SECRET,
  needsToken: true,
  now: () => now,
});

const request = { id: 'a-test', method: 'POST', path: '/', query: '', route: '/', params: {}, body: Buffer.alloc(0) };

const ask = async (authorization: string, now = NOW) =>
  browserCalls(edge(now)).handle({ ...request, header: (name) => (name === 'authorization' ? authorization : '') });

const apiToken = (days = 30, secret = SECRET): string => issueApiToken(secret, CLINIC, days, NOW).token;

const knock = (sessionId: string, query: string, now = NOW, desk: BrowserDesk = NO_DESK) =>
  browserVoice(edge(now, desk)).upgrade({ ...request, query, params: { session_id: sessionId }, header: () => '' });

describe('POST /api/browser-calls', () => {
  it('answers a clinic with a session, its token and its address', async () => {
    const reply = await ask(`Bearer ${apiToken()}`);
    expect(reply.status).toBe(201);
    const body = JSON.parse(String(reply.body));
    expect(body).toEqual({
      session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      token: expect.any(String),
      url: `wss://ava.example/ws/voice/${body.session_id}?token=${body.token}`,
      expires_at: new Date(NOW + BROWSER_TOKEN_LIFE_S * 1000).toISOString(),
    });
    expect(passOfBrowserToken(SECRET, body.session_id, body.token, NOW)).toEqual({
      clinicId: CLINIC,
      lifeS: BROWSER_TOKEN_LIFE_S,
    });
  });

  it.each(['', 'Bearer', 'Bearer nonsense', `Basic ${apiToken()}`])('refuses %j', async (header) => {
    await expect(ask(header)).rejects.toMatchObject({ status: 401 });
  });

  it('takes a clinic’s token for as many days as it is good', async () => {
    const day = 86_400_000;
    expect(await ask(`Bearer ${apiToken(7)}`, NOW + 7 * day - 1)).toMatchObject({ status: 201 });
    await expect(ask(`Bearer ${apiToken(7)}`, NOW + 7 * day)).rejects.toMatchObject({ status: 401 });
  });

  it('takes no token of another secret, nor a caller’s for a clinic’s', () => {
    expect(clinicOfBearer(SECRET, `Bearer ${apiToken(30, 'another secret')}`, NOW)).toBeNull();
    const callers = issueBrowserToken(SECRET, { sessionId: 's', clinicId: CLINIC, expiresAt: NOW + 1 });
    expect(clinicOfBearer(SECRET, `Bearer ${callers}`, NOW)).toBeNull();
    expect(passOfBrowserToken(SECRET, 's', apiToken(), NOW)).toBeNull();
  });
});

describe('WS /ws/voice in production', () => {
  const token = issueBrowserToken(SECRET, { sessionId: 'mine', clinicId: CLINIC, expiresAt: NOW + 1_000 });

  it('lets in whoever has the token of the session', () => {
    expect(knock('mine', `token=${token}`)).toMatchObject({ kind: 'accept' });
  });

  it('lets in whoever has one that is out of date, to come back to a call and for nothing else', () => {
    const join = vi.fn<BrowserDesk['join']>(NO_DESK.join);
    const upgrade = knock('mine', `token=${token}`, NOW + 1_000, { join });
    const socket = { closed: false, bufferedBytes: 0, send: () => 'sent' as const, cork: () => {}, close: () => {} };
    if (upgrade.kind === 'accept') upgrade.open(socket);
    expect(join).toHaveBeenCalledWith(expect.objectContaining({ clinicId: CLINIC, tokenLifeS: 0 }), socket);
  });

  it.each([
    ['no token', 'mine', '', NOW],
    ['a clinic for a token', 'mine', `clinic=${CLINIC}`, NOW],
    ['the token of another session', 'yours', `token=${token}`, NOW],
    ['a token that was touched', 'mine', `token=x${token}`, NOW],
  ])('keeps out %s', (_, sessionId, query, now) => {
    expect(knock(sessionId, query, now)).toMatchObject({ kind: 'reject', status: 401 });
  });
});
