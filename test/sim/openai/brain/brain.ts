/**
 * What stands behind the protocol in place of a model: a pure function from all that a model would be shown to what it
 * says and which tools it calls. It keeps nothing between calls, so that a conversation re-created from its items in a
 * new session goes on as before.
 */
import type { Random } from '../chance.ts';

export type BrainItem =
  /** `audible` is false for a caller's turn with no word understood. */
  | { readonly kind: 'caller'; readonly text: string; readonly audible: boolean }
  | { readonly kind: 'assistant'; readonly text: string }
  | { readonly kind: 'system'; readonly text: string }
  | { readonly kind: 'call'; readonly callId: string; readonly name: string; readonly arguments: string }
  | { readonly kind: 'output'; readonly callId: string; readonly output: string };

export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON schema of the arguments. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly type: 'function'; readonly name: string };

export interface BrainContext {
  readonly sessionInstructions: string;
  /** Instructions of this one response; they stand in for the session's. */
  readonly responseInstructions?: string;
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
  readonly items: readonly BrainItem[];
  /** Wall clock, ms since the epoch. */
  readonly nowMs: number;
  readonly random: Random;
}

export interface BrainCall {
  readonly name: string;
  /** JSON, or what a clumsy model takes for it. */
  readonly arguments: string;
}

/** What is said comes before what is called; either may be missing, or both. */
export interface BrainReply {
  readonly say?: string;
  readonly calls?: readonly BrainCall[];
}

export interface Brain {
  readonly name: string;
  reply(context: BrainContext): BrainReply;
}
