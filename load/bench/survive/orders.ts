/** What the benchmark tells the process with the telephones, and what it hears of it; over the channel between the two. */
import { z } from 'zod';
import { phoneRecord } from './phone-record.ts';

export const order = z.discriminatedUnion('type', [
  /** Have so many calls at all times, begun within `rampMs`. */
  z.object({ type: z.literal('call'), calls: z.number(), rampMs: z.number() }),
  /** Nobody calls in place of those who have finished. */
  z.object({ type: z.literal('last_calls') }),
  /** Whoever still talks hangs up. */
  z.object({ type: z.literal('hang_up') }),
]);
export type Order = z.infer<typeof order>;

export const news = z.discriminatedUnion('type', [
  /** `url`: of the REST API. */
  z.object({ type: z.literal('ready'), url: z.string() }),
  z.object({ type: z.literal('call'), record: phoneRecord }),
  /** After `last_calls`: nobody talks any more. `stalledMs`: how long all telephones stood still because the process was late. */
  z.object({ type: z.literal('idle'), stalledMs: z.number(), cpuMs: z.number() }),
]);
export type News = z.infer<typeof news>;

/** How the simulated account is set up; the process's one argument, as JSON. */
export const account = z.object({
  publicUrl: z.string(),
  accountSid: z.string(),
  authToken: z.string(),
  number: z.string(),
  staff: z.string(),
  /** From a stream's end until Twilio asks what comes next. */
  actionMs: z.number(),
  seed: z.number(),
});
export type Account = z.infer<typeof account>;
