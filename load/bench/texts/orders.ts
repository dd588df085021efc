/** What the benchmark tells the process of its simulators, and what it hears of it; over the channel between the two. */
import { z } from 'zod';

export const world = z.object({
  /** Where Ava is, and by which account Twilio speaks to her. */
  publicUrl: z.string(),
  accountSid: z.string(),
  authToken: z.string(),
  /** What the model takes for one answer, milliseconds. */
  thinkMs: z.number(),
});
export type WorldSettings = z.infer<typeof world>;

/** Texts at a steady rate, each thread's in its turn; answered once every text has its reply. */
export const flow = z.object({ seconds: z.number(), rate: z.number(), threads: z.number() });
export type Flow = z.infer<typeof flow>;

export const answer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), openaiUrl: z.string(), twilioUrl: z.string() }),
  z.object({
    type: z.literal('flowed'),
    texts: z.number(),
    /** From each lone text to its reply at Twilio, less what the model took. */
    lagsMs: z.array(z.number()),
    /** The same of the second of two quick texts. */
    quickLagsMs: z.array(z.number()),
    /** Of two quick texts: how many pairs were answered by one reply. */
    joined: z.number(),
    /** The longest that this process was kept from its work. */
    latestMs: z.number(),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type Answer = z.infer<typeof answer>;
