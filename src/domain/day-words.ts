/**
 * The days in words of time (`wordsOfTime`): what a date parser reads, less what is no wish (a second, last week, now),
 * and the weeks and months (`week-words`) that it would shrink to one day.
 */
import type { DayRange } from './availability.ts';
import type { DateText } from './clinic.ts';
import { addDays, weekdayOf } from './clinic-time.ts';
import { latest, MONTHS, type PlacedDays, partOfMonth, single, weekOf, weeksIn, wholeMonth } from './week-words.ts';
import { weekdaysNamed } from './weekday-words.ts';

/** Which of several such days is meant, where words do not say: "Tuesday" leaves the week open, "the 3rd" the month. */
export type LeftOpen = 'week' | 'month';

export interface WishedDays {
  readonly days: DayRange;
  readonly leftOpen: LeftOpen | null;
}

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
export function daysIn(words: string, readings: readonly DateReading[], today: DateText): WishedDays | null {
  const placed = weeksIn(words, today) ?? datesIn(words, readings, today);
  if (!placed) return null;
  const { index, ...days } = placed;
  return { days: bounded(days, words.slice(0, index), words, today), leftOpen: leftOpen(words) };
}

const SAYS_WHICH = /\b(?:this|next|coming|weeks?|today|tomorrow|month)\b/;

function leftOpen(words: string): LeftOpen | null {
  if (NAMES_A_MONTH.test(words)) return null;
  const namesDay = weekdaysNamed(words).length > 0;
  if (NTH_DAY.test(words)) return namesDay ? null : 'month';
  return namesDay && !SAYS_WHICH.test(words) ? 'week' : null;
}

// --- dates ---

function datesIn(words: string, readings: readonly DateReading[], today: DateText): PlacedDays | null {
  const results = readings.filter((reading) => isWish(reading, words));
  const found = results.flatMap((result) => {
    const start = dayOf(result.start, today);
    const end = result.end ? dayOf(result.end, today) : start;
    return start && end ? [{ from: start.from, to: end.to, isDated: result.start.isCertain('day') }] : [];
  });
  const ahead = found.filter(({ to }) => to >= today);
  const dates = withoutEchoes(ahead.length > 0 ? ahead : found);
  const numbered = numberedDays(words, dates, today);
  const days = numbered && numbered.length > 0 ? agreed(dates, numbered, words) : spanOf(dates);
  if (!days) return null;
  const index = results[0]?.index ?? NTH_DAY.exec(words)?.index ?? 0;
  return {
    ...(/\bweek (?:of|beginning|starting|commencing)\b/.test(words) ? weekOf(days.from) : partOfMonth(days, words)),
    index,
  };
}

/** "Wednesday at four, on December 2nd": one day, named twice. */
function withoutEchoes<T extends DayRange & { readonly isDated: boolean }>(found: readonly T[]): readonly T[] {
  const dated = found.filter(({ isDated }) => isDated).map(({ from }) => weekdayOf(from));
  return found.filter(({ from, isDated }) => isDated || !dated.includes(weekdayOf(from)));
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
  if (/^now$|\b(?:seconds?|secs?|minutes?|mins?|ago|weekdays?|last(?! day of)|past|previous)\b/.test(text))
    return false;
  if (/\b(?:last|past|previous|since|week of the|week of)\s*$/.test(before) && /^(?:week|\w+day)\b/.test(text))
    return false;
  if (/\bhours?\b/.test(text)) return /^(?:in|within)\b/.test(text);
  if (BARE_SPAN.test(text) || text === 'next day' || text === 'in the week') return false;
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
const NTH_DAY = /\b(?:the )?\d{1,2}(?:st|nd|rd|th)\b/;

/**
 * "The 24th", with no month: this month's, or the next one's where that day is over. With a month, that month's.
 * Null where no day is numbered, or a month's name already says everything.
 */
function numberedDays(words: string, found: readonly DayRange[], today: DateText): DayRange[] | null {
  if (found.length === 0 && NTH_OF_A_MONTH.test(words)) return null;
  const numbers = [...words.matchAll(NTH)].map((match) => Number(match[1])).filter((day) => day >= 1 && day <= 31);
  if (numbers.length === 0) return null;
  const months = [...new Set(found.map(({ from }) => from.slice(0, 7)))];
  const named = NAMES_A_MONTH.test(words) ? months : [];
  if (named.length > 1) return null;
  const first = named[0] === undefined ? today : latest(today, `${named[0]}-01`);
  return numbers.flatMap((day) => nthAfter(first, day) ?? []).map(single);
}

/** A day that its month does not have is no date: "the 30th of February". */
const NTH_OF_A_MONTH = new RegExp(String.raw`\d(?:st|nd|rd|th) (?:of )?(?:${MONTHS})\b`);

const NAMES_A_MONTH = /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\b|\d\/\d|\bmonth\b/;

/** Weekdays and numbered days together: "Monday the 30th"; null where they contradict each other, to be asked about. */
function agreed(found: readonly DayRange[], numbered: readonly DayRange[], words: string): DayRange | null {
  if (NAMES_A_MONTH.test(words))
    return spanOf([
      ...numbered,
      ...found.filter(({ from, to }) => wholeMonth(from).from !== from || wholeMonth(from).to !== to),
    ]);
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

const BOUND =
  /\b(?:(day|week) )?(after|before|by|until|till|from|starting(?: at)?)(?: (?:the )?(?:end|middle|beginning|start) of)?(?: the| this)?\s*$/;
/** "Next week or the week after". */
const OR_AFTER = /\bor (?:the )?(?:next (day)|(day|week) after)$/;

/** "After Tuesday", "before the 24th", "by Friday", "from Monday on", "the day after Christmas". */
function bounded(days: DayRange, lead: string, words: string, today: DateText): DayRange {
  const [, unit, word = ''] = BOUND.exec(lead) ?? [];
  if (unit !== undefined) return beside(days, unit, word === 'after' ? 1 : -1);
  switch (word) {
    case 'after':
      return { from: addDays(days.to, 1), to: addDays(days.to, OPEN_END_DAYS) };
    case 'before':
      return days.from > today ? { from: today, to: addDays(days.from, -1) } : days;
    case 'by':
    case 'until':
    case 'till':
      return days.to >= today ? { from: today, to: days.to } : days;
    case 'starting at':
      return openFrom(days);
    case 'from':
    case 'starting':
      return days.from === days.to && /\b(?:on|onwards?|starting)\b/.test(words) ? openFrom(days) : days;
    default:
      return orAfter(days, words);
  }
}

function orAfter(days: DayRange, words: string): DayRange {
  const [, next, unit = next] = OR_AFTER.exec(words) ?? [];
  return unit === undefined ? days : { from: days.from, to: addDays(days.to, unit === 'week' ? 7 : 1) };
}

function openFrom({ from }: DayRange): DayRange {
  return { from, to: addDays(from, OPEN_END_DAYS - 1) };
}

function beside(days: DayRange, unit: string, direction: 1 | -1): DayRange {
  if (unit === 'week') return weekOf(addDays(days.from, 7 * direction));
  return single(direction === 1 ? addDays(days.to, 1) : addDays(days.from, -1));
}

function partsOf(date: DateText): { readonly year: number; readonly month: number; readonly day: number } {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8)) };
}

function dateText(year: number, month: number, day: number): DateText {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
