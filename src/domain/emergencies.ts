/**
 * Words that must reach a person at once. Found by code in what the caller said, so that no model's mood decides. A
 * missed emergency costs more than a false alarm: a sign counts unless its own clause plainly denies it, tells of long
 * ago, or asks in general.
 */
import { EMERGENCY_SIGNS, type Signs } from './emergency-signs.ts';

/** Longer words are read up to here: nobody says more before they take a breath. */
const LONGEST_CHARS = 2_000;

/** Whether a caller's words are an emergency. `ownPhrases` are the clinic's: whole words, in any order of capitals and accents. */
export function isEmergency(words: string, ownPhrases: readonly string[] = []): boolean {
  const said = plain(words.slice(0, LONGEST_CHARS));
  if (ownPhrases.some((phrase) => holdsPhrase(said, plain(phrase)))) return true;
  const clauses = clausesOf(said);
  return EMERGENCY_SIGNS.some(
    (signs) => signs.always.test(said) || clauses.some((clause) => tellsOfSign(clause, signs)),
  );
}

function tellsOfSign(clause: string, { signs, denied, idle, asks, somebody }: Signs): boolean {
  const at = clause.search(signs);
  if (at < 0 || idle.test(clause)) return false;
  const isDenied = denied.test(clause.slice(0, at)) && !/\b(?:like this|this bad|so bad)\b/.test(clause);
  return !isDenied && (!asks.test(clause) || somebody.test(clause));
}

/** A denial reaches to the end of its sentence, or to a "but". */
function clausesOf(said: string): readonly string[] {
  return said.split(/[.;!]+(?=\s|$)|(?<=\?)|[¿¡]|\b(?:but|however|although|pero|aunque|mais|aber)\b/);
}

function holdsPhrase(said: string, phrase: string): boolean {
  const wanted = onlyWords(phrase);
  return wanted !== '' && ` ${onlyWords(said)} `.includes(` ${wanted} `);
}

function onlyWords(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** Lower case, straight apostrophes, no accents. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[’‘`]/g, "'")
    .replace(/ß/g, 'ss')
    .replace(/œ/g, 'oe')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
}
