/** A caller's sentences against the record: once each, or fairly asked for again. */
import { describe, expect, it } from 'vitest';
import type { Fault } from './faults.ts';
import { INAUDIBLE, judgedTurns } from './turns.ts';

const said = (text: string, fromAt: number, toAt = fromAt + 1_000) => ({ text, fromAt, toAt });

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

describe("a caller's sentences", () => {
  it('are in order where the record has each once', () => {
    const verdict = judgedTurns([said('Hello.', 0), said('Yes, please.', 5_000)], ['Hello.', 'Yes, please.'], []);
    expect(verdict).toMatchObject({ sentences: 2, recorded: 2, lost: [], doubled: [], strange: [] });
  });

  it('are fairly asked for again when they were spoken into a gap', () => {
    const verdict = judgedTurns([said('Yes, please.', 9_500), said('Yes, please.', 13_000)], ['Yes, please.'], [FAULT]);
    expect(verdict).toMatchObject({ askedAgainInGap: 1, askedAgainBeforeGap: 0, lost: [], doubled: [] });
  });

  it('or had ended so shortly before it that nobody had their words', () => {
    const verdict = judgedTurns([said('Yes, please.', 8_500), said('Yes, please.', 13_000)], ['Yes, please.'], [FAULT]);
    expect(verdict).toMatchObject({ askedAgainInGap: 0, askedAgainBeforeGap: 1, lost: [], doubled: [] });
  });

  it('are unfairly asked for again when they were long over', () => {
    const verdict = judgedTurns([said('Yes, please.', 5_000), said('Yes, please.', 13_000)], ['Yes, please.'], [FAULT]);
    expect(verdict).toMatchObject({ askedAgainUnfairly: ['Yes, please.'], lost: [], doubled: [] });
  });

  it('are resumed when they were acted on before anybody had their words', () => {
    const verdict = judgedTurns([said('Yes, please.', 8_500), said('Bye.', 20_000)], [INAUDIBLE, 'Bye.'], [FAULT]);
    expect(verdict).toMatchObject({ recorded: 1, resumed: 1, lost: [] });
  });

  it('are lost when the record has nothing in their place, or no gap was near', () => {
    expect(judgedTurns([said('Yes, please.', 8_500), said('Bye.', 20_000)], ['Bye.'], [FAULT]).lost).toHaveLength(1);
    expect(judgedTurns([said('Yes, please.', 5_500)], [INAUDIBLE], [FAULT]).lost).toHaveLength(1);
  });

  it('are doubled when they were recorded and asked for again all the same', () => {
    const twice = ['Yes, please.', 'Yes, please.'];
    const verdict = judgedTurns([said('Yes, please.', 5_000), said('Yes, please.', 13_000)], twice, [FAULT]);
    expect(verdict.doubled).toEqual(['Yes, please.']);
  });

  it('are lost when nothing came of them', () => {
    expect(judgedTurns([said('Yes, please.', 9_500)], [], [FAULT]).lost).toEqual(['Yes, please.']);
  });

  it('are doubled when the record has them more often than they were said', () => {
    const verdict = judgedTurns([said('Hello.', 0), said('Bye.', 2_000)], ['Hello.', 'Hello.', 'Bye.'], []);
    expect(verdict).toMatchObject({ doubled: ['Hello.'], lost: [], strange: [] });
  });

  it('may be two in one breath, and are strange when nobody said them', () => {
    const verdict = judgedTurns([said('Hello.', 0), said('Bye.', 1_000)], ['Hello. Bye.', 'Tomorrow.'], []);
    expect(verdict).toMatchObject({ recorded: 2, lost: [], strange: ['Tomorrow.'] });
  });
});
