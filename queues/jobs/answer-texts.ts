/**
 * Answers what came in on a thread of text messages, in order, by one worker at a time. Each thing that is done is saved
 * before the next, under the claim: a worker may die after any of them, and the next one goes on from there. What a turn
 * comes to is one commit, and sent after it.
 */
import { z } from 'zod';
import type { Events } from '../../src/domain/events.ts';
import { ModelFailure } from '../../src/domain/model-failure.ts';
import type { AnswerClaim, ThreadBook } from '../../src/domain/texting.ts';
import type { Job, JobOutcome, JobRun } from '../job.ts';
import { backOffMs, RETRY, type RetryPolicy } from '../retry.ts';
import type { SendTexts } from './send-texts.ts';

export type Answered =
  /** A turn was answered, and nothing is left to be. */
  | 'answered'
  /** A turn was answered, and there is another. */
  | 'next'
  /** More came in before it was answered, and nothing was kept of it. */
  | 'more'
  /** The claim was lost to somebody else. */
  | 'lost';

/** On which terms a turn is answered. */
export interface TurnTerms {
  readonly signal: AbortSignal;
  /** Whether a model that failed so often is not asked again: the turn is answered without. */
  readonly isLast: (failures: number) => boolean;
  /** Whether what comes in meanwhile is to be part of the turn, which begins again then. */
  readonly joins: boolean;
}

export interface AnswerTextsOptions {
  readonly book: ThreadBook;
  /**
   * Brings the thread's next turn to its end. Rejects with a `ModelFailure` where the model could not be had, and should
   * be asked again.
   */
  readonly answer: (claim: AnswerClaim, terms: TurnTerms) => Promise<Answered>;
  /** What was answered is sent at once, rather than when the outbox is next looked at. */
  readonly send: SendTexts;
  readonly events: Events;
  readonly newToken: () => string;
  /** How often and how soon a model that gave no answer is asked again; as the table of policies says where absent. */
  readonly patience?: RetryPolicy | undefined;
  /** How long a claim holds, milliseconds; it is extended while it is worked on. */
  readonly claimMs?: number | undefined;
}

export const ANSWER_TEXTS_JOB = 'answer-texts';
/** Of its time a turn spends nearly all waiting for the model: fewer would have texts wait for each other. */
const CONCURRENCY = 100;
const CLAIM_MS = 10_000;
const TIME_LIMIT_MS = 120_000;
/** How often a turn begins again: whoever writes on and on is answered all the same. */
const MOST_RESTARTS = 3;

const doorbell = z.object({ clinicId: z.uuid(), threadId: z.uuid() });
type Doorbell = z.output<typeof doorbell>;

export function answerTextsJob(options: AnswerTextsOptions): Job {
  const answering = new Answering(options);
  return {
    name: ANSWER_TEXTS_JOB,
    everyMs: null,
    concurrency: CONCURRENCY,
    timeLimitMs: TIME_LIMIT_MS,
    retry: RETRY.answerTexts,
    run: (run) => answering.run(run),
  };
}

class Answering {
  readonly #options: AnswerTextsOptions;
  readonly #patience: RetryPolicy;
  readonly #claimMs: number;

  constructor(options: AnswerTextsOptions) {
    this.#options = options;
    this.#patience = options.patience ?? RETRY.answering;
    this.#claimMs = options.claimMs ?? CLAIM_MS;
  }

  async run({ data, signal }: JobRun): Promise<JobOutcome> {
    const asked = doorbell.safeParse(data);
    if (!asked.success) return { kind: 'cancel', reason: 'no doorbell of a thread' };
    const token = this.#options.newToken();
    for (let restarts = 0; !signal.aborted; ) {
      const result = await this.#once(asked.data, token, signal, restarts < MOST_RESTARTS);
      if (result === 'answered' || result === 'lost') break;
      restarts = result === 'more' ? restarts + 1 : 0;
    }
    return { kind: 'done' };
  }

  /** One turn; `lost` where nothing is left to do here. */
  async #once(which: Doorbell, token: string, signal: AbortSignal, joins: boolean): Promise<Answered> {
    const { book, answer, send } = this.#options;
    const claim = await book.claim({ ...which, token, forMs: this.#claimMs });
    if (claim === null) return 'lost';
    const stop = this.#keeping(claim);
    try {
      const isLast = (failures: number): boolean => failures >= this.#patience.attempts;
      const result = await answer(claim, { signal, isLast, joins });
      if (result === 'answered' || result === 'next') await send(which, signal);
      return result;
    } catch (error) {
      await this.#failed(claim, error, signal.aborted);
      return 'lost';
    } finally {
      stop();
    }
  }

  /** Extends the claim while it is worked on; one that cannot be extended lapses, and what it brings does not count. */
  #keeping(claim: AnswerClaim): () => void {
    const timer = setInterval(() => {
      this.#options.book.extend(claim).catch(() => undefined);
    }, this.#claimMs / 3);
    return () => clearInterval(timer);
  }

  async #failed(claim: AnswerClaim, error: unknown, stopping: boolean): Promise<void> {
    if (stopping) return this.#options.book.leave(claim, 0, null);
    if (!(error instanceof ModelFailure)) throw error;
    const longestMs = Math.min(error.retryAfterMs ?? 0, this.#patience.longestMs);
    const failures = (claim.conversation?.open?.failures ?? 0) + 1;
    await this.#options.book.leave(claim, Math.max(longestMs, backOffMs(this.#patience, failures)), error.kind);
  }
}
