/** Sounds that say "go on": what a listener says without wanting the floor. */

const SOUNDS = new Set([
  'mhm',
  'mm',
  'mmhm',
  'mmhmm',
  'mm-hmm',
  'mhmm',
  'hm',
  'hmm',
  'uh',
  'uhuh',
  'uh-huh',
  'uhhuh',
  'huh',
  'ah',
  'aha',
  'oh',
  'ok',
  'okay',
  'yeah',
  'yep',
  'yes',
  'right',
  'sure',
  'i',
  'see',
  'got',
  'it',
  'alright',
  'all',
  'cool',
  'good',
  'great',
  'ja',
  'genau',
  'sí',
  'si',
  'vale',
  'claro',
  'oui',
  "d'accord",
]); // prettier-ignore

/** At most so many words still count as a nod. */
const NOD_WORDS = 3;

/** Whether words said over Ava ask for nothing; no words at all (a cough) are no interruption either. */
export function isBackchannel(words: string): boolean {
  const said = words
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .split(/[^\p{L}\p{N}'-]+/u)
    .filter((word) => word !== '');
  return said.length <= NOD_WORDS && said.every((word) => SOUNDS.has(word));
}
