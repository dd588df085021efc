/**
 * Small values that leave us and come back unchanged: JSON with an HMAC. A purpose, signed with it, keeps a token made
 * for one thing from passing for another. Whoever holds one can read what is in it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** URL-safe text. `purpose` ends with a dot and names its version. */
export function seal(secret: string, purpose: string, value: unknown): string {
  const body = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${body}.${sign(secret, purpose, body).toString('base64url')}`;
}

/** What was sealed for this purpose; undefined for anything else. */
export function unseal(secret: string, purpose: string, sealed: string): unknown {
  const [body, signature, ...rest] = sealed.split('.');
  if (body === undefined || signature === undefined || rest.length > 0) return undefined;
  const [given, expected] = [Buffer.from(signature, 'base64url'), sign(secret, purpose, body)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function sign(secret: string, purpose: string, body: string): Buffer {
  return createHmac('sha256', secret).update(purpose).update(body).digest();
}
