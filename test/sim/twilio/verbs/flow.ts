/** `<Hangup>`, `<Redirect>`, `<Reject>`: verbs that only decide what comes next. */
import { resolveUrl } from '../documents.ts';
import { TWIML_ERRORS, TwimlError, type Verb } from '../twiml.ts';
import { methodOf, type VerbContext, type VerbOutcome } from './verb.ts';

export function hangup(): Promise<VerbOutcome> {
  return Promise.resolve({ next: 'hang-up' });
}

export function redirect(verb: Verb, context: VerbContext): Promise<VerbOutcome> {
  const url = resolveUrl(verb.text, context.documentUrl) ?? context.documentUrl;
  if (url === undefined) throw new TwimlError(TWIML_ERRORS.unreachable, '<Redirect> without a URL');
  return Promise.resolve({
    next: 'document',
    request: { purpose: 'voice', url, method: methodOf(verb), params: {} },
  });
}

/** Only an unanswered call can be rejected. */
export function reject(verb: Verb, { call }: VerbContext): Promise<VerbOutcome> {
  if (call.answeredAt !== undefined) return Promise.resolve({ next: 'hang-up' });
  return Promise.resolve({ next: 'reject', status: verb.attributes['reason'] === 'busy' ? 'busy' : 'no-answer' });
}
