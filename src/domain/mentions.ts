/**
 * The days and times in a caller's own words: "Wednesday at four", "next week in the morning", "the 24th". Words become
 * clinic days and minutes by code, so that no model counts days. What is not understood is null, never a guess; what is
 * refused ("not Tuesday") is not mentioned, and of what is put anew ("at two, no wait, at three") the last stands.
 */
import * as chrono from 'chrono-node/en';
import type { DayRange } from './availability.ts';
import type { Instant } from './clinic.ts';
import { isoWithOffset, wallClock } from './clinic-time.ts';
import { type ClockTime, timesIn } from './clock-words.ts';
import { secondThoughts } from './corrections.ts';
import { daysIn } from './day-words.ts';
import { heardWords, wordsOfTime } from './heard-words.ts';
import { wishedAndRefused } from './refusals.ts';
import type { MinuteRange } from './search.ts';

export interface Mention {
  readonly days: DayRange | null;
  /** A clock time, minutes past midnight; `sure` where AM or PM was said or is plain. */
  readonly at: ClockTime | null;
  readonly part: MinuteRange | null;
  /** "As soon as possible", "the first one you have". */
  readonly soonest: boolean;
}

/** Reads the days and times that a sentence wishes for, said at `now` in the clinic's time zone. */
export function mentionIn(text: string, now: Instant, timeZone: string): Mention {
  const { wished } = wishedAndRefused(heardWords(text));
  return secondThoughts(wished)
    .map((part) => mentionOf(part, now, timeZone))
    .reduce(putAnew, NOTHING);
}

const NOTHING: Mention = { days: null, at: null, part: null, soonest: false };

/** A day that is not named again stays the day, and a time the time. */
function putAnew(first: Mention, anew: Mention): Mention {
  const { at, part } = anew.at || anew.part ? anew : first;
  return { days: anew.days ?? first.days, at, part, soonest: first.soonest || anew.soonest };
}

/** As `mentionIn`, of words that were told apart already: whatever they name counts, refused or not. */
export function mentionOf(heard: string, now: Instant, timeZone: string): Mention {
  const words = wordsOfTime(heard);
  const reference = { instant: new Date(now), timezone: offsetMinutes(isoWithOffset(now, timeZone).slice(-6)) };
  const dates = chrono.parse(words, reference, { forwardDate: true });
  return {
    days: daysIn(words, dates, wallClock(now, timeZone).date),
    ...timesIn(words),
    soonest: /\b(?:as soon as possible|asap|soonest|earliest|next available|first available|any ?time)\b/.test(words),
  };
}

export function mentionsNothing(mention: Mention): boolean {
  return !mention.days && !mention.at && !mention.part && !mention.soonest;
}

/** `-05:00` → -300. */
function offsetMinutes(offset: string): number {
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6)));
}
