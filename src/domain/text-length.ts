/**
 * How long a text message is to the telephone network, and how a long one is cut. The network counts segments: 160
 * characters of its own alphabet (GSM-7), or 70 UTF-16 units where a single character is not in it; of a message in
 * several segments each gives a few to its header. Source: 3GPP TS 23.038 and 23.040.
 */

const GSM_BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Each takes two places. */
const GSM_EXTENDED = '\f^{}\\[~]|€';
const WIDTHS: ReadonlyMap<string, number> = new Map([
  ...Array.from(GSM_BASIC, (character): [string, number] => [character, 1]),
  ...Array.from(GSM_EXTENDED, (character): [string, number] => [character, 2]),
]);

const PLACES = { gsm7: { alone: 160, joined: 153 }, ucs2: { alone: 70, joined: 67 } } as const;

/** Typographic marks that models like to write, and what the network's alphabet has for them. */
const PLAIN: ReadonlyMap<string, string> = new Map([
  ['‘', "'"],
  ['’', "'"],
  ['“', '"'],
  ['”', '"'],
  ['„', '"'],
  ['–', '-'],
  ['—', '-'],
  ['‑', '-'],
  ['…', '...'],
  ['•', '-'],
  ['\u00a0', ' '],
  ['\u202f', ' '],
  ['\u2009', ' '],
]);

export interface TextLength {
  readonly alphabet: keyof typeof PLACES;
  readonly segments: number;
}

/** What sending this as one message takes; nothing is no segment. */
export function textLength(text: string): TextLength {
  const alphabet = isGsm(text) ? 'gsm7' : 'ucs2';
  const places = PLACES[alphabet];
  const widths = Array.from(text, (character) => widthOf(character, alphabet));
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total <= places.alone) return { alphabet, segments: Math.min(total, 1) };
  return { alphabet, segments: segmentsOf(widths, places.joined) };
}

/** No character is parted by the end of a segment. */
function segmentsOf(widths: readonly number[], places: number): number {
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > places) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return segments;
}

function isGsm(text: string): boolean {
  return Array.from(text).every((character) => WIDTHS.has(character));
}

function widthOf(character: string, alphabet: TextLength['alphabet']): number {
  return alphabet === 'gsm7' ? (WIDTHS.get(character) ?? 1) : character.length;
}

/** Longer messages than this are cut: some carriers drop what is longer still. */
export const SEGMENTS_A_TEXT = 4;
/** What is longer than so many messages is no answer any more; the rest is left out. */
export const TEXTS_AT_MOST = 4;

/**
 * A text as the messages that it is sent as, in order: one where it fits, else cut after a sentence, a line or a word;
 * none where there is nothing to send. Typographic marks give way to plain ones, since one of them would more than double
 * the segments.
 */
export function splitText(text: string): readonly string[] {
  const parts: string[] = [];
  let rest = plain(text).trim();
  while (rest !== '' && parts.length < TEXTS_AT_MOST) {
    const end = endOfPart(rest);
    parts.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return rest === '' ? parts : [...parts.slice(0, -1), cutShort(parts.at(-1) ?? '')];
}

function plain(text: string): string {
  return Array.from(
    text.normalize('NFC').replaceAll('\u0000', ''),
    (character) => PLAIN.get(character) ?? character,
  ).join('');
}

const fits = (text: string): boolean => textLength(text).segments <= SEGMENTS_A_TEXT;

/** Where the first message of a text ends. */
function endOfPart(text: string): number {
  if (fits(text)) return text.length;
  const longest = longestFitting(text);
  const ends = [/[.!?](?=\s)/g, /\n/g, /[,;:](?=\s)/g, /\s/g].map((boundary) =>
    lastEnd(text.slice(0, longest + 1), boundary),
  );
  // One that leaves a message half empty is worth less than a lesser one.
  return ends.find((end) => end > longest / 2 && end <= longest) ?? longest;
}

/** By halving: a longer beginning never takes fewer segments. */
function longestFitting(text: string): number {
  let [low, high] = [1, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(text.slice(0, middle))) low = middle;
    else high = middle - 1;
  }
  // Not between the halves of a character.
  return /[\ud800-\udbff]$/.test(text.slice(0, low)) && low > 1 ? low - 1 : low;
}

function lastEnd(text: string, boundary: RegExp): number {
  const last = [...text.matchAll(boundary)].at(-1);
  return last === undefined ? 0 : last.index + 1;
}

const MORE = '...';

function cutShort(part: string): string {
  let kept = part;
  while (!fits(kept + MORE)) kept = kept.replace(/\s*\S+$/, '') || kept.slice(0, -MORE.length);
  return kept.replace(/[\s.,;:]+$/, '') + MORE;
}
