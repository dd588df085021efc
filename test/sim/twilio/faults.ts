/**
 * What goes wrong, on purpose: for all calls, or for one. Rates are probabilities in [0, 1]; draws are seeded.
 */
import { z } from 'zod';

const rate = z.number().min(0).max(1);
const ms = z.number().min(0);
const range = z.tuple([ms, ms]);

export const FaultPlan = z
  .object({
    /** Played marks come back late, in order, or never. */
    marks: z.object({ delayMs: range.optional(), lossRate: rate.optional() }).optional(),
    /** The media socket is cut without a close frame, once, so long after the stream started. */
    mediaKill: z.object({ afterMs: ms }).optional(),
    /** When a stream ended and Twilio did not mean it: `action` is requested late, or never. */
    action: z.object({ delayMs: z.union([ms, z.literal('never')]) }).optional(),
    /** `action` is requested also when the caller hung up, with the final CallStatus. */
    actionAfterHangUp: z.boolean().optional(),
    stream: z
      .object({
        /** From then on the stream carries nothing in either direction; the socket stays open. */
        silentAfterMs: ms.optional(),
        /** The stream ends without `stop` and without a close: the socket just goes quiet. */
        stopLost: z.boolean().optional(),
        /** Values put in place of those of `<Parameter>`. */
        parameters: z.record(z.string(), z.string()).optional(),
      })
      .optional(),
    /** A dialled phone that hung up on its whisper counts as `completed`, and nothing is told of a bridge. */
    declinedIsCompleted: z.boolean().optional(),
    /** The caller's frames on their way to the server. */
    inbound: z
      .object({
        jitterMs: ms.optional(),
        lossRate: rate.optional(),
        duplicateRate: rate.optional(),
        reorderRate: rate.optional(),
      })
      .optional(),
    /** Each webhook is sent so many times more, as after answers that got lost; the last answer counts. */
    webhook: z.object({ repeats: z.number().int().min(0).max(10) }).optional(),
    /** Twilio reads the media socket in bursts: `everyMs` it stops reading for `forMs`. */
    slowReading: z.object({ everyMs: ms, forMs: ms }).optional(),
    signature: z.enum(['wrong', 'missing']).optional(),
    /** The REST API refuses this share of its requests. */
    rest: z.object({ failureRate: rate, status: z.union([z.literal(429), z.literal(500), z.literal(503)]) }).optional(),
    /** What is asked of the REST API takes effect so long after it was asked. */
    restDelayMs: range.optional(),
    /** This share of the REST API's requests takes effect, and no answer comes: the connection is cut. */
    restAnswersLost: rate.optional(),
  })
  .strict();

export type FaultPlan = z.infer<typeof FaultPlan>;

/** A call's own faults go before those of all calls. */
export function effectiveFaults(all: FaultPlan, own: FaultPlan | undefined): FaultPlan {
  return own === undefined ? all : { ...all, ...own };
}
