/** What a call folded, written down so that it can be folded again: each message, and what came of it. */
import type { Instant } from './clinic.ts';

/** How long it is kept. */
export const FOLDS_KEPT_DAYS = 14;

export interface Fold {
  /** In the order of folding, from 1; at 0 stands what the call began from with this owner. */
  readonly n: number;
  readonly at: Instant;
  /** As JSON. */
  readonly message: string;
  /** What the step looked for among the fixed phrases, as JSON: how long each sounds, ms, null where it was not at hand. Null: nothing. */
  readonly phrases: string | null;
  /** What the step wanted done, a name and a digest each, parted by spaces. */
  readonly effects: string;
  /** What of the state it changed, in the same way. */
  readonly changed: string;
}
