/**
 * Whether each sentence of a caller stands in the record: exactly once, or asked for again and then once. Asking again is
 * fair only of what was spoken into a gap, or so shortly before it that no node can have had the words.
 */
import type { Fault } from './faults.ts';
import type { Sentence } from './phone-record.ts';

export interface TurnVerdict {
  readonly sentences: number;
  readonly recorded: number;
  /** Asked for again, and spoken into the gap. */
  readonly askedAgainInGap: number;
  /** The same of what was spoken in the second before it. */
  readonly askedAgainBeforeGap: number;
  /** Neither recorded nor fairly asked for again. */
  readonly lost: readonly string[];
  /** In the record more often than said, or recorded and unfairly asked for again. */
  readonly doubled: readonly string[];
  /** In the record and never said. */
  readonly strange: readonly string[];
}

/** Until then nobody has had the words of a sentence: silence tells its end (500 ms), a transcript takes up to 580. */
const UNSETTLED_MS = 1_100;

/** `rows`: the caller's turns as the record has them, in order, without what it says it did not understand. */
export function judgedTurns(said: readonly Sentence[], rows: readonly string[], faults: readonly Fault[]): TurnVerdict {
  const texts = rows.flatMap((row) => apart(row, said));
  const matched = inCommon(
    said.map(({ text }) => text),
    texts,
  );
  const verdict = { askedAgainInGap: 0, askedAgainBeforeGap: 0 };
  const lost: string[] = [];
  const doubled = texts.filter((text, n) => !matched.rows.has(n) && said.some((each) => each.text === text));
  said.forEach((sentence, n) => {
    const isAgain = said[n + 1]?.text === sentence.text;
    const isRecorded = matched.sentences.has(n);
    if (isRecorded && !isAgain) return;
    const fairness = isAgain ? fairnessOf(sentence, faults) : 'unfair';
    if (fairness === 'in_gap') verdict.askedAgainInGap++;
    else if (fairness === 'before_gap') verdict.askedAgainBeforeGap++;
    else if (isRecorded) doubled.push(sentence.text);
    else lost.push(sentence.text);
  });
  const strange = texts.filter((text, n) => !matched.rows.has(n) && !doubled.includes(text));
  return { sentences: said.length, recorded: matched.sentences.size, ...verdict, lost, doubled, strange };
}

function fairnessOf({ fromAt, toAt }: Sentence, faults: readonly Fault[]): 'in_gap' | 'before_gap' | 'unfair' {
  const isTouched = (until: number): boolean =>
    faults.some(({ killedAt, restoredAt }) => until > killedAt && fromAt < (restoredAt ?? killedAt));
  if (isTouched(toAt)) return 'in_gap';
  return isTouched(toAt + UNSETTLED_MS) ? 'before_gap' : 'unfair';
}

/** Two sentences in one breath are one turn. */
function apart(row: string, said: readonly Sentence[]): readonly string[] {
  if (said.some(({ text }) => text === row)) return [row];
  for (const { text } of said) {
    const rest = row.slice(text.length + 1);
    if (!row.startsWith(`${text} `)) continue;
    const others = apart(rest, said);
    if (others.every((other) => said.some((each) => each.text === other))) return [text, ...others];
  }
  return [row];
}

/** Which of both stand in the longest common subsequence. */
function inCommon(sentences: readonly string[], rows: readonly string[]) {
  /** Of what is left from these two on, by `i,j`. */
  const lengths = new Map<string, number>();
  const at = (i: number, j: number): number => lengths.get(`${i},${j}`) ?? 0;
  for (let i = sentences.length - 1; i >= 0; i--) {
    for (let j = rows.length - 1; j >= 0; j--) {
      lengths.set(`${i},${j}`, sentences[i] === rows[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1)));
    }
  }
  const matched = { sentences: new Set<number>(), rows: new Set<number>() };
  for (let i = 0, j = 0; i < sentences.length && j < rows.length; ) {
    if (at(i + 1, j) === at(i, j)) i++;
    else if (at(i, j + 1) === at(i, j)) j++;
    else {
      matched.sentences.add(i++);
      matched.rows.add(j++);
    }
  }
  return matched;
}
