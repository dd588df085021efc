/** Email addresses as callers say them and as they are kept. */

/** More than any address with the words around it. */
const LONGEST_CHARS = 400;

const SIGNS: readonly [RegExp, string][] = [
  [/ (?:dot|period) /g, '.'],
  [/ underscore /g, '_'],
  [/ (?:dash|hyphen) /g, '-'],
  [/ plus /g, '+'],
  [/ \. /g, '.'],
  [/ ?@ ?/g, '@'],
];
/** "J O R D A N", "J-O-R-D-A-N". */
const SPELLED = /\b[a-z0-9](?:[ -][a-z0-9]\b){2,63}/g;
const DOMAIN = String.raw`(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}`;
const ADDRESS = new RegExp(String.raw`(?<=^|[\s:<("'])[a-z0-9][a-z0-9._%+-]{0,63}@${DOMAIN}(?=$|[\s>,;.!?)"'])`);
const SPOKEN_AT = new RegExp(String.raw`^(.*) at (?=${DOMAIN}(?:$|[\s,;.!?]))`);
/** What may stand before an address; after another word, that word may be a part of it. */
const LEADS =
  /(?:^|[,.;:!?<(]|\b(?:is|it's|its|that's|address|e-?mail|mail|at|to|use|yes|yeah|sure|okay|ok|um|uh|well|so|be|me|and|or|then|please)) ?$/;

/**
 * The address in "jordan dot lee at example dot com" or "Jordan.Lee@example.com". Undefined where there is none, or where
 * it can't be told where it begins ("jordan lee at example dot com").
 */
export function emailIn(words: string): string | undefined {
  const heard = words.slice(0, LONGEST_CHARS).toLowerCase().replace(/[’‘]/g, "'").replace(/\s+/g, ' ').trim();
  const letters = heard.replace(SPELLED, (run) => run.replace(/[ -]/g, ''));
  const signed = SIGNS.reduce((text, [word, sign]) => text.replace(word, sign), letters);
  const address = signed.includes('@') ? signed : signed.replace(SPOKEN_AT, '$1@');
  const found = ADDRESS.exec(address);
  if (!found || (!heard.includes('@') && !LEADS.test(address.slice(0, found.index)))) return undefined;
  return found[0];
}
