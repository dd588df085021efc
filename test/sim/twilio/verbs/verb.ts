/** What every verb is given, and what it may answer. */
import type { Call } from '../call.ts';
import { type DocumentRequest, resolveUrl } from '../documents.ts';
import type { Environment } from '../environment.ts';
import type { Verb } from '../twiml.ts';
import type { Params } from '../webhooks.ts';

export type VerbOutcome =
  | { readonly next: 'verb' }
  | { readonly next: 'document'; readonly request: DocumentRequest }
  | { readonly next: 'hang-up' }
  | { readonly next: 'reject'; readonly status: 'busy' | 'no-answer' };

export type DocumentsOutcome = 'exhausted' | 'hung-up' | 'rejected' | 'aborted';

export interface VerbContext {
  readonly call: Call;
  readonly environment: Environment;
  /** Aborted when the call is over or its document was replaced: the verb must come to an end at once. */
  readonly signal: AbortSignal;
  readonly documentUrl: string | undefined;
  /** Runs documents on another call, as for a whisper. Never rejects. */
  readonly runDocuments: (call: Call, request: DocumentRequest, signal: AbortSignal) => Promise<DocumentsOutcome>;
}

export type VerbRunner = (verb: Verb, context: VerbContext) => Promise<VerbOutcome>;

export const NEXT_VERB: VerbOutcome = { next: 'verb' };

/** The request that a verb's `action` asks for; undefined without `action`. Throws `TwimlError` for a URL that is none. */
export function actionRequest(verb: Verb, context: VerbContext, params: Params): DocumentRequest | undefined {
  const url = resolveUrl(verb.attributes['action'], context.documentUrl);
  return url === undefined ? undefined : { purpose: 'action', url, method: methodOf(verb), params };
}

export function methodOf(verb: Verb): 'GET' | 'POST' {
  return verb.attributes['method']?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}
