import { describe, expect, it } from 'vitest';
import { mentionIn, mentionsNothing } from '../../src/domain/mentions.ts';

/** Monday 2026-11-23, 10:00 in New York. */
const NOW = Date.parse('2026-11-23T15:00:00Z');
const read = (text: string) => mentionIn(text, NOW, 'America/New_York');

describe('days in a caller’s words', () => {
  it.each([
    ['tomorrow at 2 PM', '2026-11-24', '2026-11-24'],
    ['Wednesday at 4', '2026-11-25', '2026-11-25'],
    ['next Tuesday around 11 AM', '2026-12-01', '2026-12-01'],
    ['the day after tomorrow', '2026-11-25', '2026-11-25'],
    ['next week', '2026-11-30', '2026-12-06'],
    ['this week please', '2026-11-23', '2026-11-29'],
    ['this weekend', '2026-11-28', '2026-11-29'],
    ['on the 24th', '2026-11-24', '2026-11-24'],
    ['maybe the 2nd', '2026-12-02', '2026-12-02'],
    ['November 24th', '2026-11-24', '2026-11-24'],
    ['sometime in January', '2027-01-01', '2027-01-31'],
    ['Monday or Tuesday next week', '2026-11-30', '2026-12-01'],
    ['Thursday of next week at 3', '2026-12-03', '2026-12-03'],
  ])('%s', (text, from, to) => {
    expect(read(text).days).toEqual({ from, to });
  });

  it('counts from the clinic’s day, not from UTC’s', () => {
    const lateEvening = Date.parse('2026-11-24T04:30:00Z');
    expect(mentionIn('tomorrow', lateEvening, 'America/New_York').days?.from).toBe('2026-11-24');
    expect(mentionIn('tomorrow', lateEvening, 'America/Los_Angeles').days?.from).toBe('2026-11-24');
    expect(mentionIn('today', Date.parse('2026-11-24T05:30:00Z'), 'America/New_York').days?.from).toBe('2026-11-24');
  });
});

describe('times in a caller’s words', () => {
  it.each([
    ['tomorrow at 2 PM', 14 * 60, true],
    ['at two', 14 * 60, false],
    ["eleven o'clock", 11 * 60, false],
    ['half past two', 14 * 60 + 30, false],
    ['quarter to three', 14 * 60 + 45, false],
    ['eleven thirty', 11 * 60 + 30, false],
    ['11 AM works', 11 * 60, true],
    ['at 9 in the morning', 9 * 60, true],
    ['at noon', 12 * 60, true],
    ['14:30', 14 * 60 + 30, true],
    ['How about Wednesday at 4 p.m.?', 16 * 60, true],
  ])('%s', (text, minute, sure) => {
    expect(read(text).at).toEqual({ minute, sure });
  });

  it.each([
    'the second one',
    'my number is 555 010 0142',
    'I need 20 units',
    'for 2 people',
    'on the 24th',
    'two of us',
  ])('finds no time in "%s"', (text) => {
    expect(read(text).at).toBeNull();
  });

  it('reads parts of a day', () => {
    expect(read('Friday afternoon').part).toEqual({ from: 720, to: 1019 });
    expect(read('after 3 PM').part).toEqual({ from: 900, to: 1440 });
    expect(read('between 2 and 4').part).toEqual({ from: 840, to: 960 });
    expect(read('between 9 and 11 am').part).toEqual({ from: 540, to: 660 });
    expect(read('before noon').part).toEqual({ from: 0, to: 719 });
  });

  it('finds nothing where nothing was said', () => {
    const texts = ['', 'Yes, please.', "I'd like Botox", 'my name is May', '…'];
    expect(texts.filter((text) => !mentionsNothing(read(text)))).toEqual([]);
  });
});

describe('words put anew in the same breath', () => {
  it.each([
    ['tomorrow at 2 PM, no wait, Wednesday at 10 AM', '2026-11-25', 600],
    ['tomorrow at 2 PM, actually make that the day after tomorrow at 10 AM', '2026-11-25', 600],
    ['tomorrow, I mean Wednesday, at 2 PM', '2026-11-25', 840],
    ['tomorrow at 2, no, at 3 PM', '2026-11-24', 900],
    ['tomorrow at 2, no, 3 PM', '2026-11-24', 900],
    ['tomorrow at 2 PM, sorry, Thursday', '2026-11-26', 840],
    ['Wednesday or rather Thursday at 10 AM', '2026-11-26', 600],
    ['Wednesday at 10 AM. Scratch that. Thursday. No, wait, Friday', '2026-11-27', 600],
    ['Sorry, do you have tomorrow at 2 PM?', '2026-11-24', 840],
    ['No, tomorrow at 2 PM', '2026-11-24', 840],
    ['Actually tomorrow at 2 PM would be great', '2026-11-24', 840],
    ['tomorrow at 2 PM, sorry, I have a cold', '2026-11-24', 840],
    ["I can't make it on Tuesday, tomorrow week... no wait, Wednesday at 10 AM", '2026-11-25', 600],
  ])('%s', (text, day, minute) => {
    expect(read(text)).toMatchObject({ days: { from: day, to: day }, at: { minute } });
  });
});
