/** Where a call's media stream goes: asked of a server's signed webhook, or known beforehand. */
import { callSidOf, voiceWebhook } from '../../twilio/voice-webhook.ts';
import type { Target } from '../orders.ts';
import type { StreamAddress } from './phone.ts';

/** Rejects where the webhook does not answer with a stream. */
export async function streamAddress(target: Target, n: number): Promise<StreamAddress> {
  const callSid = callSidOf(n);
  if (target.kind === 'stream') return { url: target.url, callSid, parameters: {} };
  const { body, headers } = voiceWebhook(target, target.to, n);
  const response = await fetch(`${target.publicUrl}/twilio/voice`, { method: 'POST', headers, body });
  const twiml = await response.text();
  const url = /<Stream[^>]* url="([^"]+)"/.exec(twiml)?.[1];
  if (url === undefined) throw new Error(`the webhook answered ${response.status}: ${twiml.slice(0, 200)}`);
  const parameters = [...twiml.matchAll(/<Parameter name="([^"]+)" value="([^"]+)"/g)];
  return { url, callSid, parameters: Object.fromEntries(parameters.map(([, name = '', value = '']) => [name, value])) };
}
