/** Weeks, weekends and months in words of time: "next week", "early next month", "a week from Friday". */
import type { DayRange } from './availability.ts';
import type { DateText } from './clinic.ts';
import { addDays, addMonths, weekdayOf } from './clinic-time.ts';
import { DAY_NAME, DAY_NAMES, weekdaysNamed } from './weekday-words.ts';

/** Days, and where in the sentence the words for them begin. */
export interface PlacedDays extends DayRange {
  readonly index: number;
}

export const MONTHS = 'january|february|march|april|may|june|july|august|september|october|november|december';

/** "December 25th", as holidays are put too: its month and day are captured. */
const DATE = String.raw`(${MONTHS}) (\d{1,2})(?:st|nd|rd|th)\b`;

type Reader = (match: RegExpExecArray, words: string, today: DateText) => DayRange | null;

/** Which days each of these means; the first that is said counts. Weeks begin on Monday. */
const RANGES: readonly (readonly [RegExp, Reader])[] = [
  [
    new RegExp(String.raw`\b(?:(\d) (day|week)s|(weekend|${DAY_NAME})) (after|before) ${DATE}`),
    ([, count, unit, name, side, month = '', day = ''], _, today) =>
      besideDate(nextDate(month, day, today), side === 'after' ? 1 : -1, name ?? { count: Number(count), unit }),
  ],
  [
    new RegExp(String.raw`\b${DATE} weekend\b`),
    ([, month = '', day = ''], _, today) => longWeekend(nextDate(month, day, today)),
  ],
  [
    new RegExp(String.raw`\b${DATE} week\b`),
    ([, month = '', day = ''], _, today) => weekOf(nextDate(month, day, today)),
  ],
  [
    new RegExp(
      String.raw`\b(?:(a|\d) weeks? (?:from |on )?|(?<!\b(?:next|this|same|that|the) )week (?:from|on) )(?:this )?(today|tomorrow|${DAY_NAME})\b`,
    ),
    ([, count, day = ''], _, today) => weeksAfter(day, Number(count) || 1, today),
  ],
  [
    new RegExp(String.raw`\b(today|tomorrow|${DAY_NAME}) (?:(\d) weeks|week)\b`),
    ([, day = '', count], _, today) => weeksAfter(day, Number(count) || 1, today),
  ],
  [
    new RegExp(String.raw`\b(weekend|${DAY_NAME}) after next\b`),
    ([, name = ''], _, today) => afterNext(name, addDays(mondayOf(today), 14)),
  ],
  [
    new RegExp(
      String.raw`\b(first|second|third|fourth|last) (week|${DAY_NAME}) (?:of|in) (next month|(?:the|this) month|${MONTHS})\b`,
    ),
    ([, place = '', name = '', month = ''], _, today) => ofMonth(place, name, monthNamed(month, today)),
  ],
  [/\bnext weekend\b/, (_, __, today) => days(addDays(mondayOf(today), 12), 2)],
  [/(?<!\blast )\bweekend\b/, (_, __, today) => fromToday(days(addDays(mondayOf(today), 5), 2), today)],
  [
    /\bweek after next\b/,
    (_, words, today) => (namesWeekday(words) ? null : partOfWeek(addDays(mondayOf(today), 14), words)),
  ],
  [/\bnext week\b/, (_, words, today) => weekdaysOf(addDays(mondayOf(today), 7), words) ?? nextWeek(words, today)],
  [/\blater (?:this|in the) (week|month)\b/, ([, unit], words, today) => laterIn(unit, words, today)],
  [
    /\b(?:(?:this|rest of the) week|(?:end|middle|beginning|start) of (?:the|this) week)\b/,
    (_, words, today) => (namesWeekday(words) ? null : thisWeek(words, today)),
  ],
  [
    /\b(?:within|in|over|during)(?: the)? next (few|couple(?: of)?|\d) (day|week)s?\b|\bnext (few|2|3) (day)s\b|\bwithin (a|\d) (day|week)s?\b/,
    ([, a, b, c, d, e, f], words, today) =>
      namesWeekday(words) ? null : { from: today, to: addDays(today, spanOf(a ?? c ?? e ?? '', b ?? d ?? f ?? '')) },
  ],
  [/\bin (a|\d) months?\b/, ([, count], _, today) => single(addMonths(today, Number(count) || 1))],
  [/\bnext month\b/, (_, words, today) => monthOf(addMonths(today, 1), words)],
  [
    /\b(?:early|late|mid|end|middle|beginning|start)(?: in| of)? (?:the|this) month\b/,
    (_, words, today) => fromToday(partOfMonth(wholeMonth(today), words), today),
  ],
];

function nextDate(month: string, day: string, today: DateText): DateText {
  const index = String(MONTHS.split('|').indexOf(month) + 1).padStart(2, '0');
  const date = `${today.slice(0, 4)}-${index}-${day.padStart(2, '0')}`;
  return date >= today ? date : `${Number(today.slice(0, 4)) + 1}${date.slice(4)}`;
}

/** "The Monday after Thanksgiving", "the weekend before Christmas", "two days after Christmas". */
function besideDate(
  date: DateText,
  side: 1 | -1,
  named: string | { readonly count: number; readonly unit: string | undefined },
): DayRange {
  if (typeof named !== 'string') return single(addDays(date, side * named.count * (named.unit === 'week' ? 7 : 1)));
  const weekday = named === 'weekend' ? 6 : 1 + DAY_NAMES.findIndex((day) => day === named);
  const ahead = ((weekday - weekdayOf(date)) * side + 6) % 7;
  const first = addDays(date, side * (ahead + 1));
  return named === 'weekend' ? days(first, 2) : single(first);
}

/** The weekend that a holiday makes longer: Memorial Day's begins on Saturday, Thanksgiving's on the day itself. */
function longWeekend(date: DateText): DayRange {
  const weekday = weekdayOf(date);
  if (weekday === 1) return { from: addDays(date, -2), to: date };
  const sunday = addDays(date, 7 - weekday);
  return { from: weekday >= 4 && weekday < 6 ? date : addDays(sunday, -1), to: sunday };
}

/** The days of the first week, weekend or month that words name by its place; null where they name none. */
export function weeksIn(words: string, today: DateText): PlacedDays | null {
  for (const [name, read] of RANGES) {
    const match = name.exec(words);
    const found = match && read(match, words, today);
    if (match && found) return { ...found, index: match.index };
  }
  return null;
}

function weeksAfter(day: string, weeks: number, today: DateText): DayRange {
  const weekday = 1 + DAY_NAMES.findIndex((name) => name === day);
  const ahead = day === 'today' ? 0 : day === 'tomorrow' ? 1 : (weekday - weekdayOf(today) + 7) % 7;
  return single(addDays(today, ahead + 7 * weeks));
}

function afterNext(name: string, monday: DateText): DayRange {
  const weekday = DAY_NAMES.findIndex((day) => day === name);
  return weekday === -1 ? days(addDays(monday, 5), 2) : single(addDays(monday, weekday));
}

/** In days: "a few" are three, "a couple" two. */
function spanOf(count: string, unit: string): number {
  const units = count === 'few' ? 3 : count.startsWith('couple') ? 2 : Number(count) || 1;
  return units * (unit === 'week' ? 7 : 1);
}

/** Any day of a month by its name: this year's, or the next one's where it is over. */
function monthNamed(name: string, today: DateText): DateText {
  if (name === 'next month') return addMonths(today, 1);
  const month = MONTHS.split('|').indexOf(name);
  return month === -1 ? today : addMonths(today, (month + 1 - Number(today.slice(5, 7)) + 12) % 12);
}

/** "The first Monday in December", "the last week of the month". */
function ofMonth(place: string, name: string, day: DateText): DayRange {
  const { from, to } = wholeMonth(day);
  const weekday = 1 + DAY_NAMES.findIndex((each) => each === name);
  const weeks = ['first', 'second', 'third', 'fourth'].indexOf(place);
  if (weekday === 0) return weeks === -1 ? { from: addDays(to, -6), to } : days(addDays(from, 7 * weeks), 7);
  if (weeks === -1) return single(addDays(to, -((weekdayOf(to) - weekday + 7) % 7)));
  return single(addDays(from, ((weekday - weekdayOf(from) + 7) % 7) + 7 * weeks));
}

/** "Monday or Tuesday next week". */
function weekdaysOf(monday: DateText, words: string): DayRange | null {
  const named = weekdaysNamed(words);
  if (named.length === 0) return null;
  return { from: addDays(monday, Math.min(...named) - 1), to: addDays(monday, Math.max(...named) - 1) };
}

/** "The 24th of next month" is read as a date. */
function monthOf(day: DateText, words: string): DayRange | null {
  return /\d(?:st|nd|rd|th)\b/.test(words) || namesWeekday(words) ? null : partOfMonth(wholeMonth(day), words);
}

function thisWeek(words: string, today: DateText): DayRange {
  const part = partOfWeek(thisMonday(today), words);
  return part.from === thisMonday(today) ? { from: today, to: latest(today, part.to) } : fromToday(part, today);
}

const nextWeek = (words: string, today: DateText): DayRange => partOfWeek(addDays(mondayOf(today), 7), words);

function laterIn(unit: string | undefined, words: string, today: DateText): DayRange | null {
  if (namesWeekday(words)) return null;
  const tomorrow = addDays(today, 1);
  return {
    from: tomorrow,
    to: latest(tomorrow, unit === 'week' ? weekOf(thisMonday(today)).to : wholeMonth(today).to),
  };
}

const namesWeekday = (words: string): boolean => weekdaysNamed(words).length > 0;

const WEEK = String.raw`(?: in| of| the| this|,)* (?:next week|week)\b`;
const EARLY_WEEK = new RegExp(String.raw`\b(?:early|beginning|start)${WEEK}`);
const MID_WEEK = new RegExp(String.raw`\b(?:mid|middle)${WEEK}`);
const LATE_WEEK = new RegExp(String.raw`\b(?:late|later|end)${WEEK}`);

function partOfWeek(monday: DateText, words: string): DayRange {
  if (EARLY_WEEK.test(words)) return days(monday, 3);
  if (MID_WEEK.test(words)) return days(addDays(monday, 1), 3);
  if (LATE_WEEK.test(words)) return days(addDays(monday, 3), 4);
  return days(monday, 7);
}

const MONTH = String.raw`(?: in| of| the| this|-)*[ -](?:next month|month|${MONTHS})\b`;
const EARLY_MONTH = new RegExp(String.raw`\b(?:early|beginning|start)${MONTH}`);
const MID_MONTH = new RegExp(String.raw`\b(?:mid|middle)${MONTH}`);
const LATE_MONTH = new RegExp(String.raw`\blate${MONTH}`);
const END_OF_MONTH = new RegExp(String.raw`\bend${MONTH}`);

/** The early, middle or late part of a whole month, where words say so; any other range as it is. */
export function partOfMonth(range: DayRange, words: string): DayRange {
  const { from, to } = range;
  if (!from.endsWith('-01') || wholeMonth(from).to !== to) return range;
  if (EARLY_MONTH.test(words)) return days(from, 10);
  if (MID_MONTH.test(words)) return days(addDays(from, 10), 10);
  if (LATE_MONTH.test(words)) return { from: addDays(from, 20), to };
  return END_OF_MONTH.test(words) ? { from: addDays(to, -6), to } : range;
}

export function single(date: DateText): DayRange {
  return { from: date, to: date };
}

export function weekOf(date: DateText): DayRange {
  return days(mondayOf(date), 7);
}

export function wholeMonth(date: DateText): DayRange {
  const from = `${date.slice(0, 8)}01`;
  const inNext = addDays(from, 31);
  return { from, to: addDays(`${inNext.slice(0, 8)}01`, -1) };
}

export function latest(a: DateText, b: DateText): DateText {
  return a > b ? a : b;
}

function days(from: DateText, count: number): DayRange {
  return { from, to: addDays(from, count - 1) };
}

function fromToday({ from, to }: DayRange, today: DateText): DayRange {
  return { from: latest(today, from), to: latest(today, to) };
}

function mondayOf(date: DateText): DateText {
  return addDays(date, 1 - weekdayOf(date));
}

/** On a Sunday "this week" is the one that begins tomorrow. */
function thisMonday(today: DateText): DateText {
  return weekdayOf(today) === 7 ? addDays(today, 1) : mondayOf(today);
}
