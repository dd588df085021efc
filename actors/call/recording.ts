/**
 * The step of a call with all that it is given written down, so that it can be folded again (replaying.ts): first what
 * the call began from, then each message with its time, the fixed phrases that were at hand, and a trace of what came of
 * it. Pieces of a sentence that come one after the other are one message: at the time of the first, since the others
 * only add to its words.
 */
import type { Instant } from '../../src/domain/clinic.ts';
import type { Fold } from '../../src/domain/folds.ts';
import type { DeadlineMessage, Step } from '../kernel/actor.ts';
import type { CallEffect, CallTransition } from './effects.ts';
import type { CallFacts, CallMessage } from './messages.ts';
import type { CallState } from './state.ts';
import { callStep } from './step.ts';
import { type StepTrace, THREW, traceOf } from './trace.ts';

export type CallStep = Step<CallState, CallMessage | DeadlineMessage, CallEffect>;

/** Raised with each change of what is written down that an older reader would get wrong. */
export const RECORDING_SCHEMA = 1;

/** Under what a phrase is looked for. */
export function phraseKey(language: string, sentence: string): string {
  return `${language} ${sentence}`;
}

/** The pieces of a sentence that came so far, and the state before and after them. */
interface Sentence {
  readonly itemId: string;
  readonly text: string;
  readonly at: Instant;
  readonly before: CallState;
  readonly after: CallState;
}

/** `begun`: the state that the first message finds, at `begunAt`. */
export function recordedStep(
  facts: CallFacts,
  begun: CallState,
  begunAt: Instant,
  write: (fold: () => Fold) => void,
): CallStep {
  let n = 0;
  let sentence: Sentence | null = null;
  /** What the step under way looked for. */
  let phrases: Record<string, number | null> | null = null;
  const step = callStep({
    ...facts,
    rendered(language, text) {
      const audio = facts.rendered(language, text);
      phrases = { ...phrases, [phraseKey(language, text)]: audio?.ms ?? null };
      return audio;
    },
  });

  /**
   * Written out by whoever stores it: not while a caller waits for an answer, and many together, which costs a fraction.
   * What it is made of changes no more.
   */
  function put(message: unknown, at: Instant, trace: () => StepTrace, asked: typeof phrases = null): void {
    const place = n++;
    write(() => ({
      n: place,
      at,
      message: JSON.stringify(message),
      phrases: asked === null ? null : JSON.stringify(asked),
      ...trace(),
    }));
  }

  function putSentence(): void {
    if (sentence === null) return;
    const { itemId, text, at, before, after } = sentence;
    sentence = null;
    put({ type: 'words_delta', itemId, text }, at, () => traceOf(before, { state: after, effects: [] }));
  }

  function took(state: CallState, message: CallMessage | DeadlineMessage, at: Instant, next: CallTransition): void {
    const isPiece = message.type === 'words_delta' && next.effects.length === 0 && phrases === null;
    if (isPiece && message.itemId === sentence?.itemId) {
      sentence = { ...sentence, text: sentence.text + message.text, after: next.state };
      return;
    }
    putSentence();
    if (isPiece) sentence = { itemId: message.itemId, text: message.text, at, before: state, after: next.state };
    else put(message, at, () => traceOf(state, next), phrases);
  }

  put({ schema: RECORDING_SCHEMA, clinic: facts.clinic, limits: facts.limits, state: begun }, begunAt, () => NOTHING);
  return (state, message, now) => {
    phrases = null;
    let next: CallTransition;
    try {
      next = step(state, message, now);
    } catch (error) {
      putSentence();
      put(message, now, () => THREW, phrases);
      throw error;
    }
    took(state, message, now, next);
    return next;
  };
}

const NOTHING: StepTrace = { effects: '', changed: '' };
