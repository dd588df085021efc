/**
 * Answers to "which one?" that mean something only as the whole sentence: a lone number, "either is fine", "neither".
 * Work on heard words (`heardWords`).
 */

const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

const LEAD = String.raw`^[\s,.]*(?:(?:um+|uh+|er+|oh|ok(?:ay)?|yes|yeah|sure|well|so|then|honestly|really|sorry|no)\b[ ,.]*)*`;
const THANKS = String.raw`(?:[ ,]+(?:please|then|thanks|thank you|for me|with me|by me|to me))*\W*$`;
const SUITS = String.raw`(?: (?:is|are|would be|works?|will do|sounds?|suits)(?: me| best| better)?(?: (?:fine|good|great|ok|okay|perfect|all right))?)?`;

const LONE_NUMBER = new RegExp(
  String.raw`${LEAD}(?:(?:i'll|let's|i'd|i would|we'll|can i|could i) (?:take|do|have|like|say|go (?:with|for)) |make it |maybe )?(?:the )?(${[...NUMBERS, ...ORDINALS].join('|')}|\d{1,2})${SUITS}${THANKS}`,
);

export interface LoneNumber {
  readonly number: number;
  /** "Second": a place in the list, and no hour. */
  readonly isOrdinal: boolean;
}

/** "Two", "three please", "I'll take the second"; null for every other sentence. */
export function loneNumber(heard: string): LoneNumber | null {
  const word = LONE_NUMBER.exec(heard)?.[1];
  if (word === undefined) return null;
  const ordinal = ORDINALS.indexOf(word) + 1;
  if (ordinal > 0) return { number: ordinal, isOrdinal: true };
  return { number: NUMBERS.indexOf(word) + 1 || Number(word), isOrdinal: false };
}

const ANY_OF_THEM = new RegExp(
  `${LEAD}(?:${[
    String.raw`(?:either|any|both)(?: (?:one|ones|time|way|of (?:them|those|these|the (?:two|three|times))))?${SUITS}`,
    String.raw`(?:whichever|whatever|whenever)(?: one)?(?: you (?:prefer|like|think|want)| (?:works|is)(?: best| easiest| earliest| first| fine| good)?(?: for you)?)?`,
    String.raw`i (?:don't|do not) (?:really )?(?:mind|care)(?: which(?: one)?| either way)?`,
    String.raw`(?:it |that )?(?:really )?doesn't (?:really )?matter`,
    "you (?:choose|pick|decide)|(?:it is |it's )?up to you|(?:i have )?no preference|surprise me",
  ].join('|')})${THANKS}`,
);

/** "Either is fine", "whichever you prefer", "I don't mind". */
export function takesAny(heard: string): boolean {
  return ANY_OF_THEM.test(heard);
}

const NONE_OF_THEM = new RegExp(
  `${LEAD}(?:neither|none)(?: of (?:them|those|these|the (?:two|three|times)))?(?: works?)?${THANKS}`,
);

/** "Neither", "none of those". */
export function takesNone(heard: string): boolean {
  return NONE_OF_THEM.test(heard);
}
