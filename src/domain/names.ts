/** People's names as they are heard, kept and compared. */

/** One line, single spaces, no stray punctuation; capitals where a machine wrote all of it small or large. */
export function tidyName(words: string): string {
  const name = words
    .replace(/[\p{C}\s]+/gu, ' ')
    .replace(/^[\s.,;:]+|[\s,;:]+$/g, '')
    .trim();
  const isPlain = name === name.toLowerCase() || (name === name.toUpperCase() && name.length > 3);
  return isPlain
    ? name
        .toLowerCase()
        .replace(/(?<![\p{L}\p{M}'’])\p{L}|(?<=-)\p{L}|(?<=^o['’])\p{L}/gu, (letter) => letter.toUpperCase())
    : name;
}

/**
 * Whether somebody who gives this name is who an appointment is for: all that they give is in it, the family name among
 * it. Small words, accents and capitals make no difference; a part of a word is no match, since this opens a door.
 */
export function isNameOf(given: string, onFile: string): boolean {
  const [said, kept] = [wordsOf(given), wordsOf(onFile)];
  const family = kept.at(-1);
  return family !== undefined && said.includes(family) && said.every((word) => kept.includes(word));
}

const TITLES = new Set(['mr', 'mrs', 'ms', 'miss', 'dr', 'doctor', 'jr', 'sr']);

function wordsOf(name: string): string[] {
  const plain = name
    .normalize('NFKD')
    .replace(/[\p{M}'’.]/gu, '')
    .toLowerCase();
  return (plain.match(/\p{L}+/gu) ?? []).filter((word) => !TITLES.has(word));
}
