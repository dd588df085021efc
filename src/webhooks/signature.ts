/** What proves to a receiver that a request is ours, whole, and not an old one sent again. */
import { createHmac } from 'node:crypto';

/**
 * `t=SECONDS,v1=HEX`: an HMAC-SHA256 over `SECONDS.BODY` under the endpoint's secret. The receiver makes the same over
 * the bytes it got, and refuses a time that is far from its own.
 */
export function signatureOf(secret: string, body: string, atMs: number): string {
  const seconds = Math.floor(atMs / 1_000);
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}
