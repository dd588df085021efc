import { describe, expect, it } from 'vitest';
import { agrees } from '../../src/domain/agreement.ts';
import { dateline, listed, spokenDay, spokenMinute, spokenMoment, spokenPrice } from '../../src/domain/spoken.ts';
import { clinicOf } from '../support/clinics.ts';

describe('times as they are said', () => {
  it.each([
    [0, '12 AM'],
    [30, '12:30 AM'],
    [540, '9 AM'],
    [605, '10:05 AM'],
    [719, '11:59 AM'],
    [720, '12 PM'],
    [750, '12:30 PM'],
    [840, '2 PM'],
    [1_439, '11:59 PM'],
    [1_440, '12 AM'],
  ])('minute %i is %s', (minute, said) => {
    expect(spokenMinute(minute)).toBe(said);
  });

  it.each([
    ['2026-11-23', 'today, Monday, November 23rd'],
    ['2026-11-24', 'tomorrow, Tuesday, November 24th'],
    ['2026-11-25', 'Wednesday, November 25th'],
    ['2026-11-22', 'Sunday, November 22nd'],
    ['2026-12-01', 'Tuesday, December 1st'],
    ['2026-12-11', 'Friday, December 11th'],
    ['2026-12-12', 'Saturday, December 12th'],
    ['2026-12-13', 'Sunday, December 13th'],
    ['2026-12-21', 'Monday, December 21st'],
    ['2026-12-31', 'Thursday, December 31st'],
    ['2028-02-29', 'Tuesday, February 29th'],
  ])('%s is %s', (date, said) => {
    expect(spokenDay(date, '2026-11-23')).toBe(said);
  });

  it('tell tomorrow by the clinic’s midnight', () => {
    const clinic = clinicOf({ timeZone: 'America/New_York' });
    const at = Date.parse('2026-11-24T14:00:00-05:00');
    expect(spokenMoment(at, Date.parse('2026-11-23T23:50:00-05:00'), clinic)).toBe(
      'tomorrow, Tuesday, November 24th at 2 PM',
    );
    expect(spokenMoment(at, Date.parse('2026-11-24T00:10:00-05:00'), clinic)).toBe(
      'today, Tuesday, November 24th at 2 PM',
    );
  });

  it('are said in the clinic’s language', () => {
    const clinic = clinicOf({ timeZone: 'Europe/Berlin', language: 'de-DE' });
    const said = spokenMoment(Date.parse('2026-11-24T14:00:00+01:00'), Date.UTC(2026, 10, 23), clinic);
    expect(said).toMatch(/Dienstag.*24\. November.*14:00/);
  });
});

describe('the dateline', () => {
  it.each([
    ['2026-11-24T04:50:00Z', 'Monday, 2026-11-23, 23:50 (America/New_York, 2026-11-23T23:50:00-05:00)'],
    ['2026-11-24T05:00:00Z', 'Tuesday, 2026-11-24, 00:00 (America/New_York, 2026-11-24T00:00:00-05:00)'],
    ['2027-03-14T07:00:00Z', 'Sunday, 2027-03-14, 03:00 (America/New_York, 2027-03-14T03:00:00-04:00)'],
  ])('at %s is %s', (at, line) => {
    expect(dateline(Date.parse(at), 'America/New_York')).toBe(line);
  });
});

it.each([
  [0, 'free of charge'],
  [350_00, '$350'],
  [99_50, '$99.50'],
  [5, '$0.05'],
  [1_234_00, '$1234'],
])('%i cents are %s', (cents, said) => {
  expect(spokenPrice(cents)).toBe(said);
});

it('lists are said with one "and" or "or"', () => {
  expect(listed([])).toBe('');
  expect(listed(['A'])).toBe('A');
  expect(listed(['A', 'B'], 'or')).toBe('A or B');
  expect(listed(['A', 'B', 'C'])).toBe('A, B and C');
});

describe('agreement', () => {
  it.each([
    'Yes',
    'yeah sure',
    'okay',
    'sounds good',
    'perfect!',
    'no problem, book it',
    'go ahead please',
    'that works',
    'no, that’s fine, book it',
  ])('is in "%s"', (words) => {
    expect(agrees(words)).toBe(true);
  });
  it.each([
    'no',
    'nope',
    'not really',
    'yes but not then',
    'good morning',
    'are you sure?',
    'did you book it?',
    'no don’t book it',
    'wait',
    '',
    'fine lines',
  ])('is not in "%s"', (words) => {
    expect(agrees(words)).toBe(false);
  });
});
