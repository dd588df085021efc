/** What one telephone heard and said, and what became of its lines; all times in ms since the epoch. */
import { z } from 'zod';

const word = z.object({ text: z.string(), fromAt: z.number(), toAt: z.number() });
/** `stoodStillMs`: how much longer it took than it is, since the telephones stood still meanwhile. */
const sentence = word.extend({ stoodStillMs: z.number().optional() });

/** What happened to the call's streams, and to what was asked when one ended. */
const lineEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opened'), at: z.number() }),
  z.object({ type: z.literal('sounded'), at: z.number() }),
  /** `isMeant`: the server closed it as it should. */
  z.object({ type: z.literal('ended'), at: z.number(), isMeant: z.boolean() }),
  /** The question what comes next, answered or given up. */
  z.object({ type: z.literal('asked'), at: z.number(), answeredAt: z.number(), isAnswered: z.boolean() }),
]);

export const phoneRecord = z.object({
  callSid: z.string(),
  from: z.string(),
  /** Understood; what was cut or garbled has no text. */
  words: z.array(word),
  /** The caller's own. */
  sentences: z.array(sentence),
  line: z.array(lineEvent),
  endedAt: z.number(),
  /** Whether both sides meant it to end: the caller had said their last sentence. */
  isMeant: z.boolean(),
  /** How it ended, for people. */
  ending: z.string(),
});

export type PhoneRecord = z.infer<typeof phoneRecord>;
export type HeardWord = z.infer<typeof word>;
export type Sentence = z.infer<typeof sentence>;
export type LineEvent = z.infer<typeof lineEvent>;
