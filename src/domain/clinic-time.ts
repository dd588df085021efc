/** Wall clock ⇄ instants in a clinic's time zone. Every day and hour a caller hears goes through here; never `Date`. */
import { Temporal } from 'temporal-polyfill';
import { dateOf, dayOf, isoWeekday } from './calendar-days.ts';
import type { DateText, Instant, TimeOfDay } from './clinic.ts';
import { rememberedOffsets } from './zone-offsets.ts';

export const MINUTE_MS = 60_000;
export const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * MINUTE_MS;

/** A wall-clock reading: which day it is at the clinic, which ISO weekday, and how many minutes past midnight. */
export interface WallClock {
  readonly date: DateText;
  readonly weekday: number;
  readonly minute: number;
}

export function wallClock(at: Instant, timeZone: string): WallClock {
  const reading = at + offsetAt(at, timeZone).offsetMs;
  const day = Math.floor(reading / DAY_MS);
  return { date: dateOf(day), weekday: isoWeekday(day), minute: Math.floor((reading - day * DAY_MS) / MINUTE_MS) };
}

/** The instant at which the clinic's clock shows this; undefined where the clock skips it (spring forward). The earlier of two. */
export function instantOf(date: DateText, minute: number, timeZone: string): Instant | undefined {
  const reading = readingOf(date, minute);
  // Clocks are a day from UTC at most, so one of these is how they stood or will stand then.
  const stretches = [offsetAt(reading - DAY_MS, timeZone), offsetAt(reading + DAY_MS, timeZone)];
  return stretches
    .map((stretch) => ({ at: reading - stretch.offsetMs, stretch }))
    .find(({ at, stretch }) => stretch.from <= at && at < stretch.until)?.at;
}

/** As `instantOf`; where the clock skips that reading, the instant at which it skips. */
export function instantOrSkip(date: DateText, minute: number, timeZone: string): Instant {
  return instantOf(date, minute, timeZone) ?? offsetAt(readingOf(date, minute) - DAY_MS, timeZone).until;
}

/** A clock's reading as an instant, as if the clock showed UTC. */
function readingOf(date: DateText, minute: number): Instant {
  return dayOf(date) * DAY_MS + minute * MINUTE_MS;
}

export function addDays(date: DateText, days: number): DateText {
  return dateOf(dayOf(date) + days);
}

/** The same day some months on; the last of that month where it is shorter. */
export function addMonths(date: DateText, months: number): DateText {
  return Temporal.PlainDate.from(date).add({ months }).toString();
}

/** Whole days from `from` to `to`; negative where `to` is earlier. */
export function daysBetween(from: DateText, to: DateText): number {
  return dayOf(to) - dayOf(from);
}

/** ISO weekday, 1 is Monday. */
export function weekdayOf(date: DateText): number {
  return isoWeekday(dayOf(date));
}

export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}

/** Every day from `from` to `to`, both included; none where `to` is earlier. */
export function eachDay(from: DateText, to: DateText): DateText[] {
  const first = dayOf(from);
  return Array.from({ length: Math.max(0, dayOf(to) - first + 1) }, (_, n) => dateOf(first + n));
}

/** Minutes past midnight of `HH:MM`; `24:00` is 1440. */
export function minuteOf(time: TimeOfDay): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** `HH:MM` of minutes past midnight. */
export function clockText(minute: number): TimeOfDay {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/**
 * The instant that ISO 8601 text names; without an offset it is a reading of the clinic's clock. Not a number where there
 * is no such moment; undefined for other text.
 */
export function instantIn(text: string, timeZone: string): Instant | undefined {
  const found = /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):([0-5]\d)(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i.exec(
    text,
  );
  if (!found) return undefined;
  const [, date = '', hour, minute, offset] = found;
  if (!isDate(date)) return Number.NaN;
  if (offset !== undefined) return Date.parse(text);
  return instantOf(date, Number(hour) * 60 + Number(minute), timeZone) ?? Number.NaN;
}

/** ISO 8601 with the clinic's offset, to the second: `2026-11-24T14:00:00-05:00`. */
export function isoWithOffset(at: Instant, timeZone: string): string {
  const { date, minute } = wallClock(at, timeZone);
  const second = String(Math.floor(at / 1000) % 60).padStart(2, '0');
  const offset = offsetAt(at, timeZone).offsetMs / MINUTE_MS;
  return `${date}T${clockText(minute)}:${second}${offset < 0 ? '-' : '+'}${clockText(Math.abs(offset))}`;
}

const offsetAt = rememberedOffsets((at, timeZone) => {
  const local = zoned(at, timeZone);
  // A change's own instant is the first of what comes after it.
  const from = zoned(at + 1, timeZone).getTimeZoneTransition('previous');
  const until = local.getTimeZoneTransition('next');
  return {
    from: from?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: until?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: local.offsetNanoseconds / 1e6,
  };
});

function zoned(at: Instant, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(timeZone);
}
