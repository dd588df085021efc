/** What the benchmark tells its load generator, and what it hears of it; over the channel between the two processes. */
import { z } from 'zod';

/** Who is called: by the webhook that Twilio would ask, or by a stream that takes anybody. */
const target = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('webhook'), publicUrl: z.string(), authToken: z.string(), to: z.string() }),
  z.object({ kind: z.literal('stream'), url: z.string() }),
]);
export type Target = z.infer<typeof target>;

export const order = z.discriminatedUnion('type', [
  /** Have that many calls in all; answered when the last one is open. */
  z.object({ type: z.literal('calls'), target, count: z.number() }),
  /** Answered with the traffic since the last time. */
  z.object({ type: z.literal('traffic') }),
  z.object({ type: z.literal('hang_up') }),
]);
export type Order = z.infer<typeof order>;

const traffic = z.object({
  type: z.literal('traffic'),
  calls: z.number(),
  framesSent: z.number(),
  mediaHeard: z.number(),
  heardMs: z.number(),
  probesSent: z.number(),
  roundTripsMs: z.array(z.number()),
  /** At the model's side. */
  model: z.object({ ms: z.number(), messages: z.number(), turns: z.number(), replies: z.number() }),
  /** The generator's own processor time, and its longest delay, ms. */
  cpuMs: z.number(),
  latestMs: z.number(),
});
export type TrafficReport = z.infer<typeof traffic>;

export const answer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), modelUrl: z.string() }),
  z.object({ type: z.literal('done') }),
  traffic,
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type Answer = z.infer<typeof answer>;
