/**
 * Which item of a spoken list is meant by its place: "the second one", "option 3", "the last one". Reads heard words
 * (`heardWords`). "One second", "the first of December" and "my number" are no places.
 */

export interface PlaceInList {
  /** Positions from 1; two of them where two were named. Empty: the words name a place that the list does not have. */
  readonly places: readonly number[];
  /** Said as "2nd", which may be a day of the month as well. */
  readonly mayBeDate: boolean;
  /** The sentence without the words that name the place. */
  readonly rest: string;
}

const WORDS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
const SHORT = ['1st', '2nd', '3rd', '4th', '5th', '6th'];
const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six'];
const NTH = `(${[...WORDS, ...SHORT].join('|')})`;
const THING = '(?:ones?|options?|slots?|choices?|offers?)';
/** What may follow "the second" where it ends what it says. */
const END = String.raw`(?=\s*(?:$|[.,!?;])|\s+(?:please|works?|is|sounds|would|will|if|then|thanks|thank|that|and|or|you|suits?|fits?|looks|seems|was|at|on|with|time (?:works|is|you|please|slot))\b)`;
const DATE_BEFORE = String.raw`(?<!(?:day|january|february|march|april|may|june|july|august|september|october|november|december),? )`;

const PLACES: readonly RegExp[] = [
  new RegExp(String.raw`(?:\bthe )?(?<!\b(?:one|a|1) )\b${NTH} ${THING}\b`, 'g'),
  new RegExp(String.raw`${DATE_BEFORE}\bthe ${NTH}\b${END}`, 'g'),
  new RegExp(
    String.raw`(?<!\b(?:phone|my|your|his|her|house|room|card) )\b(?:option|number|slot|choice) (${NUMBERS.join('|')}|[1-6])\b${END}`,
    'g',
  ),
];
const ENDS_OF_LIST: readonly [RegExp, (count: number) => number[]][] = [
  [new RegExp(String.raw`\bthe last ${THING}\b`), (count) => [count]],
  [
    new RegExp(String.raw`(?<!what(?:'s| is) )\bthe (?:earliest|soonest)(?: (?:${THING}|time))?\b(?! you)${END}`),
    () => [1],
  ],
  [new RegExp(String.raw`(?<!what(?:'s| is) )\bthe latest(?: (?:${THING}|time))?\b(?! you)${END}`), (count) => [count]],
  [
    new RegExp(String.raw`\bthe (?:middle ${THING}|${THING} in the middle)\b`),
    (count) => (count % 2 === 1 ? [(count + 1) / 2] : []),
  ],
  [/\bthe former\b/, (count) => (count === 2 ? [1] : [])],
  [/\bthe latter\b/, (count) => (count === 2 ? [2] : [])],
  [new RegExp(String.raw`\bthe earlier (?:${THING}|time)\b`), (count) => (count === 2 ? [1] : upTo(count))],
  [new RegExp(String.raw`\bthe later (?:${THING}|time)\b`), (count) => (count === 2 ? [2] : upTo(count))],
];

/** The place that a sentence names in a list of `count` items; null where it names none. */
export function placeIn(heard: string, count: number): PlaceInList | null {
  const found = PLACES.flatMap((place) => [...heard.matchAll(place)].map((match) => match[1] ?? ''));
  if (found.length > 0) {
    const places = [...new Set(found.map(positionOf))].filter((place) => place <= count);
    const rest = PLACES.reduce((words, place) => words.replace(place, ';'), heard);
    return { places, mayBeDate: found.some((word) => SHORT.includes(word)), rest };
  }
  for (const [words, placesOf] of ENDS_OF_LIST) {
    if (words.test(heard)) return { places: placesOf(count), mayBeDate: false, rest: heard.replace(words, ';') };
  }
  return null;
}

function positionOf(word: string): number {
  const index = [WORDS, SHORT, NUMBERS].map((words) => words.indexOf(word)).find((at) => at >= 0);
  return index === undefined ? Number(word) : index + 1;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
