/**
 * The messages of Twilio's media streams, in both directions. Incoming ones are parsed here except for caller audio,
 * which media-frame.ts reads without parsing. Twilio's SDK has no types for them; the source is Twilio's page
 * "Media Streams: WebSocket messages". Keys that are not named here are left alone.
 */
import { z } from 'zod';
import type { AudioPayload } from '../../actors/phone/messages.ts';

/** Sids are letters and digits at Twilio; what is taken here is safe inside JSON and logs. */
export const Sid = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const StreamMessage = z.discriminatedUnion('event', [
  z.object({ event: z.literal('connected') }),
  z.object({
    event: z.literal('start'),
    start: z.object({
      streamSid: Sid,
      callSid: Sid,
      customParameters: z.record(z.string(), z.string()).default({}),
      mediaFormat: z
        .object({ encoding: z.string(), sampleRate: z.coerce.number(), channels: z.coerce.number() })
        .optional(),
    }),
  }),
  z.object({
    event: z.literal('media'),
    streamSid: z.string(),
    media: z.object({
      payload: z.string(),
      timestamp: z
        .string()
        .regex(/^\d{1,12}$/)
        .optional()
        .catch(undefined),
    }),
  }),
  z.object({ event: z.literal('mark'), streamSid: z.string(), mark: z.object({ name: z.string().max(256) }) }),
  z.object({
    event: z.literal('dtmf'),
    streamSid: z.string(),
    dtmf: z.object({ digit: z.string().regex(/^[0-9*#A-D]$/) }),
  }),
  z.object({
    event: z.literal('stop'),
    streamSid: z.string(),
    stop: z.object({ callSid: z.string().optional() }).optional(),
  }),
]);

export type StreamMessage = z.infer<typeof StreamMessage>;

type ParsedMessage =
  | { readonly kind: 'message'; readonly message: StreamMessage }
  /** JSON with an event of a name that is not known: Twilio may add some at any time. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed' };

const EVENTS = new Set<string>(['connected', 'start', 'media', 'mark', 'dtmf', 'stop']);
const Named = z.object({ event: z.string() });

export function parseStreamMessage(text: string): ParsedMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'malformed' };
  }
  const parsed = StreamMessage.safeParse(value);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  const named = Named.safeParse(value);
  return { kind: named.success && !EVENTS.has(named.data.event) ? 'unknown' : 'malformed' };
}

/** The encoders of one stream. Audio is joined, not serialised: its payload is base64 and needs no escaping. */
interface StreamEncoder {
  media(payload: AudioPayload): string;
  mark(name: string): string;
  clear(): string;
}

/** `streamSid` must have passed `Sid`. */
export function streamEncoder(streamSid: string): StreamEncoder {
  const stream = `"streamSid":"${streamSid}"`;
  const mediaPrefix = `{"event":"media",${stream},"media":{"payload":"`;
  const markPrefix = `{"event":"mark",${stream},"mark":{"name":`;
  const clear = `{"event":"clear",${stream}}`;
  return {
    media: (payload) => `${mediaPrefix}${payload}"}}`,
    mark: (name) => `${markPrefix}${JSON.stringify(name)}}}`,
    clear: () => clear,
  };
}
