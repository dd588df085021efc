/**
 * Fixed phrases: played from their rendering where there is one, at once and whatever the model does; else the model is
 * asked to say them. In the language that the caller speaks.
 */
import type { CallPhrases } from '../../src/domain/fixed-phrases.ts';
import type { PhraseAudio } from '../../src/domain/ports.ts';
import type { CallTransition } from './effects.ts';
import type { CallFacts } from './messages.ts';
import type { CallState, Saying } from './state.ts';

export type PhraseName = keyof CallPhrases;

export function isRendered(facts: CallFacts, state: CallState, name: PhraseName): boolean {
  return renderingOf(facts, state, name) !== undefined;
}

function renderingOf(facts: CallFacts, { language }: CallState, name: PhraseName): PhraseAudio | undefined {
  return facts.rendered(language, facts.phrasesIn(language)[name]);
}

/** `filler`: only bridges the time until something is said; no answer, and nothing the model needs to know. */
export function sayPhrase(
  facts: CallFacts,
  state: CallState,
  name: PhraseName,
  by: Exclude<Saying['by'], 'model'> = 'phrase',
): CallTransition {
  const sentence = facts.phrasesIn(state.language)[name];
  const audio = renderingOf(facts, state, name);
  if (!audio) return { state, effects: [{ kind: 'tell_model', order: { type: 'say', sentence } }] };
  const n = state.phrasesSaid + 1;
  const itemId = `phrase_${n}`;
  const saying: Saying = { itemId, n: 0, startedAt: 0, text: sentence, by, askedAt: null, heardAfterMs: null };
  return {
    state: { ...state, phrasesSaid: n, saying: [...state.saying, saying] },
    effects: [
      { kind: 'tell_phone', message: { type: 'speech', itemId, ...audio } },
      { kind: 'tell_phone', message: { type: 'speech_complete', itemId } },
    ],
  };
}
