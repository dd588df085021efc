/**
 * Runs a call's TwiML: one document after another, verb by verb, until the documents are exhausted, the call is over, or
 * the REST API puts another document in place. One run at a time; a replaced run stops at once and decides nothing more.
 */
import { speakWords } from '../speech.ts';
import type { Call } from './call.ts';
import { type DocumentRequest, fetchDocument, type TwimlDocument } from './documents.ts';
import type { Environment } from './environment.ts';
import { playInto } from './playback.ts';
import { parseVoiceTwiml, TwimlError, type Verb } from './twiml.ts';
import { VERBS } from './verbs/table.ts';
import type { DocumentsOutcome, VerbContext, VerbOutcome } from './verbs/verb.ts';

/** Twilio has no such limit that is written down; a document that redirects to itself for ever must end somewhere. */
const MAX_DOCUMENTS = 500;
const APPLICATION_ERROR = "We're sorry. An application error has occurred. Goodbye.";

/** Where a run starts: a document to fetch, or one given in full. */
export type DocumentSource = DocumentRequest | { readonly twiml: string };

export class Execution {
  private readonly call: Call;
  private readonly environment: Environment;
  private readonly fallbackUrl: string | undefined;
  private current = new AbortController();

  constructor(call: Call, environment: Environment, fallbackUrl: string | undefined) {
    this.call = call;
    this.environment = environment;
    this.fallbackUrl = fallbackUrl;
    call.overSignal.addEventListener('abort', () => this.current.abort());
  }

  /** Starts a document, in place of the one that runs. Returns at once; never throws. */
  start(source: DocumentSource): void {
    this.current.abort();
    this.current = new AbortController();
    if (this.call.isOver) this.current.abort();
    void this.run(source, this.current.signal);
  }

  private async run(source: DocumentSource, signal: AbortSignal): Promise<void> {
    const outcome = await runDocuments(source, this.call, this.environment, signal, this.fallbackUrl);
    if (!signal.aborted && outcome !== 'aborted') this.call.finish('completed', { by: 'twiml' });
  }
}

/** Runs a source and all that follows from it. Errors end the call; nothing is thrown. */
export async function runDocuments(
  source: DocumentSource,
  call: Call,
  environment: Environment,
  signal: AbortSignal,
  fallbackUrl: string | undefined,
): Promise<DocumentsOutcome> {
  try {
    return await follow(source, call, environment, signal, fallbackUrl);
  } catch (error) {
    if (signal.aborted) return 'aborted';
    const code = error instanceof TwimlError ? error.code : 0;
    call.violation(code, error instanceof Error ? error.message : String(error));
    call.answer();
    await playInto(call.line, speakWords(APPLICATION_ERROR, environment.pace), signal);
    if (signal.aborted) return 'aborted';
    call.finish('completed', { by: 'error', errorCode: code });
    return 'hung-up';
  }
}

async function follow(
  source: DocumentSource,
  call: Call,
  environment: Environment,
  signal: AbortSignal,
  fallbackUrl: string | undefined,
): Promise<DocumentsOutcome> {
  let next: DocumentSource = source;
  for (let n = 0; n < MAX_DOCUMENTS; n++) {
    const document: TwimlDocument =
      'twiml' in next
        ? { verbs: parseVoiceTwiml(next.twiml), url: undefined }
        : await fetchDocument(next, call, environment, fallbackUrl);
    if (signal.aborted) return 'aborted';
    const outcome = await runVerbs(document, {
      call,
      environment,
      signal,
      documentUrl: document.url,
      runDocuments: (other, request, otherSignal) => runDocuments(request, other, environment, otherSignal, undefined),
    });
    if (signal.aborted) return 'aborted';
    switch (outcome.next) {
      case 'document':
        next = outcome.request;
        break;
      case 'reject':
        call.finish(outcome.status, { by: 'twiml' });
        return 'rejected';
      case 'hang-up':
        return 'hung-up';
      case 'verb':
        return 'exhausted';
    }
  }
  throw new TwimlError(0, `more than ${MAX_DOCUMENTS} documents in one call`);
}

/** Runs verbs until one leads elsewhere. */
async function runVerbs(document: TwimlDocument, context: VerbContext): Promise<VerbOutcome> {
  const { call, signal } = context;
  for (const verb of document.verbs) {
    const runner = VERBS[verb.name];
    if (runner === undefined || signal.aborted) break;
    call.log.verbs.push(verb.name);
    call.record({ type: 'verb', verb: verb.name, attributes: verb.attributes });
    if (answersCall(verb)) call.answer();
    const outcome = await runner(verb, context);
    if (outcome.next !== 'verb') return outcome;
  }
  return { next: 'verb' };
}

/** Verbs that decide before the phone is picked up leave it ringing. */
function answersCall(verb: Verb): boolean {
  if (verb.name === 'Dial') return verb.attributes['answerOnBridge'] !== 'true';
  return verb.name !== 'Reject' && verb.name !== 'Redirect';
}
