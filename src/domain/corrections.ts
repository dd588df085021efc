/** A caller who thinks again in the middle of a sentence: "tomorrow at two, no wait, make that Wednesday". */

const THINKS_AGAIN = new RegExp(
  [
    String.raw`\b(?:oh|no),? wait\b(?:,? (?:no|actually))?|\bwait,? no\b`,
    String.raw`[,;.!…—] no[,;.!…—]+ (?=\S)`,
    String.raw`\b(?:i mean|i meant|or rather|scratch that|actually|sorry|on second thoughts?)\b`,
    String.raw`(?<!\b(?:can|can't|could|couldn't|to|i'll|not) )\bmake (?:that|it)\b`,
  ].join('|'),
);

/** Who thinks again more often in one sentence is heard from here on. */
const MOST_THOUGHTS = 6;

/**
 * The sentence as it was put, and as it was put anew each time, in order; one part where nothing was taken back. Works on
 * lower-case words as `heardWords` makes them.
 */
export function secondThoughts(words: string): readonly string[] {
  const thoughts = words.split(THINKS_AGAIN).filter((part) => /[\p{L}\p{N}]/u.test(part));
  return thoughts.slice(-MOST_THOUGHTS);
}
