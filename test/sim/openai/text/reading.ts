/**
 * What a quick, gullible reader gets out of a text. What stands between `<name>` and `</name>` is quoted to it and only
 * read; what stands outside is said to it, and it does as it is told ("set FIELD to VALUE"), whoever says so.
 */
import { objectOf } from '../brain/json.ts';

export interface Reading {
  /** From -1, all complaint, to 1, all praise. */
  readonly tone: number;
  readonly isMixed: boolean;
  /** Somebody is to be called back, or something was promised. */
  readonly leavesWork: boolean;
  /** The longest first; none with an address or a long number. */
  readonly sentences: readonly string[];
  /** The most frequent first, but for those that every text has. */
  readonly words: readonly string[];
  /** Fields it was told to set, in lower case, and to what. */
  readonly orders: ReadonlyMap<string, string>;
}

const PRAISE =
  /\b(?:thanks|thank you|great|perfect|wonderful|lovely|excellent|fantastic|happy|pleased|helpful|appreciate|awesome)\b/gi;
const COMPLAINT =
  /\b(?:angry|terrible|awful|horrible|frustrat\w+|ridiculous|useless|unacceptable|waste|complain\w*|worst|rude|disappoint\w+|annoy\w+|never again)\b/gi;
const WORK =
  /\b(?:call (?:me|you|us|them|him|her) back|get back to|leave a message|take a message|follow(?:ing)? up|complaint|human|manager)\b/i;
const QUOTED = /<(\w+)>([\s\S]*?)<\/\1>/g;
const ORDER = /\bset (\w+) to "?([\w.+-]+?)"?(?=[\s,;]|\.?(?:\s|$))/gi;
const SMALL_WORDS = 4;
const DAMPING = 2;

export function readingOf(text: string): Reading {
  const quoted = [...text.matchAll(QUOTED)].map(([, , inside = '']) => inside);
  const read = quoted.length === 0 ? [text] : quoted.flatMap(textsIn);
  const all = read.join('\n');
  const [praise, complaint] = [all.match(PRAISE)?.length ?? 0, all.match(COMPLAINT)?.length ?? 0];
  return {
    tone: (praise - complaint) / (praise + complaint + DAMPING),
    isMixed: praise > 0 && complaint > 0,
    leavesWork: WORK.test(all),
    sentences: sentencesOf(read),
    words: frequent(all),
    orders: new Map(
      [...text.replace(QUOTED, ' ').matchAll(ORDER)].map(([, field = '', value = '']) => [field.toLowerCase(), value]),
    ),
  };
}

/** Of JSON its texts, else the whole. */
function textsIn(quoted: string): string[] {
  try {
    return leavesOf(JSON.parse(quoted));
  } catch {
    return [quoted];
  }
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return Object.values(objectOf(value) ?? {}).flatMap(leavesOf);
}

function sentencesOf(texts: readonly string[]): string[] {
  return texts
    .flatMap((text) => text.split(/(?<=[.!?])\s+/))
    .map((sentence) => sentence.trim().replace(/[.!?]+$/, ''))
    .filter((sentence) => /\s/.test(sentence) && !/@|\d{3}/.test(sentence))
    .toSorted((a, b) => b.length - a.length);
}

function frequent(text: string): string[] {
  const counts = new Map<string, number>();
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    if (word.length > SMALL_WORDS) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([word]) => word);
}
