/**
 * Whether each sentence of a caller stands in the record: exactly once, or asked for again and then once. Asking again is
 * fair only of what was spoken into a gap, or so shortly before it that no node can have had the words; into a gap, by
 * the rest of her own question too. Where such a sentence was acted on all the same, its turn was resumed and its words
 * are unknown: the record says so in its place.
 */
import { type Fault, TICKS_MS } from './faults.ts';
import { isAskedByOwnQuestion } from './own-question.ts';
import type { PhoneRecord, Sentence } from './phone-record.ts';

export interface TurnVerdict {
  readonly sentences: number;
  readonly recorded: number;
  /** Asked for again, and spoken into the gap. */
  readonly askedAgainInGap: number;
  /** The same of what was spoken in the second before it. */
  readonly askedAgainBeforeGap: number;
  /** Spoken into the gap or shortly before it, and acted on with its words unknown. */
  readonly resumed: number;
  /** Said with a hole in it, since the telephones stood still, and not understood: nothing is to be learnt of them. */
  readonly holed: number;
  /** Asked for again though no gap was near. */
  readonly askedAgainUnfairly: readonly string[];
  /** Neither recorded, nor resumed, nor asked for again. */
  readonly lost: readonly string[];
  /** In the record more often than said, or recorded and asked for again though no gap was near. */
  readonly doubled: readonly string[];
  /** In the record and never said. */
  readonly strange: readonly string[];
}

/** What the record has of a turn that nobody understood. */
export const INAUDIBLE = '[inaudible]';
/**
 * Until then nobody need have had the words of a sentence: silence tells its end (500 ms), a transcript takes up to 580,
 * and the rest is for a busy machine.
 */
const UNSETTLED_MS = 1_500;

/**
 * Who hears nothing of a line for 200 ms takes it for silence, in the middle of a word. Telephones that stood still catch
 * up with 100 ms of it by themselves.
 */
const HOLE_MS = 100;

type Fate = 'recorded' | 'in_gap' | 'before_gap' | 'resumed' | 'holed' | 'unfair' | 'doubled' | 'lost';

/** `rows`: the caller's turns as the record has them, in order. */
export function judgedTurns(
  { sentences: said, words }: Pick<PhoneRecord, 'sentences' | 'words'>,
  rows: readonly string[],
  faults: readonly Fault[],
): TurnVerdict {
  const texts = rows.flatMap((row) => apart(row, said));
  const rowOf = inCommon(
    said.map(({ text }) => text),
    texts,
  );
  /** Between the rows of the sentences before and after it. */
  const isUnworded = (n: number): boolean => {
    const from = Math.max(-1, ...[...rowOf].filter(([sentence]) => sentence < n).map(([, row]) => row));
    const to = Math.min(texts.length, ...[...rowOf].filter(([sentence]) => sentence > n).map(([, row]) => row));
    return texts.slice(from + 1, to).includes(INAUDIBLE);
  };
  const fates = said.map((sentence, n): Fate => {
    const isAgain = said[n + 1]?.text === sentence.text;
    const isRecorded = rowOf.has(n);
    if (isRecorded && !isAgain) return 'recorded';
    if (faults.some((fault) => isAskedByOwnQuestion(sentence, said[n + 1], words, fault))) return 'in_gap';
    const place = placeOf(sentence, faults);
    if (isAgain && place !== null) return place;
    if ((sentence.stoodStillMs ?? 0) >= HOLE_MS) return 'holed';
    if (isAgain) return isRecorded ? 'doubled' : 'unfair';
    return place !== null && isUnworded(n) ? 'resumed' : 'lost';
  });
  const count = (fate: Fate): number => fates.filter((each) => each === fate).length;
  const textsOf = (fate: Fate): string[] => said.flatMap(({ text }, n) => (fates[n] === fate ? [text] : []));
  const matched = new Set(rowOf.values());
  const unmatched = texts.filter((text, n) => text !== INAUDIBLE && !matched.has(n));
  const wasSaid = (row: string): boolean => said.some(({ text }) => text === row);
  return {
    sentences: said.length,
    recorded: rowOf.size,
    askedAgainInGap: count('in_gap'),
    askedAgainBeforeGap: count('before_gap'),
    resumed: count('resumed'),
    holed: count('holed'),
    askedAgainUnfairly: textsOf('unfair'),
    lost: textsOf('lost'),
    doubled: [...textsOf('doubled'), ...unmatched.filter(wasSaid)],
    strange: unmatched.filter((row) => !wasSaid(row)),
  };
}

/** Where a sentence was spoken, if any gap is near. */
function placeOf({ fromAt, toAt }: Sentence, faults: readonly Fault[]): 'in_gap' | 'before_gap' | null {
  const isTouched = (until: number): boolean =>
    faults.some(({ killedAt, restoredAt }) => until > killedAt && fromAt < (restoredAt ?? killedAt) + TICKS_MS);
  if (isTouched(toAt)) return 'in_gap';
  return isTouched(toAt + UNSETTLED_MS) ? 'before_gap' : null;
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

/** The longest common subsequence: of each sentence in it, its row. */
function inCommon(sentences: readonly string[], rows: readonly string[]): ReadonlyMap<number, number> {
  /** Of what is left from these two on, by `i,j`. */
  const lengths = new Map<string, number>();
  const at = (i: number, j: number): number => lengths.get(`${i},${j}`) ?? 0;
  for (let i = sentences.length - 1; i >= 0; i--) {
    for (let j = rows.length - 1; j >= 0; j--) {
      lengths.set(`${i},${j}`, sentences[i] === rows[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1)));
    }
  }
  const rowOf = new Map<number, number>();
  for (let i = 0, j = 0; i < sentences.length && j < rows.length; ) {
    if (at(i + 1, j) === at(i, j)) i++;
    else if (at(i, j + 1) === at(i, j)) j++;
    else rowOf.set(i++, j++);
  }
  return rowOf;
}
