/** Email addresses as callers say them and as they are kept. */

const SPOKEN: readonly [RegExp, string][] = [
  [/\s+(?:at|@)\s+/g, '@'],
  [/\s*\b(?:dot|period)\b\s*/g, '.'],
  [/\s*\bunderscore\b\s*/g, '_'],
  [/\s*\b(?:dash|hyphen)\b\s*/g, '-'],
];

/** The address in "jordan dot lee at example dot com" or "Jordan.Lee@example.com"; undefined where there is none. */
export function emailIn(words: string): string | undefined {
  const plain = SPOKEN.reduce((text, [word, sign]) => text.replace(word, sign), words.toLowerCase().trim());
  const joined = plain.replace(/\s*([@.])\s*/g, '$1').replace(/[.,;!?]+$/, '');
  return /(?:^|[\s:<])([a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?:$|[\s>])/.exec(joined)?.[1];
}
