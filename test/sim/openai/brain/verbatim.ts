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
