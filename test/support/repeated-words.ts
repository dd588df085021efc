/** How many words somebody heard twice: the longest stretch that comes again right behind where it stood before. */

const NORMAL = /[^\p{L}\p{N}' ]/gu;

function wordsOf(text: string): string[] {
  return text.toLowerCase().replace(NORMAL, ' ').split(/\s+/).filter(Boolean);
}

/** The most words in a row that stand in `text` twice, with at most `apart` words between the two. */
export function repeatedWords(text: string, apart = 4): number {
  const words = wordsOf(text);
  let most = 0;
  for (let first = 0; first < words.length; first++) {
    for (let second = first + 1; second < words.length; second++) {
      let length = 0;
      while (first + length < second && words[first + length] === words[second + length]) length++;
      if (second - first - length <= apart) most = Math.max(most, length);
    }
  }
  return most;
}
