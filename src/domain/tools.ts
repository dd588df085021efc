/** The face of a tool towards the conversation: how it is declared to a model and what it answers. */
import type { DealingsChange } from './dealings.ts';
import type { FailureCode } from './failures.ts';

export interface ToolDeclaration {
  readonly name: string;
  /** Read by the model: when to use it. */
  readonly description: string;
  /** JSON Schema (draft 7) of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The JSON that goes back to the model. */
export type ToolAnswer = { readonly success: true; readonly [fact: string]: unknown } | ToolFailure;

export interface ToolFailure {
  readonly success: false;
  readonly error: FailureCode;
  /** A sentence to say to the caller. */
  readonly user_message: string;
  readonly [fact: string]: unknown;
}

/** What a tool told the model, and what it did to the conversation; changes are folded in when the answer arrives. */
export interface ToolOutcome {
  readonly answer: ToolAnswer;
  readonly changes: readonly DealingsChange[];
}
