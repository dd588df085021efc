/** A clinic's fixed phrases as they sound. */
import type { AudioFormat } from '../../src/domain/audio-format.ts';
import type { Clinic } from '../../src/domain/clinic.ts';
import type { FixedPhrases } from '../../src/domain/fixed-phrases.ts';
import type { PhraseAudio, PhraseBook } from '../../src/domain/ports.ts';
import { fixedPhrases } from '../../src/receptionist/phrases.ts';

type PhraseSounds = { readonly [Name in keyof FixedPhrases]?: PhraseAudio | undefined };

/** What the book has of them at this moment; a phrase it has not is said by the model, or not at all. */
export function phraseAudio(
  book: PhraseBook,
  clinic: Clinic,
  language: string = clinic.language,
  format: AudioFormat = 'audio/pcmu',
): PhraseSounds {
  const phrases = fixedPhrases(clinic, language);
  const soundOf = (text: string): PhraseAudio | undefined =>
    book.audioOf(clinic.id, clinic.voice, language, format, text);
  const sounds: { -readonly [Name in keyof FixedPhrases]?: PhraseAudio | undefined } = {};
  let name: keyof FixedPhrases;
  for (name in phrases) sounds[name] = soundOf(phrases[name]);
  return sounds;
}
