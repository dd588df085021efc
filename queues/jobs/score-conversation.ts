/**
 * Has a model score a conversation that is over. Where the model cannot be had for good, the neutral score stands in and
 * is marked; so does it, unmarked, where the caller never said a word: a model would be paid to make something up. How
 * often the model was asked stands with the claim, so that neither a lost job nor a dead worker starts it over.
 */
import { z } from 'zod';
import type { CallContext, Events, ScoringResult } from '../../src/domain/events.ts';
import { ModelFailure } from '../../src/domain/model-failure.ts';
import { type EndedConversation, hasCallersWords } from '../../src/domain/rubric.ts';
import type { ScoreClaim, ScoreStore } from '../../src/domain/score-store.ts';
import { NEUTRAL, type Verdict } from '../../src/domain/scores.ts';
import type { Job, JobOutcome, JobRun } from '../job.ts';
import { backOffMs, RETRY, type RetryPolicy } from '../retry.ts';

export interface ScoringOptions {
  readonly scores: ScoreStore;
  /** Asks the model once. */
  readonly score: (conversation: EndedConversation, context: CallContext, signal: AbortSignal) => Promise<Verdict>;
  readonly events: Events;
  /** A name for one claim, never given twice: a UUID. */
  readonly newToken: () => string;
  /** How often and how soon the model is asked. */
  readonly patience?: RetryPolicy | undefined;
}

export const SCORE_CONVERSATION_JOB = 'score-conversation';

/** The model's 30 seconds, and what the database may take before and after. */
const TIME_LIMIT_MS = 50_000;
const CLAIM_MS = 60_000;
const CONCURRENCY = 4;

const doorbell = z.object({ clinicId: z.uuid(), conversationId: z.uuid() });

const WITHOUT_MODEL: Verdict = { score: NEUTRAL, model: null, usage: null };

export function scoreConversationJob(options: ScoringOptions): Job {
  const scoring = new Scoring(options);
  return {
    name: SCORE_CONVERSATION_JOB,
    everyMs: null,
    concurrency: CONCURRENCY,
    timeLimitMs: TIME_LIMIT_MS,
    retry: RETRY.scoreConversation,
    run: (run) => scoring.run(run),
  };
}

class Scoring {
  readonly #options: ScoringOptions;
  readonly #patience: RetryPolicy;

  constructor(options: ScoringOptions) {
    this.#options = options;
    this.#patience = options.patience ?? RETRY.scoring;
  }

  async run({ data, signal }: JobRun): Promise<JobOutcome> {
    const asked = doorbell.safeParse(data);
    if (!asked.success) return { kind: 'cancel', reason: 'no doorbell of a conversation' };
    const { scores, newToken } = this.#options;
    const claim = await scores.claim({ ...asked.data, token: newToken(), forMs: CLAIM_MS });
    if (claim !== null) await this.#settle(claim, signal);
    return { kind: 'done' };
  }

  async #settle(claim: ScoreClaim, signal: AbortSignal): Promise<void> {
    const { conversation } = claim;
    if (!hasCallersWords(conversation.turns)) return this.#keep(claim, WITHOUT_MODEL, 'silent');
    const verdict = await this.#ask(claim, signal);
    if (!(verdict instanceof ModelFailure)) return this.#keep(claim, verdict, 'scored');
    // One that was cut says nothing of the model.
    if (signal.aborted) return this.#options.scores.leave(claim, 0, null);
    return this.#failed(claim, verdict);
  }

  /** No more often than there is patience for, though nobody told what became of it. */
  async #ask(claim: ScoreClaim, signal: AbortSignal): Promise<Verdict | ModelFailure> {
    if (claim.attempts > this.#patience.attempts) return failureOf(new Error('asked often enough, to no end'));
    return this.#options.score(claim.conversation, contextOf(claim), signal).catch(failureOf);
  }

  async #failed(claim: ScoreClaim, error: ModelFailure): Promise<void> {
    const isOver = error.isFinal || claim.attempts >= this.#patience.attempts;
    const afterMs = isOver ? null : this.#pauseMs(error, claim.attempts);
    const facts = { ...contextOf(claim), attempts: claim.attempts, afterMs, error };
    this.#options.events.emit('conversation.scoring_failed', facts);
    if (afterMs === null) return this.#keep(claim, WITHOUT_MODEL, 'failed');
    return this.#options.scores.leave(claim, afterMs, error.kind);
  }

  /** As long as the service asks for, but no longer than a back-off can be. */
  #pauseMs({ retryAfterMs }: ModelFailure, attempts: number): number {
    const longestMs = Math.min(retryAfterMs ?? 0, this.#patience.longestMs);
    return Math.max(longestMs, backOffMs(this.#patience, attempts));
  }

  async #keep(claim: ScoreClaim, verdict: Verdict, result: ScoringResult): Promise<void> {
    const { scores, events } = this.#options;
    if (!(await scores.keep(claim, verdict, result === 'failed'))) return;
    const { sentiment, satisfaction, followUpNeeded } = verdict.score;
    events.emit('conversation.scored', { ...contextOf(claim), result, sentiment, satisfaction, followUpNeeded });
  }
}

const contextOf = ({ clinicId, conversationId }: ScoreClaim): CallContext => ({ clinicId, conversationId });

/** What else may break in asking counts as an attempt, too: it would break again. */
function failureOf(error: unknown): ModelFailure {
  if (error instanceof ModelFailure) return error;
  return new ModelFailure({ kind: 'protocol', code: 'broke', isFinal: false, cause: error });
}
