/**
 * Asking again without a word of it: her question broke off with the line, its caller answered what they had of it into
 * the gap, and she says the rest of it, which is asking for that answer. It shows in what both say: with nothing between
 * but the end of one question the caller says the same again, with thanks at the most.
 */
import { type Fault, TICKS_MS } from './faults.ts';
import type { HeardWord, Sentence } from './phone-record.ts';

/** Whether she asked for `lost` by finishing the question that this fault broke off, and `next` is the answer. */
export function isAskedByOwnQuestion(
  lost: Sentence,
  next: Sentence | undefined,
  words: readonly HeardWord[],
  { mode, killedAt, restoredAt }: Fault,
): boolean {
  const isIntoGap = restoredAt !== null && lost.fromAt >= killedAt && lost.fromAt < restoredAt + TICKS_MS;
  if (!isIntoGap || mode !== 'she_spoke' || !next?.text.startsWith(lost.text)) return false;
  const heard = words.filter(({ fromAt, text }) => text !== '' && fromAt >= restoredAt && fromAt < next.fromAt);
  const [first] = heard;
  const last = heard.at(-1);
  if (!first || !last || first.fromAt < lost.toAt || last.toAt > next.fromAt) return false;
  return last.text.endsWith('?') && heard.find(({ text }) => /[.?!]$/.test(text)) === last;
}
