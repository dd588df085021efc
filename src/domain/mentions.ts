/**
 * The days and times in a caller's own words: "Wednesday at four", "next week in the morning", "the 24th". Words become
 * clinic days and minutes by code, so that no model counts days. What is not understood is null, never a guess.
 */
import * as chrono from 'chrono-node/en';
import type { DayRange } from './availability.ts';
import type { DateText, Instant } from './clinic.ts';
import { addDays, DAY_MINUTES, isoWithOffset, wallClock, weekdayOf } from './clinic-time.ts';
import type { MinuteRange } from './search.ts';

export interface Mention {
  readonly days: DayRange | null;
  /** A clock time, minutes past midnight; `sure` where AM or PM was said or is plain. */
  readonly at: { readonly minute: number; readonly sure: boolean } | null;
  readonly part: MinuteRange | null;
  /** "As soon as possible", "the first one you have". */
  readonly soonest: boolean;
}

const MORNING: MinuteRange = { from: 0, to: 12 * 60 - 1 };
const AFTERNOON: MinuteRange = { from: 12 * 60, to: 17 * 60 - 1 };
const EVENING: MinuteRange = { from: 17 * 60, to: DAY_MINUTES };
const PARTS: Readonly<Record<string, MinuteRange>> = { morning: MORNING, afternoon: AFTERNOON, evening: EVENING };

/** The named part of a day as minutes; undefined for another word. */
export function partOfDay(word: string): MinuteRange | undefined {
  return PARTS[word.toLowerCase()];
}

/** Reads days and times out of a sentence said at `now` in the clinic's time zone. */
export function mentionIn(text: string, now: Instant, timeZone: string): Mention {
  const words = plainWords(text);
  return {
    days: daysIn(words, now, timeZone),
    at: timeIn(words),
    part: partIn(words),
    soonest: /\b(as soon as possible|asap|soonest|earliest|next available|first available|any ?time)\b/.test(words),
  };
}

export function mentionsNothing(mention: Mention): boolean {
  return !mention.days && !mention.at && !mention.part && !mention.soonest;
}

const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const NUMBER_WORD = new RegExp(`\\b(${NUMBERS.join('|')})\\b`, 'g');

/** Lower case, number words as digits, spoken clock times as `h:mm`. */
function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(NUMBER_WORD, (word) => String(NUMBERS.indexOf(word) + 1))
    .replace(/\b([ap])\.\s?m\.?(?=\W|$)/g, '$1m')
    .replace(/\bhalf past (\d{1,2})\b/g, '$1:30')
    .replace(/\bquarter past (\d{1,2})\b/g, '$1:15')
    .replace(
      /\bquarter (?:to|of) (\d{1,2})\b/g,
      (_, hour: string) => `${Number(hour) === 1 ? 12 : Number(hour) - 1}:45`,
    )
    .replace(/\b(\d{1,2}) thirty\b/g, '$1:30')
    .replace(/\b(\d{1,2}) fifteen\b/g, '$1:15')
    .replace(/\b(\d{1,2}) forty[- ]?(?:five|5)\b/g, '$1:45')
    .replace(/\b(?:the )?day after tomorrow\b/g, 'in 2 days')
    .replace(/\b(?:noon|midday)\b/g, '12:00 pm');
}

// --- times ---

const CLOCK = String.raw`(\d{1,2})(?::(\d{2}))?(?:\s*(am|pm)\b|\s*o'?\s?clock\b)?(?:\s+in the (morning|afternoon|evening))?`;
/** A number is a time where something says so: am or pm, minutes, o'clock, or a word like "at" before it. */
const TIME = new RegExp(
  String.raw`(?:\b(?:at|around|about|by|till|until|for|to|say)\s+${CLOCK}|\b(\d{1,2})(?::(\d{2})\s*(am|pm)?|\s*(am|pm)|\s*o'?\s?clock)(?:\s+in the (morning|afternoon|evening))?)(?![\w:/-]|\s*(?:th|st|nd|rd|days?|weeks?|months?|units?|people|of us)\b)`,
);

function timeIn(words: string): Mention['at'] {
  if (/\b(after|before|between|from)\s+\d{1,2}/.test(words)) return null;
  const found = TIME.exec(words);
  if (!found) return null;
  const [, h1, m1, ap1, part1, h2, m2, ap2, ap3, part2] = found;
  return clock(h1 ?? h2, m1 ?? m2, ap1 ?? ap2 ?? ap3, part1 ?? part2);
}

function clock(hourText = '', minuteText = '0', meridiem?: string, part?: string): Mention['at'] {
  const hour = Number(hourText);
  const minute = Number(minuteText);
  if (hour > 23 || minute > 59) return null;
  if (hour > 12 || hour === 0) return { minute: hour * 60 + minute, sure: true };
  const half = meridiem ?? (part === undefined ? undefined : part === 'morning' ? 'am' : 'pm');
  const pm = half === undefined ? hour < 8 || hour === 12 : half === 'pm';
  return { minute: (hour % 12) * 60 + minute + (pm ? 12 * 60 : 0), sure: half !== undefined };
}

function partIn(words: string): MinuteRange | null {
  const between =
    /\b(?:between|from)\s+(\d{1,2}(?::\d{2})?\s*(?:am|pm)?)\s*(?:and|to|till|until|-)\s*(\d{1,2}(?::\d{2})?\s*(?:am|pm)?)/.exec(
      words,
    );
  if (between) return span(between[1], between[2]);
  const after = /\bafter\s+(\d{1,2}(?::\d{2})?\s*(?:am|pm|o'?clock)?)/.exec(words);
  if (after) return span(after[1], undefined);
  const before = /\bbefore\s+(\d{1,2}(?::\d{2})?\s*(?:am|pm|o'?clock)?)/.exec(words);
  if (before) return span(undefined, before[1]);
  const named = /\b(morning|afternoon|evening|lunchtime)\b/.exec(words);
  if (named?.[1] === 'lunchtime') return { from: 11 * 60 + 30, to: 13 * 60 + 30 };
  return (named?.[1] && PARTS[named[1]]) || (/\btonight\b/.test(words) ? EVENING : null);
}

function span(from: string | undefined, to: string | undefined): MinuteRange | null {
  const end = to === undefined ? undefined : minuteOfWords(to);
  const start = from === undefined ? undefined : minuteOfWords(from, to);
  return { from: start ?? 0, to: end ?? DAY_MINUTES };
}

/** "2", "2:30 pm"; a bare first hour takes AM or PM from the second ("between 9 and 11 am"). */
function minuteOfWords(words: string, other?: string): number | undefined {
  const found = /(\d{1,2})(?::(\d{2}))?\s*(am|pm)?/.exec(words);
  const half = found?.[3] ?? (other && /am/.test(other) ? 'am' : undefined);
  return clock(found?.[1], found?.[2], half)?.minute;
}

// --- days ---

function daysIn(words: string, now: Instant, timeZone: string): DayRange | null {
  const today = wallClock(now, timeZone).date;
  const spread = rangeIn(words, today);
  if (spread) return spread;
  const offset = isoWithOffset(now, timeZone).slice(-6);
  const reference = { instant: new Date(now), timezone: offsetMinutes(offset) };
  const days = chrono
    .parse(words, reference, { forwardDate: true })
    .map((result) => dayOf(result.start))
    .filter((day) => day !== null);
  if (days.length > 0) return { from: days.reduce(earlier).from, to: days.reduce(later).to };
  return dayOfMonth(words, today);
}

const DAY_NAMES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WEEKDAY = /\b(mon|tues?|wed|wednes|thur?s?|fri|sat|satur|sun)(?:day)?s?\b/g;

/** Words for several days at once, which a date parser would shrink to one. */
function rangeIn(words: string, today: DateText): DayRange | null {
  const monday = addDays(today, 1 - weekdayOf(today));
  const weekdays = [...words.matchAll(WEEKDAY)].map((match) => 1 + DAY_NAMES.indexOf((match[1] ?? '').slice(0, 3)));
  if (/\bnext weekend\b/.test(words)) return { from: addDays(monday, 12), to: addDays(monday, 13) };
  if (/\bweekend\b/.test(words)) return { from: latest(today, addDays(monday, 5)), to: addDays(monday, 6) };
  if (weekdays.length > 0 && /\bnext week\b/.test(words)) {
    return { from: addDays(monday, 6 + Math.min(...weekdays)), to: addDays(monday, 6 + Math.max(...weekdays)) };
  }
  if (weekdays.length > 0) return null;
  if (/\b(the )?week after next\b/.test(words)) return { from: addDays(monday, 14), to: addDays(monday, 20) };
  if (/\bnext week\b/.test(words)) return { from: addDays(monday, 7), to: addDays(monday, 13) };
  if (/\bthis week\b/.test(words)) return { from: today, to: addDays(monday, 6) };
  if (/\bnext (few|couple( of)?) days\b/.test(words)) return { from: today, to: addDays(today, 3) };
  return null;
}

interface Components {
  get(component: 'year' | 'month' | 'day'): number | null;
  isCertain(component: 'day' | 'weekday' | 'month' | 'year'): boolean;
}

/** The day of a parsed date, or the whole month where only that was named; null where it is a time of day only. */
function dayOf(start: Components): DayRange | null {
  const year = start.get('year');
  const month = start.get('month');
  const day = start.get('day');
  if (year === null || month === null || day === null) return null;
  if (start.isCertain('day') || start.isCertain('weekday')) return single(dateText(year, month, day));
  if (!start.isCertain('month')) return null;
  const first = dateText(year, month, 1);
  const next = month === 12 ? dateText(year + 1, 1, 1) : dateText(year, month + 1, 1);
  return { from: first, to: addDays(next, -1) };
}

/** "the 24th", with no month: this month's, or the next one's where that day is over. */
function dayOfMonth(words: string, today: DateText): DayRange | null {
  const day = Number(/\b(?:on |the )+(\d{1,2})(?:st|nd|rd|th)\b/.exec(words)?.[1] ?? 0);
  if (day < 1 || day > 31) return null;
  const [year, month, todays] = today.split('-').map(Number) as [number, number, number];
  for (let ahead = day < todays ? 1 : 0; ahead < 4; ahead++) {
    const index = month - 1 + ahead;
    const candidate = dateText(year + Math.floor(index / 12), (index % 12) + 1, day);
    if (addDays(candidate.slice(0, 8).concat('01'), day - 1) === candidate) return single(candidate);
  }
  return null;
}

function single(date: DateText): DayRange {
  return { from: date, to: date };
}

function dateText(year: number, month: number, day: number): DateText {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** `-05:00` → -300. */
function offsetMinutes(offset: string): number {
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6)));
}

function earlier(a: DayRange, b: DayRange): DayRange {
  return a.from <= b.from ? a : b;
}

function later(a: DayRange, b: DayRange): DayRange {
  return a.to >= b.to ? a : b;
}

function latest(a: DateText, b: DateText): DateText {
  return a > b ? a : b;
}
