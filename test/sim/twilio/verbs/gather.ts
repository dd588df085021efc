/** `<Gather>`: collects pressed keys, or a spoken sentence, while its `<Say>`, `<Play>` and `<Pause>` are heard. */
import { Listener } from '../../speech.ts';
import type { DocumentRequest } from '../documents.ts';
import { numberAttribute, type Verb } from '../twiml.ts';
import { pause } from '../waiting.ts';
import type { Params } from '../webhooks.ts';
import { pauseVerb, play, say } from './speech.ts';
import { actionRequest, methodOf, NEXT_VERB, type VerbContext, type VerbOutcome } from './verb.ts';

const DEFAULT_TIMEOUT_S = 5;
const PROMPTS: Readonly<Record<string, typeof say>> = { Say: say, Play: play, Pause: pauseVerb };

/** What was entered so far, and when it is complete. */
interface Entry {
  digits: string;
  speech: string;
  readonly complete: AbortController;
  /** Aborted with the first key or word: prompts stop. */
  readonly begun: AbortController;
}

export async function gather(verb: Verb, context: VerbContext): Promise<VerbOutcome> {
  const entry: Entry = { digits: '', speech: '', complete: new AbortController(), begun: new AbortController() };
  const onDigit = (digit: string): void => takeDigit(verb, entry, digit);
  const promptSignal = AbortSignal.any([context.signal, entry.begun.signal, entry.complete.signal]);
  for (const noun of verb.children) {
    const prompt = PROMPTS[noun.name];
    if (prompt !== undefined && !promptSignal.aborted) {
      await prompt(noun, { ...context, signal: promptSignal }, { onDigit });
    }
  }
  await collect(verb, entry, context, onDigit);
  if (context.signal.aborted) return NEXT_VERB;
  const params = entryParams(entry);
  if (params === undefined && verb.attributes['actionOnEmptyResult'] !== 'true') return NEXT_VERB;
  const request = actionRequest(verb, context, params ?? {}) ?? sameDocument(verb, context, params ?? {});
  return request === undefined ? NEXT_VERB : { next: 'document', request };
}

/** The time limit starts anew with each key. */
async function collect(
  verb: Verb,
  entry: Entry,
  { call, signal }: VerbContext,
  onDigit: (digit: string) => void,
): Promise<void> {
  const timeoutMs = numberAttribute(verb, 'timeout', DEFAULT_TIMEOUT_S) * 1000;
  const listener = new Listener();
  const hearsSpeech = /speech/.test(verb.attributes['input'] ?? 'dtmf');
  const disconnect = call.line.connect({
    exchange: (frame) => {
      if (hearsSpeech && frame !== undefined)
        takeSpeech(
          entry,
          listener
            .push(frame)
            .map((heard) => heard.text)
            .join(' '),
        );
      return undefined;
    },
    onDigit,
  });
  const done = AbortSignal.any([signal, entry.complete.signal]);
  for (let entered = -1; entered !== entry.digits.length && !done.aborted; ) {
    entered = entry.digits.length;
    await pause(timeoutMs, done);
  }
  disconnect();
}

function takeDigit(verb: Verb, entry: Entry, digit: string): void {
  if (entry.complete.signal.aborted) return;
  const finishKey = verb.attributes['finishOnKey'] ?? '#';
  const wanted = numberAttribute(verb, 'numDigits', Number.POSITIVE_INFINITY);
  if (digit !== finishKey) entry.digits += digit;
  if (digit === finishKey || entry.digits.length >= wanted) entry.complete.abort();
  else entry.begun.abort();
}

function takeSpeech(entry: Entry, text: string): void {
  if (text === '') return;
  entry.speech = text;
  entry.complete.abort();
}

function entryParams(entry: Entry): Params | undefined {
  if (entry.digits !== '') return { Digits: entry.digits, FinishedOnKey: '' };
  if (entry.speech !== '') return { SpeechResult: entry.speech, Confidence: '0.95' };
  return undefined;
}

function sameDocument(verb: Verb, { documentUrl }: VerbContext, params: Params): DocumentRequest | undefined {
  return documentUrl === undefined
    ? undefined
    : { purpose: 'action', url: documentUrl, method: methodOf(verb), params };
}
