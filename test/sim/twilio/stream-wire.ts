/**
 * Media Streams messages: what we write (numbers as strings, as Twilio does) and what we accept.
 * Source: twilio.com/docs/voice/media-streams/websocket-messages.
 */
import { z } from 'zod';
import { FRAME_SAMPLES, silence } from '../speech.ts';
import type { Params } from './webhooks.ts';

export interface StreamIdentity {
  readonly streamSid: string;
  readonly callSid: string;
  readonly accountSid: string;
}

const SILENT_PAYLOAD = silence(FRAME_SAMPLES / 8).toString('base64');

export function connectedMessage(): string {
  return JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' });
}

export function startMessage(sequence: number, stream: StreamIdentity, customParameters: Params): string {
  return JSON.stringify({
    event: 'start',
    sequenceNumber: String(sequence),
    start: {
      accountSid: stream.accountSid,
      streamSid: stream.streamSid,
      callSid: stream.callSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters,
    },
    streamSid: stream.streamSid,
  });
}

/** Written by hand: 50 a second for each phone. `samples` undefined is 20 ms of silence. */
export function mediaMessage(
  sequence: number,
  streamSid: string,
  chunk: number,
  timestampMs: number,
  samples: Buffer | undefined,
): string {
  const payload = samples === undefined ? SILENT_PAYLOAD : samples.toString('base64');
  return `{"event":"media","sequenceNumber":"${sequence}","media":{"track":"inbound","chunk":"${chunk}","timestamp":"${timestampMs}","payload":"${payload}"},"streamSid":"${streamSid}"}`;
}

export function markMessage(sequence: number, streamSid: string, name: string): string {
  return JSON.stringify({ event: 'mark', sequenceNumber: String(sequence), streamSid, mark: { name } });
}

export function dtmfMessage(sequence: number, streamSid: string, digit: string): string {
  return JSON.stringify({
    event: 'dtmf',
    streamSid,
    sequenceNumber: String(sequence),
    dtmf: { track: 'inbound_track', digit },
  });
}

export function stopMessage(sequence: number, stream: StreamIdentity): string {
  const { streamSid, accountSid, callSid } = stream;
  return JSON.stringify({
    event: 'stop',
    sequenceNumber: String(sequence),
    streamSid,
    stop: { accountSid, callSid },
  });
}

const ControlMessage = z.discriminatedUnion('event', [
  z.object({ event: z.literal('mark'), streamSid: z.string(), mark: z.object({ name: z.string().max(1000) }) }),
  z.object({ event: z.literal('clear'), streamSid: z.string() }),
  z.object({ event: z.literal('media'), streamSid: z.string(), media: z.object({ payload: z.string() }) }),
]);

/** What the server said, or why it makes no sense. */
export type ServerMessage =
  | { readonly kind: 'media'; readonly streamSid: string; readonly samples: Buffer }
  | { readonly kind: 'mark'; readonly streamSid: string; readonly name: string }
  | { readonly kind: 'clear'; readonly streamSid: string }
  | { readonly kind: 'invalid'; readonly why: string };

export function parseServerMessage(text: string): ServerMessage {
  const json = parsedJson(text);
  if (json === undefined) return { kind: 'invalid', why: 'not JSON' };
  const parsed = ControlMessage.safeParse(json);
  if (!parsed.success) return { kind: 'invalid', why: z.prettifyError(parsed.error).replaceAll('\n', '; ') };
  const message = parsed.data;
  if (message.event === 'mark') return { kind: 'mark', streamSid: message.streamSid, name: message.mark.name };
  if (message.event === 'clear') return { kind: 'clear', streamSid: message.streamSid };
  const samples = decodedBase64(message.media.payload);
  if (samples === undefined) return { kind: 'invalid', why: 'media.payload is not base64' };
  return { kind: 'media', streamSid: message.streamSid, samples };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Strict: Node's decoder skips what is no base64, so the length tells. */
function decodedBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === (text.length / 4) * 3 - padding && !/[-_]/.test(text) ? bytes : undefined;
}
