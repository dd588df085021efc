/** Who is at the scoring of which conversation, and what came of it: kept where nothing is lost with a worker or a queue. */
import type { EndedConversation } from './rubric.ts';
import type { Verdict } from './scores.ts';

export interface ScoreRequest {
  readonly clinicId: string;
  readonly conversationId: string;
  /** A UUID, never given twice: whose the claim is. */
  readonly token: string;
  /** Milliseconds. */
  readonly forMs: number;
}

export interface ScoreClaim extends ScoreRequest {
  readonly conversation: EndedConversation;
  /** Claims since the score was asked for, this one included. */
  readonly attempts: number;
}

export interface ScoreStore {
  /** The conversation, for so long, where a score is owed to it now and nobody else is at it; else null. */
  claim(request: ScoreRequest): Promise<ScoreClaim | null>;
  /**
   * Stores the score in place of an earlier one of the same version, unless this one `failed` and that did not; nothing
   * is owed any more. False where the claim was lost: nothing is stored.
   */
  keep(claim: ScoreClaim, verdict: Verdict, failed: boolean): Promise<boolean>;
  /** Leaves it owed, to be claimed in so long. Why is a word of a closed set; where it is null, it was no attempt. */
  leave(claim: ScoreClaim, afterMs: number, reason: string | null): Promise<void>;
}
