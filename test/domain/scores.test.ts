import { describe, expect, it } from 'vitest';
import { type Judgement, scoreOf } from '../../src/domain/scores.ts';

const judgement: Judgement = {
  sentiment: 'positive',
  satisfaction: 8.5,
  wanted: 'The caller wanted Botox tomorrow at two.',
  happened: 'It was booked with Priya.',
  topics: ['botox booking'],
  followUpNeeded: false,
};

const summaryOf = (wanted: string, happened = 'It was booked.') =>
  scoreOf({ ...judgement, wanted, happened })?.summary ?? undefined;

describe('the score of a judgement', () => {
  it('is what was judged, its two sentences as one summary', () => {
    expect(scoreOf(judgement)).toEqual({
      sentiment: 'positive',
      satisfaction: 8.5,
      summary: 'The caller wanted Botox tomorrow at two. It was booked with Priya.',
      topics: ['botox booking'],
      followUpNeeded: false,
    });
  });

  it.each([
    [1, 1],
    [10, 10],
    [7.25, 7.3],
    [9.999, 10],
  ])('takes a satisfaction of %s as %s', (satisfaction, taken) => {
    expect(scoreOf({ ...judgement, satisfaction })?.satisfaction).toBe(taken);
  });

  it.each([0, 0.99, 10.01, 100, -5, Number.NaN, Number.POSITIVE_INFINITY])(
    'is none for a satisfaction of %s',
    (satisfaction) => {
      expect(scoreOf({ ...judgement, satisfaction })).toBeUndefined();
    },
  );

  it.each([
    ['a whole story', 'She wanted Botox. She also wanted a peel. Then she left.', 'She wanted Botox.'],
    [
      'titles and initials',
      'He asked for Dr. Elena Ruiz or J. Lee at St. Mary. She was out.',
      'He asked for Dr. Elena Ruiz or J. Lee at St. Mary.',
    ],
    ['a number with a point', 'She paid 3.5 times too much.', 'She paid 3.5 times too much.'],
    ['no stop', 'A refund', 'A refund.'],
    ['a question', 'Was she open? Yes.', 'Was she open?'],
    ['a quotation', '"Never again." That was all.', '"Never again."'],
    ['lines and controls', '  A\n\tre\u0000fund\u202e, please \ud800', 'A re fund , please.'],
  ])('has one sentence of %s', (_, said, kept) => {
    expect(summaryOf(said)).toBe(`${kept} It was booked.`);
  });

  it('is none where a sentence says nothing', () => {
    for (const nothing of ['', '  ', '…', '42', '\u0000']) expect(summaryOf(nothing)).toBeUndefined();
    expect(summaryOf('A refund.', '')).toBeUndefined();
  });

  it('has a summary of bounded length, whatever was written', () => {
    const long = summaryOf(`She wanted ${'a very '.repeat(500)}long peel.`, 'x'.repeat(5_000)) ?? '';
    expect(long.length).toBeLessThan(500);
    expect(long).toMatch(/^She wanted a very .* a( very)?… x{240}…$/);
  });

  it('has a few short topics, each once', () => {
    const topics = ['Botox booking', 'botox  booking', '', 'price', 'y'.repeat(100), 'three', 'four', 'five', 'six'];
    const kept = scoreOf({ ...judgement, topics })?.topics ?? [];
    expect(kept).toHaveLength(5);
    expect(kept.slice(0, 2)).toEqual(['botox booking', 'price']);
    expect(Math.max(...kept.map(({ length }) => length))).toBeLessThanOrEqual(41);
  });
});
