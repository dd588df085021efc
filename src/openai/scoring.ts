/** Has a model judge a conversation that is over: the rubric as a request with a strict schema, its answer as a score. */
import { z } from 'zod';
import type { CallContext } from '../domain/events.ts';
import { type EndedConversation, materialOf, RUBRIC } from '../domain/rubric.ts';
import { SATISFACTION, type Score, SENTIMENTS, scoreOf, TOPICS_AT_MOST, type Verdict } from '../domain/scores.ts';
import { responseUsage } from '../domain/usage.ts';
import { unreadable } from './response-failures.ts';
import type { AskModel, TextRequest } from './responses.ts';

/**
 * The answer, as the model is held to it and as it is read. Bounds are told and not set: which of them a strict schema may
 * set differs from service to service, and what counts is kept by `scoreOf`.
 */
const answerSchema = z.strictObject({
  sentiment: z.enum(SENTIMENTS).describe("The caller's."),
  satisfaction: z.number().describe(`From ${SATISFACTION.least} to ${SATISFACTION.most}, at most one decimal.`),
  wanted: z.string().describe('One sentence: what the caller wanted.'),
  happened: z.string().describe('One sentence: what came of it.'),
  topics: z.array(z.string()).describe(`A few words each, ${TOPICS_AT_MOST} at most.`),
  follow_up_needed: z.boolean().describe('Whether something is left for staff to do.'),
});

/** As the service takes it, which knows one dialect only. */
const { $schema: _dialect, ...SCHEMA } = z.toJSONSchema(answerSchema);

/** Many times what an answer takes; a model that thinks before it answers spends of it, too. */
const MAX_OUTPUT_TOKENS = 4_000;

export type ScoreConversation = (
  conversation: EndedConversation,
  context: CallContext,
  signal: AbortSignal,
) => Promise<Verdict>;

/** Rejects with a `ModelFailure` where no score came of it. */
export function conversationScorer(ask: AskModel, model: string): ScoreConversation {
  return async (conversation, context, signal) => {
    const { text, usage } = await ask(requestFor(model, conversation), context, signal);
    return { score: scoreIn(text), model, usage: usage && responseUsage(model, usage) };
  };
}

function requestFor(model: string, conversation: EndedConversation): TextRequest {
  return {
    model,
    instructions: RUBRIC,
    input: materialOf(conversation),
    text: { format: { type: 'json_schema', name: 'score', strict: true, schema: SCHEMA } },
    max_output_tokens: MAX_OUTPUT_TOKENS,
    // What callers said stays with the clinic.
    store: false,
  };
}

/** The score in a model's answer. Throws a `ModelFailure` for anything but the whole of it. */
export function scoreIn(text: string): Score {
  const parsed = answerSchema.safeParse(jsonIn(text));
  if (!parsed.success) throw unreadable(parsed.error);
  const { follow_up_needed: followUpNeeded, ...judgement } = parsed.data;
  const score = scoreOf({ ...judgement, followUpNeeded });
  if (!score) throw unreadable();
  return score;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(error);
  }
}
