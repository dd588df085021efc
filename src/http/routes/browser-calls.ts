/** `POST /api/browser-calls`: a clinic asks for a call from a browser, and gets what the caller's browser needs. */
import { randomUUID } from 'node:crypto';
import type { BrowserEdge } from '../browser-edge.ts';
import { BROWSER_TOKEN_LIFE_S, clinicOfBearer, issueBrowserToken } from '../browser-tokens.ts';
import { HttpError, json, type Route } from '../route.ts';

const BODY_BYTES = 1024 * 1024;

export function browserCalls(edge: BrowserEdge): Route {
  return {
    method: 'POST',
    path: '/api/browser-calls',
    bodyLimitBytes: BODY_BYTES,
    handle(request) {
      const clinicId = clinicOfBearer(edge.sessionSecret, request.header('authorization'), edge.now());
      if (clinicId === null) {
        throw new HttpError(
          401,
          'Send Authorization: Bearer with an API token of the clinic that is not out of date.',
          {
            'www-authenticate': 'Bearer',
          },
        );
      }
      const sessionId = randomUUID();
      const expiresAt = edge.now() + BROWSER_TOKEN_LIFE_S * 1000;
      const token = issueBrowserToken(edge.sessionSecret, { sessionId, clinicId, expiresAt });
      const base = edge.publicUrl.replace(/\/+$/, '').replace(/^http/i, 'ws');
      const url = `${base}/ws/voice/${sessionId}?token=${token}`;
      return json(201, { session_id: sessionId, token, url, expires_at: new Date(expiresAt).toISOString() });
    },
  };
}
