/**
 * What callers say when asked when, as one table: clinic, moment, words, and what they mean, worked out with a calendar.
 * Days are `2026-11-24`, or `from..to`, then the weekdays they are narrowed to; `?` where another week or month could be
 * meant as well. Times are `14:00`, `14:00?` where AM or PM was not said, or a stretch of starts, both included.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { clockText } from '../../src/domain/clinic-time.ts';
import { type Mention, mentionIn } from '../../src/domain/mentions.ts';

type Row = readonly [words: string, days: string, time?: string];

const NEW_YORK = 'America/New_York';
const NAMES = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const daysOf = ({ days, leftOpen, weekdays }: Mention): string => {
  const range = !days ? '' : days.from === days.to ? days.from : `${days.from}..${days.to}`;
  const narrowed = weekdays?.map((weekday) => NAMES[weekday] ?? '').join(' ') ?? '';
  return `${range}${leftOpen ? '?' : ''} ${narrowed}`.trim();
};

const timeOf = ({ at, part, soonest }: Mention): string => {
  const time = at ? `${clockText(at.minute)}${at.sure ? '' : '?'}` : '';
  const stretch = part && !at ? `${clockText(part.from)}-${clockText(part.to)}` : '';
  return `${time}${stretch}${soonest ? ' soonest' : ''}`.trim();
};

/** The calendar of the first table: 23 November 2026 is a Monday, 1 December a Tuesday, 1 January 2027 a Friday. */
const MONDAY: readonly Row[] = [
  ['today', '2026-11-23'],
  ['tomorrow', '2026-11-24'],
  ['the day after tomorrow', '2026-11-25'],
  ['day after tomorrow at ten', '2026-11-25', '10:00?'],
  ['a week from today', '2026-11-30'],
  ['a week from tomorrow', '2026-12-01'],
  ['a week tomorrow', '2026-12-01'],
  ['tomorrow week', '2026-12-01'],
  ['Tuesday week', '2026-12-01'],
  ['a week from Friday', '2026-12-04'],
  ['a week on Thursday', '2026-12-03'],
  ['a fortnight from today', '2026-12-07'],
  ['in a fortnight', '2026-12-07'],
  ['Tuesday fortnight', '2026-12-08'],
  ['two weeks from Tuesday', '2026-12-08'],
  ['two weeks on Tuesday', '2026-12-08'],
  ['in two weeks', '2026-12-07'],
  ['two weeks from now', '2026-12-07'],
  ['in two weeks’ time', '2026-12-07'],
  ['in a couple of weeks', '2026-12-07'],
  ['in three days', '2026-11-26'],
  ['in ten days', '2026-12-03'],
  ['ten days from now', '2026-12-03'],
  ['in a couple of days', '2026-11-25'],
  ['in a month', '2026-12-23'],
  ['this Tuesday', '2026-11-24'],
  ['this coming Thursday', '2026-11-26'],
  ['next Tuesday', '2026-12-01'],
  ['next Monday', '2026-11-30'],
  ['next Sunday', '2026-12-06'],
  ['Monday', '2026-11-23?'],
  ['Tuesday', '2026-11-24?'],
  ['on Sunday', '2026-11-29?'],
  ['Thursday of next week', '2026-12-03'],
  ['Wednesday next week', '2026-12-02'],
  ['next week on Wednesday at 4 PM', '2026-12-02', '16:00'],
  ['Wednesday morning, December 2nd', '2026-12-02', '00:00-11:59'],
  ['Wednesday at 4 PM on December 2nd', '2026-12-02', '16:00'],
  ['Thursday December 3rd at 2', '2026-12-03', '14:00?'],
  ['Friday the 4th', '2026-12-04'],
  ['Monday the 30th', '2026-11-30'],
  ['the 3rd', '2026-12-03?'],
  ['on the 1st', '2026-12-01?'],
  ['the twenty-eighth', '2026-11-28?'],
  ['the 23rd', '2026-11-23?'],
  ['the 12th or the 13th', '2026-12-12..2026-12-13?'],
  ['the third of March', '2027-03-03'],
  ['March 3rd', '2027-03-03'],
  ['March the third', '2027-03-03'],
  ['3/14', '2027-03-14'],
  ['14/3', '2027-03-14'],
  ['the 24th of next month', '2026-12-24'],
  ['not until next week', '2026-11-30..2026-12-13'],
  ['after next week', '2026-12-07..2026-12-20'],
  ['next week or the week after', '2026-11-30..2026-12-13'],
  ['tomorrow or Wednesday', '2026-11-24..2026-11-25'],
  ['Tuesday the 24th or Thursday the 26th', '2026-11-24..2026-11-26 Tue Thu'],
  ['Tuesdays and Thursdays', 'Tue Thu'],
  ['not Tuesday, Wednesday', '2026-11-25?'],
  ['Tuesday at two doesn’t work, what else do you have?', ''],
  ['Merry Christmas! Do you have tomorrow?', '2026-11-24'],
  ['12/3', '2026-12-03'],
  ['on 12/3/2026', '2026-12-03'],
  ['3 December', '2026-12-03'],
  ['Dec. 3rd', '2026-12-03'],
  ['the 3rd of December at three', '2026-12-03', '15:00?'],
  ['January 4th', '2027-01-04'],
  ['November 20th', '2027-11-20'],
  ['November 20th, 2026', '2026-11-20'],
  ['yesterday', '2026-11-22'],
  ['this weekend', '2026-11-28..2026-11-29'],
  ['over the weekend', '2026-11-28..2026-11-29'],
  ['next weekend', '2026-12-05..2026-12-06'],
  ['this week', '2026-11-23..2026-11-29'],
  ['later this week', '2026-11-24..2026-11-29'],
  ['the end of the week', '2026-11-26..2026-11-29'],
  ['by the end of the week', '2026-11-23..2026-11-29'],
  ['next week', '2026-11-30..2026-12-06'],
  ['early next week', '2026-11-30..2026-12-02'],
  ['at the beginning of next week', '2026-11-30..2026-12-02'],
  ['the middle of next week', '2026-12-01..2026-12-03'],
  ['late next week', '2026-12-03..2026-12-06'],
  ['towards the end of next week', '2026-12-03..2026-12-06'],
  ['the week after next', '2026-12-07..2026-12-13'],
  ['the week of the 12th', '2026-12-07..2026-12-13?'],
  ['the week of December 14th', '2026-12-14..2026-12-20'],
  ['end of the month', '2026-11-24..2026-11-30'],
  ['at the end of next month', '2026-12-25..2026-12-31'],
  ['next month', '2026-12-01..2026-12-31'],
  ['early next month', '2026-12-01..2026-12-10'],
  ['the beginning of December', '2026-12-01..2026-12-10'],
  ['mid December', '2026-12-11..2026-12-20'],
  ['in late December', '2026-12-21..2026-12-31'],
  ['in December', '2026-12-01..2026-12-31'],
  ['not before next month', '2026-12-01..2026-12-14'],
  ['not before Thursday', '2026-11-26..2026-12-09?'],
  ['no earlier than the 1st', '2026-12-01..2026-12-14?'],
  ['after the 1st', '2026-12-02..2026-12-15?'],
  ['from Wednesday on', '2026-11-25..2026-12-08?'],
  ['before Friday', '2026-11-23..2026-11-26?'],
  ['by Friday', '2026-11-23..2026-11-27?'],
  ['Christmas Eve', '2026-12-24'],
  ['Christmas', '2026-12-25'],
  ['before Christmas', '2026-11-23..2026-12-24'],
  ['the day after Christmas', '2026-12-26'],
  ['the week after Christmas', '2026-12-28..2027-01-03'],
  ['between Christmas and New Year’s', '2026-12-25..2027-01-01'],
  ['New Year’s Eve', '2026-12-31'],
  ['the day before New Year’s Eve', '2026-12-30'],
  ['Valentine’s Day', '2027-02-14'],
  ['any day but Monday', 'Tue Wed Thu Fri Sat Sun'],
  ['any day except weekends', 'Mon Tue Wed Thu Fri'],
  ['not on a Friday', 'Mon Tue Wed Thu Sat Sun'],
  ['next week but not Friday', '2026-11-30..2026-12-06 Mon Tue Wed Thu Sat Sun'],
  ['any weekday', 'Mon Tue Wed Thu Fri'],
  ['a weekday next week', '2026-11-30..2026-12-06 Mon Tue Wed Thu Fri'],
  ['weekends only', 'Sat Sun'],
  ['Tuesday or Thursday', '2026-11-24..2026-11-26? Tue Thu'],
  ['Monday, Wednesday or Friday afternoon', '2026-11-23..2026-11-27? Mon Wed Fri', '12:00-16:59'],
  ['Monday through Wednesday', '2026-11-23..2026-11-25?'],
  ['Monday or Tuesday next week', '2026-11-30..2026-12-01'],
  ['as soon as possible', '', 'soonest'],
  ['the earliest you have', '', 'soonest'],
  ['your first available', '', 'soonest'],
  ['today, as soon as possible', '2026-11-23', 'soonest'],
  ['any time tomorrow', '2026-11-24'],
  ['whenever', ''],
  ['after five', '', '17:00-24:00'],
  ['around noon', '', '12:00'],
  ['half past two', '', '14:30?'],
  ['quarter to six', '', '17:45?'],
  ['between 2 and 4', '', '14:00-16:00'],
  ['before ten', '', '00:00-09:59'],
  ['before noon on Thursday', '2026-11-26?', '00:00-11:59'],
  ['no later than 11 on Friday', '2026-11-27?', '00:00-11:00'],
  ['Friday by noon', '2026-11-27?', '00:00-12:00'],
  ['not before 3 tomorrow', '2026-11-24', '15:00-24:00'],
  ['from 1 to 3 pm tomorrow', '2026-11-24', '13:00-15:00'],
  ['between ten and noon on Tuesday', '2026-11-24?', '10:00-12:00'],
  ['any time after 3 next week', '2026-11-30..2026-12-06', '15:00-24:00'],
  ['noon tomorrow', '2026-11-24', '12:00'],
  ['Thursday at 4ish', '2026-11-26?', '16:00?'],
  ['14:30 tomorrow', '2026-11-24', '14:30'],
  ['tomorrow at a quarter past nine', '2026-11-24', '09:15?'],
  ['tomorrow after work', '2026-11-24', '17:00-24:00'],
  ['before work on Wednesday', '2026-11-25?', '00:00-08:59'],
  ['lunchtime on Friday', '2026-11-27?', '11:30-13:30'],
  ['on my lunch break', '', '11:30-13:30'],
  ['after lunch tomorrow', '2026-11-24', '13:00-16:59'],
  ['tonight', '2026-11-23', '17:00-24:00'],
  ['this afternoon', '2026-11-23', '12:00-16:59'],
  ['tomorrow morning', '2026-11-24', '00:00-11:59'],
  ['first thing tomorrow', '2026-11-24', '00:00-10:00'],
  ['early afternoon', '', '12:00-14:29'],
  ['late morning on Tuesday', '2026-11-24?', '10:00-11:59'],
  ['late afternoon', '', '14:30-17:59'],
  ['Tuesday at 2, no wait, Wednesday', '2026-11-25?', '14:00?'],
];

/** [what is special about the moment, zone, moment, rows] */
const TABLE: readonly (readonly [string, string, string, readonly Row[]])[] = [
  ['a Monday morning', NEW_YORK, '2026-11-23T10:00:00-05:00', MONDAY],
  [
    'a minute to midnight',
    NEW_YORK,
    '2026-11-23T23:59:00-05:00',
    [
      ['today', '2026-11-23'],
      ['tomorrow', '2026-11-24'],
      ['the day after tomorrow at 9 AM', '2026-11-25', '09:00'],
      ['in ten days', '2026-12-03'],
      ['in two weeks', '2026-12-07'],
      ['a week from today', '2026-11-30'],
      ['Tuesday at two', '2026-11-24?', '14:00?'],
      ['next week', '2026-11-30..2026-12-06'],
      ['this weekend', '2026-11-28..2026-11-29'],
    ],
  ],
  [
    'ten minutes past midnight in the easternmost zone',
    'Pacific/Kiritimati',
    '2026-11-24T00:10:00+14:00',
    [
      ['today', '2026-11-24'],
      ['tomorrow', '2026-11-25'],
      ['Monday', '2026-11-30?'],
      ['in ten days', '2026-12-04'],
    ],
  ],
  [
    'the evening before clocks go back in New York',
    NEW_YORK,
    '2026-10-31T22:00:00-04:00',
    [
      ['tomorrow at 10', '2026-11-01', '10:00?'],
      ['in two weeks', '2026-11-14'],
      ['in ten days', '2026-11-10'],
      ['Monday', '2026-11-02?'],
      ['this weekend', '2026-10-31..2026-11-01'],
      ['next weekend', '2026-11-07..2026-11-08'],
      ['a week from tomorrow', '2026-11-08'],
      ['end of the month', '2026-10-31'],
      ['the 1st', '2026-11-01?'],
      ['Halloween', '2026-10-31'],
      ['next month', '2026-11-01..2026-11-30'],
    ],
  ],
  [
    'the day before clocks go forward in New York',
    NEW_YORK,
    '2027-03-13T12:00:00-05:00',
    [
      ['tomorrow at 2:30', '2027-03-14', '14:30?'],
      ['3/14', '2027-03-14'],
      ['in ten days', '2027-03-23'],
      ['in two weeks', '2027-03-27'],
      ['the 3rd', '2027-04-03?'],
      ['the third of March', '2028-03-03'],
      ['this Sunday', '2027-03-14'],
      ['next Sunday', '2027-03-21'],
      ['Wednesday', '2027-03-17?'],
    ],
  ],
  [
    'half an hour before midnight, clocks going back in Berlin',
    'Europe/Berlin',
    '2026-10-24T23:30:00+02:00',
    [
      ['tomorrow', '2026-10-25'],
      ['the day after tomorrow', '2026-10-26'],
      ['Monday at nine', '2026-10-26?', '09:00?'],
      ['a week from today', '2026-10-31'],
      ['in two weeks', '2026-11-07'],
      ['end of the month', '2026-10-25..2026-10-31'],
      ['this weekend', '2026-10-24..2026-10-25'],
    ],
  ],
  [
    'the day before clocks go forward in Berlin',
    'Europe/Berlin',
    '2027-03-27T12:00:00+01:00',
    [
      ['tomorrow', '2027-03-28'],
      ['in three days', '2027-03-30'],
      ['next Tuesday', '2027-03-30'],
      ['early next week', '2027-03-29..2027-03-31'],
      ['end of next week', '2027-04-01..2027-04-04'],
      ['the first of April', '2027-04-01'],
      ['end of the month', '2027-03-27..2027-03-31'],
    ],
  ],
  [
    'a minute to midnight, clocks going half an hour forward on Lord Howe',
    'Australia/Lord_Howe',
    '2026-10-03T23:59:00+10:30',
    [
      ['today', '2026-10-03'],
      ['tomorrow', '2026-10-04'],
      ['Monday', '2026-10-05?'],
      ['in ten days', '2026-10-13'],
      ['a fortnight from today', '2026-10-17'],
      ['next weekend', '2026-10-10..2026-10-11'],
    ],
  ],
  [
    'a quarter to midnight, clocks going half an hour back on Lord Howe',
    'Australia/Lord_Howe',
    '2027-04-03T23:45:00+11:00',
    [
      ['tomorrow', '2027-04-04'],
      ['the day after tomorrow', '2027-04-05'],
      ['a week from tomorrow', '2027-04-11'],
      ['in three weeks', '2027-04-24'],
    ],
  ],
  [
    'Christmas Eve',
    NEW_YORK,
    '2026-12-24T08:00:00-05:00',
    [
      ['Christmas Eve', '2026-12-24'],
      ['today before noon', '2026-12-24', '00:00-11:59'],
      ['Boxing Day', '2026-12-26'],
      ['before New Year’s', '2026-12-24..2026-12-31'],
      ['next month', '2027-01-01..2027-01-31'],
    ],
  ],
  [
    'the last day of a year',
    NEW_YORK,
    '2026-12-31T15:00:00-05:00',
    [
      ['tomorrow', '2027-01-01'],
      ['New Year’s Eve', '2026-12-31'],
      ['New Year’s Day', '2027-01-01'],
      ['Christmas Eve', '2027-12-24'],
      ['the 3rd', '2027-01-03?'],
      ['1/4', '2027-01-04'],
      ['Friday', '2027-01-01?'],
      ['next Friday', '2027-01-08'],
      ['in two weeks', '2027-01-14'],
      ['early next week', '2027-01-04..2027-01-06'],
      ['early next month', '2027-01-01..2027-01-10'],
      ['the week of the 12th', '2027-01-11..2027-01-17?'],
      ['end of the month', '2026-12-31'],
      ['this weekend', '2027-01-02..2027-01-03'],
    ],
  ],
  [
    'a minute to the new year',
    NEW_YORK,
    '2026-12-31T23:59:00-05:00',
    [
      ['tomorrow morning', '2027-01-01', '00:00-11:59'],
      ['in ten days', '2027-01-10'],
      ['Monday', '2027-01-04?'],
      ['next week', '2027-01-04..2027-01-10'],
    ],
  ],
  [
    'the day before a leap day',
    NEW_YORK,
    '2028-02-28T09:00:00-05:00',
    [
      ['tomorrow', '2028-02-29'],
      ['the day after tomorrow', '2028-03-01'],
      ['the 29th', '2028-02-29?'],
      ['February 29th', '2028-02-29'],
      ['Wednesday the 1st', '2028-03-01'],
      ['a week from tomorrow', '2028-03-07'],
      ['in two weeks', '2028-03-13'],
      ['end of the month', '2028-02-28..2028-02-29'],
      ['next month', '2028-03-01..2028-03-31'],
    ],
  ],
  [
    'a Sunday, the last of a February without leap day',
    NEW_YORK,
    '2027-02-28T10:00:00-05:00',
    [
      ['tomorrow', '2027-03-01'],
      ['the 29th', '2027-03-29?'],
      ['next Tuesday', '2027-03-02'],
      ['this weekend', '2027-02-28'],
      ['next weekend', '2027-03-06..2027-03-07'],
      ['this week', '2027-02-28..2027-03-07'],
      ['later this week', '2027-03-01..2027-03-07'],
      ['the end of the week', '2027-03-04..2027-03-07'],
    ],
  ],
  [
    'a Friday after work in Los Angeles',
    'America/Los_Angeles',
    '2026-06-26T17:30:00-07:00',
    [
      ['this weekend', '2026-06-27..2026-06-28'],
      ['this Friday', '2026-06-26'],
      ['next Friday', '2026-07-03'],
      ['in a week', '2026-07-03'],
      ['the Fourth of July', '2026-07-04'],
      ['the 31st', '2026-07-31?'],
      ['tomorrow before ten', '2026-06-27', '00:00-09:59'],
      ['in August', '2026-08-01..2026-08-31'],
      ['end of the month', '2026-06-26..2026-06-30'],
    ],
  ],
];

describe.each(TABLE)('on %s', (_, timeZone, now, rows) => {
  it.each(rows.map(([words, days, time = '']) => [words, days, time] as const))('%s', (words, days, time) => {
    const mention = mentionIn(words, Date.parse(now), timeZone);
    expect([daysOf(mention), timeOf(mention)]).toEqual([days, time]);
  });
});

describe('on a machine in another zone', () => {
  const own = process.env.TZ;
  afterEach(() => {
    if (own === undefined) delete process.env.TZ;
    else process.env.TZ = own;
  });

  it.each(['America/New_York', 'Australia/Lord_Howe', 'America/Havana', 'Pacific/Kiritimati'])(
    'that of %s, every row means the same',
    (zone) => {
      process.env.TZ = zone;
      for (const [, timeZone, now, rows] of TABLE) {
        for (const [words, days, time = ''] of rows) {
          const mention = mentionIn(words, Date.parse(now), timeZone);
          expect([words, daysOf(mention), timeOf(mention)]).toEqual([words, days, time]);
        }
      }
    },
  );
});
