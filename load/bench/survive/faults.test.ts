/** Gaps as a telephone hears them: what ends one, and what does not. */
import { describe, expect, it } from 'vitest';
import { faultsOf } from './faults.ts';
import type { HeardWord, LineEvent, PhoneRecord, Sentence } from './phone-record.ts';

const KILL = 10_000;
const WORD_MS = 300;

/** Words one after the other, of 300 ms each. */
function spoken(text: string, fromAt: number): HeardWord[] {
  return text
    .split(' ')
    .map((word, n) => ({ text: word, fromAt: fromAt + n * WORD_MS, toAt: fromAt + (n + 1) * WORD_MS }));
}

const CUT = (fromAt: number): HeardWord => ({ text: '', fromAt, toAt: KILL + 20 });

/** A line that breaks 20 ms after the kill and is back after half a second. */
const LINE: LineEvent[] = [
  { type: 'opened', at: 0 },
  { type: 'sounded', at: 100 },
  { type: 'ended', at: KILL + 20, isMeant: false },
  { type: 'asked', at: KILL + 170, answeredAt: KILL + 200, isAnswered: true },
  { type: 'opened', at: KILL + 500 },
  { type: 'sounded', at: KILL + 800 },
];

function call(words: HeardWord[], sentences: Sentence[] = [], line = LINE): PhoneRecord {
  return {
    callSid: 'CA1',
    from: '+15550300001',
    words,
    sentences,
    line,
    endedAt: 60_000,
    isMeant: true,
    ending: 'twiml',
  };
}

const faultOf = (record: PhoneRecord) => faultsOf(record, [KILL]).faults[0];

describe('a gap', () => {
  it('ends with the first word of the sentence that goes on', () => {
    const words = [...spoken('We are open', KILL - 900), CUT(KILL), ...spoken('from nine.', KILL + 900)];
    expect(faultOf(call(words))).toMatchObject({ mode: 'she_spoke', goingOn: 'went_on', gapMs: 900, answerGapMs: 900 });
  });

  it('is not ended by "one moment"', () => {
    const said = { text: 'And on Sunday?', fromAt: KILL - 1_000, toAt: KILL - 100 };
    const words = [...spoken('One moment, please.', KILL + 800), ...spoken('Ten to four.', KILL + 2_000)];
    expect(faultOf(call(words, [said]))).toMatchObject({ mode: 'answer_due', goingOn: 'went_on', gapMs: 2_000 });
  });

  it('is counted from the end of what a caller says who takes the floor before she goes on, but not of impatience', () => {
    const cut = [...spoken('We are open', KILL - 900), CUT(KILL)];
    const soon = { text: 'Tomorrow, please.', fromAt: KILL + 700, toAt: KILL + 2_000 };
    expect(faultOf(call([...cut, ...spoken('Tomorrow.', KILL + 3_000)], [soon]))).toMatchObject({ gapMs: 1_000 });
    const late = { text: 'Are you there?', fromAt: KILL + 8_000, toAt: KILL + 9_000 };
    expect(faultOf(call([...cut, ...spoken('Yes.', KILL + 9_500)], [late]))).toMatchObject({ gapMs: 9_500 });
  });

  it('ends for the caller who is asked again with being asked, and for the strict with the answer', () => {
    const said = { text: 'And on Sunday?', fromAt: KILL - 500, toAt: KILL + 400 };
    const again = { ...said, fromAt: KILL + 5_000, toAt: KILL + 6_000 };
    const words = [
      ...spoken("I'm sorry, I lost you for a moment. Could you say that again?", KILL + 900),
      ...spoken('Ten to four.', KILL + 7_000),
    ];
    expect(faultOf(call(words, [said, again]))).toMatchObject({
      mode: 'caller_spoke',
      goingOn: 'asked_again',
      gapMs: 500,
      answerGapMs: 6_600,
    });
  });

  it('is none where her question was out and the caller answers over the new line', () => {
    const said = { text: 'Yes, please.', fromAt: KILL + 900, toAt: KILL + 1_500 };
    const words = [...spoken('Does that suit you?', KILL - 2_000), ...spoken('Great.', KILL + 3_000)];
    expect(faultOf(call(words, [said]))).toMatchObject({ mode: 'nothing_due', goingOn: 'nothing_due', gapMs: null });
  });

  it('is one where the caller answers before there is a line', () => {
    const said = { text: 'Yes.', fromAt: KILL + 100, toAt: KILL + 400 };
    const words = [...spoken('Does that suit you?', KILL - 2_000), ...spoken('Are you still there?', KILL + 10_400)];
    expect(faultOf(call(words, [said]))).toMatchObject({ goingOn: 'asked_again', gapMs: 10_000, answerGapMs: null });
  });

  it('is none behind a goodbye that was heard to its end', () => {
    const said = { text: "No, that's all. Goodbye.", fromAt: KILL - 4_000, toAt: KILL - 2_000 };
    const goodbye = spoken('Thank you for calling. Goodbye!', KILL - 1_490);
    expect(faultOf(call(goodbye, [said]))).toMatchObject({ mode: 'nothing_due', goingOn: 'nothing_due', gapMs: null });
  });

  it('tells silence where a goodbye broke off, came before the last that was said, or nobody meant it', () => {
    const said = { text: "No, that's all. Goodbye.", fromAt: KILL - 4_000, toAt: KILL - 2_000 };
    const goodbye = spoken('Thank you for calling. Goodbye!', KILL - 1_490);
    const broken = [...goodbye.slice(0, -1), CUT(KILL - 290)];
    expect(faultOf(call(broken, [said]))).toMatchObject({ mode: 'she_spoke', goingOn: 'silence' });
    const late = { ...said, toAt: KILL - 100 };
    expect(faultOf(call(goodbye, [late]))).toMatchObject({ goingOn: 'silence' });
    const unmeant = { ...call(goodbye, [said]), isMeant: false };
    expect(faultOf(unmeant)).toMatchObject({ mode: 'she_spoke', goingOn: 'silence' });
  });

  it('tells silence for good', () => {
    const words = [...spoken('We are open', KILL - 900), CUT(KILL)];
    expect(faultOf(call(words))).toMatchObject({ mode: 'she_spoke', goingOn: 'silence', gapMs: null });
  });

  it('tells where its time went', () => {
    const words = [...spoken('We are open', KILL - 900), CUT(KILL), ...spoken('from nine.', KILL + 900)];
    const stages = { brokenMs: 20, askedMs: 170, answeredMs: 200, openedMs: 500, soundedMs: 800 };
    expect(faultOf(call(words))?.stages).toEqual(stages);
  });
});

describe('a line that breaks', () => {
  it('with nobody killed is unexplained', () => {
    expect(faultsOf(call([]), [KILL - 9_000])).toEqual({ faults: [], unexplained: 1 });
  });

  it('as it should is no fault', () => {
    const line: LineEvent[] = [{ type: 'ended', at: KILL + 20, isMeant: true }];
    expect(faultsOf(call([], [], line), [KILL])).toEqual({ faults: [], unexplained: 0 });
  });

  it('a second time before it came about is the same fault', () => {
    const line: LineEvent[] = [
      ...LINE.slice(0, 4),
      { type: 'ended', at: KILL + 300, isMeant: false },
      ...LINE.slice(4),
    ];
    expect(faultsOf(call(spoken('We are', KILL - 600), [], line), [KILL]).faults).toHaveLength(1);
  });
});
