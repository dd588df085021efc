/** Days in callers' sentences. "Not understood" is a result too: null, and never a guess. */
import { describe, expect, it } from 'vitest';
import { mentionIn } from '../../src/domain/mentions.ts';

/** Monday 2026-11-23, 10:00 in New York. */
const MONDAY = Date.parse('2026-11-23T15:00:00Z');
const daysOf = (text: string, now = MONDAY): string | null => {
  const { days } = mentionIn(text, now, 'America/New_York');
  if (!days) return null;
  return days.from === days.to ? days.from : `${days.from}..${days.to}`;
};

describe('a day in a caller’s words', () => {
  it.each([
    ['Can I come in today?', '2026-11-23'],
    ['do you have anything this afternoon', '2026-11-23'],
    ['tonight if possible', '2026-11-23'],
    ['first thing tomorrow', '2026-11-24'],
    ['the day after tomorrow', '2026-11-25'],
    ['in 3 days', '2026-11-26'],
    ['in a week', '2026-11-30'],
    ['two weeks from now', '2026-12-07'],
    ['a week from Friday', '2026-12-04'],
    ['Friday week', '2026-12-04'],
    ['a week from today', '2026-11-30'],
    ['this Tuesday', '2026-11-24'],
    ['Monday', '2026-11-23'],
    ['next Monday', '2026-11-30'],
    ['this coming Friday', '2026-11-27'],
    ['Friday next week', '2026-12-04'],
    ['tues 11am', '2026-11-24'],
    ['on Weds', '2026-11-25'],
    ['sat at 3', '2026-11-28'],
    ['Wednesday November 25th at 4 PM', '2026-11-25'],
    ['Monday the 30th', '2026-11-30'],
    ['Tuesday the 1st', '2026-12-01'],
    ['Friday the 4th at noon', '2026-12-04'],
    ['on the 30th', '2026-11-30'],
    ['the 31st', '2026-12-31'],
    ['on the twenty-fourth', '2026-11-24'],
    ['the twenty fourth', '2026-11-24'],
    ['the 24th of next month', '2026-12-24'],
    ['December the second', '2026-12-02'],
    ['the first of December', '2026-12-01'],
    ['3rd December', '2026-12-03'],
    ['Dec 3', '2026-12-03'],
    ['12/3 at 4', '2026-12-03'],
    ['11/30/2026', '2026-11-30'],
    ['the 5th of January at 9', '2027-01-05'],
    ['2027-01-05', '2027-01-05'],
  ])('%s', (text, day) => {
    expect(daysOf(text)).toBe(day);
  });

  it.each([
    ['Monday', '2026-11-30', '2026-12-07'],
    ['Tuesday', '2026-12-01', '2026-12-01'],
    ['Wednesday', '2026-12-02', '2026-12-02'],
    ['Thursday', '2026-12-03', '2026-12-03'],
    ['Friday', '2026-12-04', '2026-12-04'],
    ['Saturday', '2026-12-05', '2026-12-05'],
    ['Sunday', '2026-12-06', '2026-12-06'],
  ])('next %s, said on the Monday before, is in the week that follows', (name, said, onNextMonday) => {
    expect(daysOf(`next ${name}`)).toBe(said);
    // Said a week later on a Monday, it is a week later still; only "next Monday" is counted from that same day.
    const later = daysOf(`next ${name}`, MONDAY + 7 * 86_400_000);
    expect(Date.parse(later ?? '') - Date.parse(said)).toBe(7 * 86_400_000);
    expect(daysOf(name, Date.parse('2026-12-01T15:00:00Z'))).toBe(onNextMonday);
  });

  it.each([
    ['tomorrow', '2026-12-31T23:50:00-05:00', '2027-01-01'],
    ['the 2nd', '2026-12-30T10:00:00-05:00', '2027-01-02'],
    ['Friday', '2026-12-31T10:00:00-05:00', '2027-01-01'],
    ['January 4th', '2026-12-30T10:00:00-05:00', '2027-01-04'],
    ['in January', '2026-12-30T10:00:00-05:00', '2027-01-01..2027-01-31'],
    ['next week', '2026-12-30T10:00:00-05:00', '2027-01-04..2027-01-10'],
    ['next month', '2026-12-30T10:00:00-05:00', '2027-01-01..2027-01-31'],
    ['February 29th', '2028-02-20T10:00:00-05:00', '2028-02-29'],
    ['the 29th', '2028-02-20T10:00:00-05:00', '2028-02-29'],
    ['the 29th', '2027-02-20T10:00:00-05:00', '2027-03-29'],
    ['tomorrow', '2028-02-28T10:00:00-05:00', '2028-02-29'],
    ['tomorrow', '2027-02-28T10:00:00-05:00', '2027-03-01'],
    ['the 31st', '2027-04-10T10:00:00-04:00', '2027-05-31'],
    ['February 29th', '2026-11-23T10:00:00-05:00', null],
  ])('%s, said on %s', (text, at, day) => {
    expect(daysOf(text, Date.parse(at))).toBe(day);
  });
});

describe('several days in a caller’s words', () => {
  it.each([
    ['this weekend', '2026-11-28..2026-11-29'],
    ['next weekend', '2026-12-05..2026-12-06'],
    ['Sat or Sun', '2026-11-28..2026-11-29'],
    ['Tuesday or Thursday afternoon', '2026-11-24..2026-11-26'],
    ['Monday through Wednesday', '2026-11-23..2026-11-25'],
    ['between Monday and Wednesday', '2026-11-23..2026-11-25'],
    ['from the 24th to the 27th', '2026-11-24..2026-11-27'],
    ['between the 1st and the 5th of December', '2026-12-01..2026-12-05'],
    ['December 1st through the 5th', '2026-12-01..2026-12-05'],
    ['one day next week', '2026-11-30..2026-12-06'],
    ['the week after next', '2026-12-07..2026-12-13'],
    ['the week of December 7th', '2026-12-07..2026-12-13'],
    ['by the end of the week', '2026-11-23..2026-11-29'],
    ['the end of the month', '2026-11-24..2026-11-30'],
    ['sometime in November', '2026-11-01..2026-11-30'],
    ['mid December', '2026-12-11..2026-12-20'],
    ['January', '2027-01-01..2027-01-31'],
    ['after the 24th', '2026-11-25..2026-12-08'],
    ['after Tuesday', '2026-11-25..2026-12-08'],
    ['before Friday', '2026-11-23..2026-11-26'],
    ['by Friday', '2026-11-23..2026-11-27'],
    ['from Tuesday on', '2026-11-24..2026-12-07'],
    ['same time next week', '2026-11-30..2026-12-06'],
  ])('%s', (text, days) => {
    expect(daysOf(text)).toBe(days);
  });
});

describe('words that name no day to come', () => {
  it.each([
    'any other day?',
    'whenever',
    'the day after',
    'the following week',
    'the week after',
    'weekday mornings',
    'every other day',
    'in the spring',
    'last Tuesday',
    'I had it done last week',
    'I was there 2 weeks ago',
    'just a second',
    'one second please',
    'give me 5 minutes',
    'wait a minute',
    'I am driving right now',
    'it takes 2 days to heal',
    'I have waited 4 weeks',
    'you are open 24/7',
    'half a syringe, so 1/2 syringe',
    'Tuesday the 3rd',
    'last time',
    'demain à 14h',
    'mañana a las dos',
    'May I ask something?',
    'May two of us come?',
    'I may come',
    'we march on',
    'it costs 350 dollars',
    'I am 35 years old',
  ])('%s', (text) => {
    expect(daysOf(text)).toBeNull();
  });
});

describe('days that a caller refuses', () => {
  it.each([
    ['not Friday', null],
    ['any day but Friday', null],
    ['any day next week but Friday', '2026-11-30..2026-12-06'],
    ['anything except Monday', null],
    ['I can’t do Tuesday', null],
    ['Tuesday doesn’t work for me', null],
    ['Tuesday is too early', null],
    ["I'm not sure if Tuesday works", null],
    ['Tuesday, not Wednesday', '2026-11-24'],
    ['not Tuesday but Wednesday', '2026-11-25'],
    ["Tuesday doesn't work, how about Thursday?", '2026-11-26'],
    ["I can't do Tuesday but Wednesday works", '2026-11-25'],
    ['Wednesday instead of Tuesday', '2026-11-25'],
    ["I'd rather Wednesday than Tuesday", '2026-11-25'],
    ["Don't you have anything on Tuesday?", '2026-11-24'],
    ["Can't I come Tuesday?", '2026-11-24'],
    ['Why not Friday?', '2026-11-27'],
    ["I don't mind Tuesday", '2026-11-24'],
    ["Tuesday if that's not a problem", '2026-11-24'],
  ])('%s', (text, day) => {
    expect(daysOf(text)).toBe(day);
  });
});

describe('the clinic’s own day', () => {
  it.each([
    ['America/New_York', '2026-11-24T04:50:00Z', '2026-11-24'],
    ['America/New_York', '2026-11-24T05:00:00Z', '2026-11-25'],
    ['America/Los_Angeles', '2026-11-24T07:50:00Z', '2026-11-24'],
    ['Asia/Kathmandu', '2026-11-23T18:05:00Z', '2026-11-24'],
    ['Asia/Kathmandu', '2026-11-23T18:15:00Z', '2026-11-25'],
    ['Pacific/Kiritimati', '2026-11-23T10:00:00Z', '2026-11-25'],
    ['Pacific/Pago_Pago', '2026-11-24T10:50:00Z', '2026-11-24'],
  ])('counts tomorrow in %s at %s', (timeZone, at, day) => {
    expect(mentionIn('tomorrow', Date.parse(at), timeZone).days).toEqual({ from: day, to: day });
  });
});
