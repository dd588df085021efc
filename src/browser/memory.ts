/** What another node must know of a browser's session to go on with it: kept beside what its call remembers. */
import { z } from 'zod';
import type { ServerMessage } from './wire.ts';

/** What is told once, and must not be lost. */
const news = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('transcript'),
    role: z.enum(['assistant', 'customer']),
    text: z.string(),
    final: z.boolean(),
    item_id: z.string(),
  }),
  z.object({ type: z.literal('tool'), name: z.string(), status: z.enum(['started', 'done', 'failed']) }),
  z.object({ type: z.literal('clear') }),
  z.object({ type: z.literal('ended'), outcome: z.string() }),
]) satisfies z.ZodType<ServerMessage>;

export type News = z.output<typeof news>;

const played = z.object({ itemId: z.string(), ms: z.number() });

export const browserMemory = z.object({
  format: z.enum(['audio/pcm', 'audio/pcmu']),
  /** The newest message of audio that the browser need not send again; null for one that does not number them. */
  settled: z.int().nullable(),
  /** The messages behind which the caller ended a turn by hand that is not settled. */
  commits: z.array(z.int()),
  /** How far the browser says it played; null for one that never tells. */
  played: played.nullable(),
  /** What of Ava's speech was sent and is not known to be heard. */
  sent: z.array(z.object({ itemId: z.string(), sentMs: z.number(), complete: z.boolean() })),
  /** What it was told of late, and may not have got. */
  missed: z.array(news),
});

export type BrowserMemory = z.output<typeof browserMemory>;
