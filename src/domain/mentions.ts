/**
 * The days and times in a caller's own words: "Wednesday at four", "next week in the morning", "the 24th". Words become
 * clinic days and minutes by code, so that no model counts days. What is not understood is null, never a guess; what is
 * refused ("not Tuesday") is not mentioned, and of what is put anew ("at two, no wait, at three") the last stands.
 */
import * as chrono from 'chrono-node/en';
import type { DayRange } from './availability.ts';
import type { DateText, Instant } from './clinic.ts';
import { wallClock } from './clinic-time.ts';
import { type ClockTime, timesIn } from './clock-words.ts';
import { secondThoughts } from './corrections.ts';
import { restOfDay } from './day-parts.ts';
import { type DateReading, daysIn, type LeftOpen } from './day-words.ts';
import { stretchFromNow } from './from-now.ts';
import { heardWords, wordsOfTime } from './heard-words.ts';
import { movingHolidaysAsDates } from './holidays.ts';
import { wishedAndRefused } from './refusals.ts';
import type { MinuteRange } from './search.ts';
import { weekdaysAllowed } from './weekday-words.ts';

export interface Mention {
  readonly days: DayRange | null;
  readonly leftOpen: LeftOpen | null;
  /** ISO weekdays to which the days are narrowed ("Tuesday or Thursday", "any day but Monday"); null: all of them. */
  readonly weekdays: readonly number[] | null;
  /** A clock time, minutes past midnight; `sure` where AM or PM was said or is plain. */
  readonly at: ClockTime | null;
  readonly part: MinuteRange | null;
  /** "As soon as possible", "the first one you have". */
  readonly soonest: boolean;
}

/** Reads the days and times that a sentence wishes for, said at `now` in the clinic's time zone. */
export function mentionIn(text: string, now: Instant, timeZone: string): Mention {
  const { wished, refused } = wishedAndRefused(heardWords(text));
  const mention = mentionOf(wished, now, timeZone);
  if (refused === '') return mention;
  const words = wordsOfTime(refused);
  return {
    ...mention,
    weekdays: mention.weekdays ?? withoutRefused(words, mention.days),
    part: mention.at || mention.part ? mention.part : partLeft(words),
  };
}

/** "Not Tuesday" rules out Tuesdays; "Tuesday at two doesn't work" no other time of that day. Both read words of time. */
function withoutRefused(refused: string, days: DayRange | null): readonly number[] | null {
  const { at, part } = timesIn(refused);
  return at || part ? null : weekdaysAllowed('', refused, days);
}

/** "I can't do mornings" leaves the rest of a day; "Tuesday morning" refuses no other morning. */
function partLeft(refused: string): MinuteRange | null {
  const { part } = timesIn(refused);
  const isOfOneDay = /day\b|\btomorrow\b/.test(refused);
  return part === null || isOfOneDay ? null : restOfDay(part);
}

export const NO_MENTION: Mention = {
  days: null,
  leftOpen: null,
  weekdays: null,
  at: null,
  part: null,
  soonest: false,
};

/** A day that is not named again stays the day, and a time the time. */
function putAnew(first: Mention, anew: Mention): Mention {
  const { at, part } = anew.at || anew.part ? anew : first;
  const { days, leftOpen, weekdays } = anew.days || anew.weekdays ? anew : first;
  return { days, leftOpen, weekdays, at, part, soonest: first.soonest || anew.soonest };
}

/** As `mentionIn`, of words that were told apart already: whatever they name counts, refused or not. */
export function mentionOf(heard: string, now: Instant, timeZone: string): Mention {
  return secondThoughts(heard)
    .map((thought) => mentionAtOnce(thought, now, timeZone))
    .reduce(putAnew, NO_MENTION);
}

function mentionAtOnce(heard: string, now: Instant, timeZone: string): Mention {
  const today = wallClock(now, timeZone).date;
  const words = wordsOfTime(movingHolidaysAsDates(heard, today, timeZone));
  const soon = stretchFromNow(words, now, timeZone);
  if (soon) return { ...NO_MENTION, ...soon };
  const found = daysIn(words, datesIn(words, today), today);
  const days = found?.days ?? null;
  return {
    days,
    leftOpen: found?.leftOpen ?? null,
    weekdays: weekdaysAllowed(words, '', days),
    ...timesIn(words),
    soonest:
      /\b(?:as soon as possible|asap|as early as possible|the sooner the better|soonest|earliest|next available|first available)\b/.test(
        words,
      ),
  };
}

/** Not for the date parser: times of day, which it would take for a part of the date, and what a date is counted from. */
const BESIDE_DATES = new RegExp(
  [
    String.raw`\b(?:day|week) (?:after|before)(?: (?!next\b)|$)`,
    String.raw`\b(?:end|beginning|start|middle) of (?:the )?(?=\w+\b(?! month))`,
    String.raw`\b(?:in the )?(?:mornings?|afternoons?|evenings?)\b`,
    String.raw`\b\d{1,2}:\d\d(?: ?[ap]m\b)?|\b\d{1,2} ?[ap]m\b`,
    String.raw`\b\d{1,2}(?= (?:to|till|until|and|or) \d{1,2}(?::\d\d| ?[ap]m\b))`,
    String.raw`(?<!\b(?:january|february|march|april|may|june|july|august|september|october|november|december),? )\b\d{1,2}(?= (?:on )?(?:today|tomorrow|\w+day)\b)`,
  ].join('|'),
  'g',
);

/**
 * The dates in words of time, counted from the day's first minute: the hour it is now is no matter of days. The parser
 * counts on the machine's own calendar, so it is given that calendar's day of the same name.
 */
function datesIn(words: string, today: DateText): DateReading[] {
  const dates = words.replace(BESIDE_DATES, (other) => ' '.repeat(other.length));
  const [year = 0, month = 1, day = 1] = today.split('-').map(Number);
  return chrono.parse(dates, new Date(year, month - 1, day), { forwardDate: true });
}

export function mentionsNothing(mention: Mention): boolean {
  return !mention.days && !mention.weekdays && !mention.at && !mention.part && !mention.soonest;
}
