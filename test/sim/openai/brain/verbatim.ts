/** "Say exactly: …": a sentence that instructions ask for word for word, as a real model would obey it. */

const ASKS = /\bsay\s+(?:only\s+|just\s+)?(?:(?:this|the following)\s+)?(?:exactly|verbatim|word[ -]for[ -]word)\b/i;
/** Straight, curly and angle quotes; each opens and closes with its own. */
const QUOTED = /"([^"]+)"|“([^”]+)”|«([^»]+)»|„([^“”]+)[“”]|`([^`]+)`/;
const SINGLE_QUOTED = /(?:^|[\s:])['‘](.+?)['’](?=\s*(?:$|[.\n]))/s;
const AFTER_COLON = /^[^:\n]*:\s*(\S.*)/s;

/** The sentence to say, or undefined where nothing of the sort is asked for. */
export function verbatimOf(instructions: string | undefined): string | undefined {
  if (instructions === undefined) return undefined;
  const asked = ASKS.exec(instructions);
  if (asked === null) return undefined;
  const rest = instructions.slice(asked.index + asked[0].length);
  const quoted =
    QUOTED.exec(rest)
      ?.slice(1)
      .find((text) => text !== undefined) ?? SINGLE_QUOTED.exec(rest)?.[1];
  const sentence = (quoted ?? AFTER_COLON.exec(rest)?.[1])?.trim();
  return sentence === undefined || sentence === '' ? undefined : sentence;
}

const GOES_ON = /\bgo on (?:exactly )?(?:after|from) (?:them|these words|those words|the words)/i;

/** The words after which instructions ask to go on with a sentence that broke off; undefined where none do. */
export function goOnAfter(instructions: string | undefined): string | undefined {
  if (instructions === undefined || !GOES_ON.test(instructions)) return undefined;
  return QUOTED.exec(instructions)
    ?.slice(1)
    .find((text) => text !== undefined)
    ?.trim();
}

/** What is left of a sentence after its first words; all of it where it begins with others. */
export function restAfter(sentence: string, words: string): string {
  const isBeginning = sentence.startsWith(words) && /^(?:\s|$)/.test(sentence.slice(words.length));
  return isBeginning ? sentence.slice(words.length).trim() : sentence;
}
