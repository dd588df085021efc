/** Six letters that stand for a piece of plain data: the same data has the same, in whatever order its keys come. */

/** What a list, a record and anything else but a text begin with, so that none is another. */
const LIST = 1;
const RECORD = 2;
const OTHER = 3;
const SEED = 0x811c9dc5;
const FACTOR = 0x01000193;

/** Of parts of a state, which are never changed and mostly the same in the next one. */
const known = new WeakMap<object, number>();

export function digestOf(value: unknown): string {
  return lettersOf(hashOf(value));
}

/** The same for what nobody changes any more, and somebody asks about again. */
export function digestOfPart(value: unknown): string {
  return lettersOf(hashOfPart(value));
}

function lettersOf(hash: number): string {
  return (hash >>> 0).toString(36).padStart(7, '0').slice(-6);
}

function hashOfPart(value: unknown): number {
  if (typeof value !== 'object' || value === null) return hashOf(value);
  const before = known.get(value);
  if (before !== undefined) return before;
  const hash = hashOf(value);
  known.set(value, hash);
  return hash;
}

function hashOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((hash, each) => mixed(hash, hashOfPart(each)), LIST);
  if (typeof value === 'string') return hashOfText(value);
  return isRecord(value) ? hashOfRecord(value) : mixed(OTHER, hashOfText(String(value)));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** What is undefined does not count: JSON leaves it out. */
function hashOfRecord(record: Readonly<Record<string, unknown>>): number {
  let sum = 0;
  for (const key in record) {
    const part = record[key];
    if (part !== undefined) sum = (sum + mixed(hashOfText(key), hashOf(part))) | 0;
  }
  return mixed(RECORD, sum);
}

/** FNV-1a over UTF-16 units. */
function hashOfText(text: string): number {
  let hash = SEED;
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), FACTOR);
  return hash;
}

/** In this order; every bit of either counts in every bit of it (the end of MurmurHash3). */
function mixed(first: number, second: number): number {
  let hash = Math.imul(first, FACTOR) ^ second;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
