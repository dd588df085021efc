/** Headers that every answer carries unless its route says otherwise. */

const ALWAYS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const ONLY_OVER_TLS = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' };

/** `overTls`: whether the world reaches this server by https (a proxy may end TLS in front of it). */
export function securityHeaders(overTls: boolean): Readonly<Record<string, string>> {
  return overTls ? { ...ALWAYS, ...ONLY_OVER_TLS } : ALWAYS;
}
