/** A caller's sentences against the record: once each, or fairly asked for again. */
import { describe, expect, it } from 'vitest';
import type { Fault } from './faults.ts';
import type { HeardWord, Sentence } from './phone-record.ts';
import { INAUDIBLE, judgedTurns } from './turns.ts';

const said = (text: string, fromAt: number, toAt = fromAt + 1_000) => ({ text, fromAt, toAt });

/** Her words, of 300 ms each. */
const heard = (text: string, fromAt = 11_500): HeardWord[] =>
  text.split(' ').map((word, n) => ({ text: word, fromAt: fromAt + n * 300, toAt: fromAt + (n + 1) * 300 }));

const FAULT: Fault = {
  callSid: 'CA1',
  killedAt: 10_000,
  restoredAt: 10_600,
  mode: 'caller_spoke',
  goingOn: 'asked_again',
  gapMs: 900,
  answerGapMs: 5_000,
  stages: null,
};

const verdictOf = (sentences: Sentence[], rows: readonly string[], faults: readonly Fault[], words: HeardWord[] = []) =>
  judgedTurns({ sentences, words }, rows, faults);

describe("a caller's sentences", () => {
  it('are in order where the record has each once', () => {
    const verdict = verdictOf([said('Hello.', 0), said('Yes, please.', 5_000)], ['Hello.', 'Yes, please.'], []);
    expect(verdict).toMatchObject({ sentences: 2, recorded: 2, lost: [], doubled: [], strange: [] });
  });

  it('are fairly asked for again when they were spoken into a gap', () => {
    const verdict = verdictOf([said('Yes, please.', 9_500), said('Yes, please.', 13_000)], ['Yes, please.'], [FAULT]);
    expect(verdict).toMatchObject({ askedAgainInGap: 1, askedAgainBeforeGap: 0, lost: [], doubled: [] });
  });

  it('or had ended so shortly before it that nobody had their words', () => {
    const verdict = verdictOf([said('Yes, please.', 8_500), said('Yes, please.', 13_000)], ['Yes, please.'], [FAULT]);
    expect(verdict).toMatchObject({ askedAgainInGap: 0, askedAgainBeforeGap: 1, lost: [], doubled: [] });
  });

  it('are unfairly asked for again when they were long over', () => {
    const verdict = verdictOf([said('Yes, please.', 5_000), said('Yes, please.', 13_000)], ['Yes, please.'], [FAULT]);
    expect(verdict).toMatchObject({ askedAgainUnfairly: ['Yes, please.'], lost: [], doubled: [] });
  });

  it('are not judged when the telephones stood still in the middle of them, unless they were understood all the same', () => {
    const holed = { ...said('Yes, please.', 5_000, 6_300), stoodStillMs: 300 };
    const again = said('Yes, please.', 13_000);
    const unfair = verdictOf([holed, again], ['Yes, please.'], [FAULT]);
    expect(unfair).toMatchObject({ holed: 1, askedAgainUnfairly: [], recorded: 1 });
    expect(verdictOf([holed], [], [FAULT])).toMatchObject({ holed: 1, lost: [] });
    expect(verdictOf([holed], ['Yes, please.'], [FAULT])).toMatchObject({ holed: 0, recorded: 1 });
    expect(verdictOf([{ ...holed, stoodStillMs: 40 }], [], [FAULT])).toMatchObject({
      holed: 0,
      lost: ['Yes, please.'],
    });
  });

  it('are resumed when they were acted on before anybody had their words', () => {
    const verdict = verdictOf([said('Yes, please.', 8_500), said('Bye.', 20_000)], [INAUDIBLE, 'Bye.'], [FAULT]);
    expect(verdict).toMatchObject({ recorded: 1, resumed: 1, lost: [] });
  });

  it('are lost when the record has nothing in their place, or no gap was near', () => {
    expect(verdictOf([said('Yes, please.', 8_500), said('Bye.', 20_000)], ['Bye.'], [FAULT]).lost).toHaveLength(1);
    expect(verdictOf([said('Yes, please.', 5_500)], [INAUDIBLE], [FAULT]).lost).toHaveLength(1);
  });

  it('are doubled when they were recorded and asked for again all the same', () => {
    const twice = ['Yes, please.', 'Yes, please.'];
    const verdict = verdictOf([said('Yes, please.', 5_000), said('Yes, please.', 13_000)], twice, [FAULT]);
    expect(verdict.doubled).toEqual(['Yes, please.']);
  });

  it('are lost when nothing came of them', () => {
    expect(verdictOf([said('Yes, please.', 9_500)], [], [FAULT]).lost).toEqual(['Yes, please.']);
  });

  it('are doubled when the record has them more often than they were said', () => {
    const verdict = verdictOf([said('Hello.', 0), said('Bye.', 2_000)], ['Hello.', 'Hello.', 'Bye.'], []);
    expect(verdict).toMatchObject({ doubled: ['Hello.'], lost: [], strange: [] });
  });

  it('may be two in one breath, and are strange when nobody said them', () => {
    const verdict = verdictOf([said('Hello.', 0), said('Bye.', 1_000)], ['Hello. Bye.', 'Tomorrow.'], []);
    expect(verdict).toMatchObject({ recorded: 2, lost: [], strange: ['Tomorrow.'] });
  });
});

describe('the rest of her own question', () => {
  const BROKEN: Fault = { ...FAULT, mode: 'she_spoke', goingOn: 'went_on' };
  const lost = said('Yes, please.', 10_300);
  const again = said('Yes, please. Thank you.', 14_000);
  const lostOf = (fault: Fault, words: HeardWord[], sentences = [lost, again]) =>
    verdictOf(sentences, [again.text], [fault], words).lost;

  it('asks again for what was spoken into the gap', () => {
    const verdict = verdictOf([lost, again], [again.text], [BROKEN], heard('send it to?'));
    expect(verdict).toMatchObject({ recorded: 1, askedAgainInGap: 1, lost: [], doubled: [], strange: [] });
  });

  it('asks again for what began as the line came back: its beginning may be missing', () => {
    const restoredAt = BROKEN.restoredAt ?? 0;
    const words = heard('send it to?');
    expect(lostOf(BROKEN, words, [said('Yes, please.', restoredAt + 20, restoredAt + 500), again])).toEqual([]);
    expect(lostOf(BROKEN, words, [said('Yes, please.', restoredAt + 60, restoredAt + 540), again])).toHaveLength(1);
  });

  it('is no rest where she had not been asking, or says more than the question, or none', () => {
    expect(lostOf(FAULT, heard('send it to?'))).toHaveLength(1);
    expect(lostOf(BROKEN, heard('at ten. Anything else?'))).toHaveLength(1);
    expect(lostOf(BROKEN, heard('at ten.'))).toHaveLength(1);
    expect(lostOf(BROKEN, [])).toHaveLength(1);
  });

  it('asks for nothing that was said before the line broke, over the new one, or over the question', () => {
    const words = heard('send it to?');
    expect(lostOf(BROKEN, words, [said('Yes, please.', 9_900), again])).toHaveLength(1);
    expect(lostOf(BROKEN, words, [said('Yes, please.', 10_700, 11_400), again])).toHaveLength(1);
    expect(lostOf(BROKEN, heard('send it to?', 10_900))).toHaveLength(1);
  });

  it('is answered by the same once it is out', () => {
    const words = heard('send it to?');
    expect(lostOf(BROKEN, words, [lost])).toHaveLength(1);
    const other = verdictOf([lost, said('No.', 14_000)], ['No.'], [BROKEN], words);
    expect(other.lost).toHaveLength(1);
    const early = said(again.text, 12_300);
    expect(lostOf(BROKEN, words, [lost, early])).toHaveLength(1);
  });
});
