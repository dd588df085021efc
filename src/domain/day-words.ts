/**
 * The days in words of time (`wordsOfTime`): what a date parser reads, less what is no wish (a second, last week, now),
 * and the ranges that it would shrink to one day.
 */
import type { DayRange } from './availability.ts';
import type { DateText } from './clinic.ts';
import { addDays, weekdayOf } from './clinic-time.ts';

/** A date as a parser reads it: the words it took, where they stand, and the day. */
export interface DateReading {
  readonly text: string;
  readonly index: number;
  readonly start: DateComponents;
  readonly end?: DateComponents | null;
}

interface DateComponents {
  get(component: 'year' | 'month' | 'day'): number | null;
  isCertain(component: 'day' | 'weekday' | 'month' | 'year'): boolean;
}

/** How far "after the 24th" and "from Monday on" reach. */
const OPEN_END_DAYS = 14;

/** The days that are wished for; `readings` are all dates that a parser found in the same words. */
export function daysIn(words: string, readings: readonly DateReading[], today: DateText): DayRange | null {
  // "The day before Thanksgiving", "a weekday", "the week after": counted from a day that is not known here.
  if (/\bday (?:after|before)\b|\bweekdays?\b|\bweek (?:after|before)\b(?! next)/.test(words)) return null;
  return weeksFrom(words, today) ?? rangeIn(words, today) ?? datesIn(words, readings, today);
}

// --- weeks and ranges by name ---

const DAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const DAY_NAME = DAY_NAMES.join('|');
const WEEKDAY = new RegExp(`\\b(${DAY_NAME})s?\\b`, 'g');
const WEEKS_FROM = new RegExp(
  `\\b(?:(a|1|2|3|4) weeks?|week) (?:from|on) (?:this )?(today|tomorrow|${DAY_NAME})\\b|\\b(today|tomorrow|${DAY_NAME}) week\\b`,
);

/** "A week from Friday", "Friday week". */
function weeksFrom(words: string, today: DateText): DayRange | null {
  const found = WEEKS_FROM.exec(words);
  if (!found) return null;
  const weeks = Number(found[1]) || 1;
  const name = found[2] ?? found[3] ?? '';
  const ahead =
    name === 'today' ? 0 : name === 'tomorrow' ? 1 : (1 + DAY_NAMES.indexOf(name) - weekdayOf(today) + 7) % 7;
  return single(addDays(today, ahead + 7 * weeks));
}

/** Words for several days at once. */
function rangeIn(words: string, today: DateText): DayRange | null {
  const monday = addDays(today, 1 - weekdayOf(today));
  const weekdays = [...words.matchAll(WEEKDAY)].map((match) => 1 + DAY_NAMES.indexOf(match[1] ?? ''));
  if (/\bnext weekend\b/.test(words)) return { from: addDays(monday, 12), to: addDays(monday, 13) };
  if (/\b(?<!last )weekend\b/.test(words)) return { from: latest(today, addDays(monday, 5)), to: addDays(monday, 6) };
  if (weekdays.length > 0 && /\bnext week\b/.test(words)) {
    return { from: addDays(monday, 6 + Math.min(...weekdays)), to: addDays(monday, 6 + Math.max(...weekdays)) };
  }
  if (weekdays.length > 0) return null;
  if (/\bweek after next\b/.test(words)) return { from: addDays(monday, 14), to: addDays(monday, 20) };
  if (/\bnext week\b/.test(words)) return { from: addDays(monday, 7), to: addDays(monday, 13) };
  if (/\b(?:this|end of the|rest of the|later in the) week\b/.test(words))
    return { from: today, to: addDays(monday, 6) };
  if (/\bnext (?:few|couple(?: of)?|2|3) days\b/.test(words)) return { from: today, to: addDays(today, 3) };
  if (/\bend of (?:the|this) month\b/.test(words)) {
    const last = wholeMonth(today).to;
    return { from: latest(today, addDays(last, -6)), to: last };
  }
  return null;
}

// --- dates ---

function datesIn(words: string, readings: readonly DateReading[], today: DateText): DayRange | null {
  const results = readings.filter((reading) => isWish(reading, words));
  const found = results.flatMap((result) => {
    const start = dayOf(result.start, today);
    const end = result.end ? dayOf(result.end, today) : start;
    return start && end ? [{ from: start.from, to: end.to }] : [];
  });
  const ahead = found.filter(({ to }) => to >= today);
  const dates = ahead.length > 0 ? ahead : found;
  const numbered = numberedDays(words, dates, today);
  const days = numbered && numbered.length > 0 ? agreed(dates, numbered, words) : spanOf(dates);
  if (!days) return null;
  return bounded(/\bweek of\b/.test(words) ? weekOf(days.from) : days, words, results[0]?.index, today);
}

const MONTH_LEADS =
  /(?:^|\b(?:in|of|for|till|until|by|during|from|to|through|mid|early|late|about|around|sometime|before|after|or|this|next|is|have|is there)\b)[ -]*$/;
/** Months that are names and verbs as well: alone they say nothing. */
const ALSO_A_NAME = /^(?:april|may|june|august|march|jan)\b/;

/** "It takes 2 days": how long, not when. */
const BARE_SPAN = /^(?:(?:a|an|the|\d+|a few|a couple(?: of)?) ?)?(?:days?|weeks?|months?|years?|h|hrs?|m|s|d|w|y|mo)$/;

/** Less what a date parser takes for a date and no caller wishes for. */
function isWish({ text, index, start }: DateReading, words: string): boolean {
  const before = words.slice(0, index);
  if (/^now$|\b(?:seconds?|secs?|minutes?|mins?|ago|last(?! day of)|past|previous)\b/.test(text)) return false;
  if (/\b(?:last|past|previous|since|week of the|week of)\s*$/.test(before) && /^(?:week|\w+day)\b/.test(text))
    return false;
  if (/\bhours?\b/.test(text)) return /^(?:in|within)\b/.test(text);
  if (BARE_SPAN.test(text) || text === 'next day') return false;
  if (start.isCertain('day') || start.isCertain('weekday')) return true;
  if (/^\w+$/.test(text) && start.isCertain('month')) {
    return MONTH_LEADS.test(before) && !(before.trim() === '' && ALSO_A_NAME.test(text));
  }
  return true;
}

/** The day of a parsed date, or the whole month where only that was named; null where it is a time of day only. */
function dayOf(start: DateComponents, today: DateText): DayRange | null {
  const year = start.get('year');
  const month = start.get('month');
  const day = start.get('day');
  if (year === null || month === null || day === null) return null;
  if (start.isCertain('day') || start.isCertain('weekday')) return single(dateText(year, month, day));
  if (!start.isCertain('month')) return null;
  // A date parser that looks ahead puts the month we are in a year off.
  const current = !start.isCertain('year') && month === Number(today.slice(5, 7));
  return current ? wholeMonth(today) : wholeMonth(dateText(year, month, 1));
}

function spanOf(ranges: readonly DayRange[]): DayRange | null {
  if (ranges.length === 0) return null;
  const starts = ranges.map(({ from }) => from).sort();
  const ends = ranges.map(({ to }) => to).sort();
  return { from: starts[0] ?? '', to: ends.at(-1) ?? '' };
}

const NTH = /\b(?:on |the |and |or |to |through )+(\d{1,2})(?:st|nd|rd|th)\b/g;

/**
 * "The 24th", with no month: this month's, or the next one's where that day is over. With a month, that month's.
 * Null where no day is numbered, or a month's name already says everything.
 */
function numberedDays(words: string, found: readonly DayRange[], today: DateText): DayRange[] | null {
  const numbers = [...words.matchAll(NTH)].map((match) => Number(match[1])).filter((day) => day >= 1 && day <= 31);
  if (numbers.length === 0) return null;
  const months = [...new Set(found.map(({ from }) => from.slice(0, 7)))];
  const named = NAMES_A_MONTH.test(words) ? months : [];
  if (named.length > 1) return null;
  const first = named[0] === undefined ? today : latest(today, `${named[0]}-01`);
  return numbers.flatMap((day) => nthAfter(first, day) ?? []).map(single);
}

const NAMES_A_MONTH = /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\b|\d\/\d|\bmonth\b/;

/** Weekdays and numbered days together: "Monday the 30th"; null where they contradict each other, to be asked about. */
function agreed(found: readonly DayRange[], numbered: readonly DayRange[], words: string): DayRange | null {
  if (NAMES_A_MONTH.test(words)) return spanOf([...numbered, ...found.filter(({ from, to }) => from === to)]);
  const weekdays = new Set(numbered.map(({ from }) => weekdayOf(from)));
  return found.every(({ from }) => weekdays.has(weekdayOf(from))) ? spanOf(numbered) : null;
}

function nthAfter(today: DateText, day: number): DateText | null {
  const { year, month, day: todays } = partsOf(today);
  for (let ahead = day < todays ? 1 : 0; ahead < 4; ahead++) {
    const index = month - 1 + ahead;
    const candidate = dateText(year + Math.floor(index / 12), (index % 12) + 1, day);
    if (addDays(candidate.slice(0, 8).concat('01'), day - 1) === candidate) return candidate;
  }
  return null;
}

/** "After Tuesday", "before the 24th", "by Friday", "from Monday on". */
function bounded(days: DayRange, words: string, index: number | undefined, today: DateText): DayRange {
  const lead =
    index === undefined ? (/^(.*?)\b(?:the )?\d{1,2}(?:st|nd|rd|th)\b/.exec(words)?.[1] ?? '') : words.slice(0, index);
  const word = /\b(after|before|by|until|till|from|starting)(?: the| this)?\s*$/.exec(lead)?.[1];
  if (word === 'after') return { from: addDays(days.to, 1), to: addDays(days.to, OPEN_END_DAYS) };
  if (word === 'before' && days.from > today) return { from: today, to: addDays(days.from, -1) };
  if ((word === 'by' || word === 'until' || word === 'till') && days.to >= today) return { from: today, to: days.to };
  const open =
    (word === 'from' || word === 'starting') && days.from === days.to && /\b(?:on|onwards?|starting)\b/.test(words);
  return open ? { from: days.from, to: addDays(days.from, OPEN_END_DAYS - 1) } : days;
}

function single(date: DateText): DayRange {
  return { from: date, to: date };
}

function weekOf(date: DateText): DayRange {
  const monday = addDays(date, 1 - weekdayOf(date));
  return { from: monday, to: addDays(monday, 6) };
}

function wholeMonth(date: DateText): DayRange {
  const { year, month } = partsOf(date);
  const next = month === 12 ? dateText(year + 1, 1, 1) : dateText(year, month + 1, 1);
  return { from: dateText(year, month, 1), to: addDays(next, -1) };
}

function partsOf(date: DateText): { readonly year: number; readonly month: number; readonly day: number } {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8)) };
}

function dateText(year: number, month: number, day: number): DateText {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function latest(a: DateText, b: DateText): DateText {
  return a > b ? a : b;
}
