/** Which sentences a clinic needs as audio, each with the key it is kept under. */
import { createHash } from 'node:crypto';
import type { AudioFormat } from '../domain/audio-format.ts';
import type { Clinic } from '../domain/clinic.ts';
import { primary } from '../domain/language.ts';

import { fixedPhrases } from '../receptionist/phrases.ts';

export interface PhraseSound {
  /** The model that speaks. */
  readonly model: string;
  readonly voice: string;
  /** BCP 47; only the language itself counts. */
  readonly language: string;
  readonly format: AudioFormat;
  readonly text: string;
}

export interface PhraseWish {
  readonly key: string;
  readonly text: string;
  readonly format: AudioFormat;
}

/** Stands for everything that makes a phrase sound as it does, its clinic not among it. */
export function phraseKey({ model, voice, language, format, text }: PhraseSound): string {
  const sound = JSON.stringify([model, voice, primary(language), format, text]);
  return createHash('sha256').update(sound).digest('hex');
}

/** All fixed phrases of a clinic, in every language it speaks and each of the formats. */
export function phraseWishes(clinic: Clinic, model: string, formats: readonly AudioFormat[]): readonly PhraseWish[] {
  const { voice } = clinic;
  const wishes = new Map<string, PhraseWish>();
  for (const format of formats) {
    for (const language of clinic.conversation.languages) {
      for (const text of Object.values(fixedPhrases(clinic, language))) {
        const key = phraseKey({ model, voice, language, format, text });
        wishes.set(key, { key, text, format });
      }
    }
  }
  return [...wishes.values()];
}
