/** Wall clock ⇄ instants in a clinic's time zone. Every day and hour a caller hears goes through here; never `Date`. */
import { Temporal } from 'temporal-polyfill';
import type { DateText, Instant, TimeOfDay } from './clinic.ts';

export const MINUTE_MS = 60_000;
export const DAY_MINUTES = 24 * 60;

/** A wall-clock reading: which day it is at the clinic, which ISO weekday, and how many minutes past midnight. */
export interface WallClock {
  readonly date: DateText;
  readonly weekday: number;
  readonly minute: number;
}

export function wallClock(at: Instant, timeZone: string): WallClock {
  const local = zoned(at, timeZone);
  return { date: local.toPlainDate().toString(), weekday: local.dayOfWeek, minute: local.hour * 60 + local.minute };
}

/** The instant at which the clinic's clock shows this; undefined where the clock skips it (spring forward). The earlier of two. */
export function instantOf(date: DateText, minute: number, timeZone: string): Instant | undefined {
  const day = minute >= DAY_MINUTES ? addDays(date, 1) : date;
  const ofDay = minute % DAY_MINUTES;
  const local = Temporal.PlainDateTime.from(`${day}T${clockText(ofDay)}`);
  const at = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return at.toPlainDateTime().equals(local) ? at.epochMilliseconds : undefined;
}

/** As `instantOf`; where the clock skips that reading, the instant at which it skips. */
export function instantOrSkip(date: DateText, minute: number, timeZone: string): Instant {
  const at = instantOf(date, minute, timeZone);
  if (at !== undefined) return at;
  const local = Temporal.PlainDateTime.from(
    `${addDays(date, Math.floor(minute / DAY_MINUTES))}T${clockText(minute % DAY_MINUTES)}`,
  );
  const before = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return (before.getTimeZoneTransition('next') ?? before).epochMilliseconds;
}

export function addDays(date: DateText, days: number): DateText {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The same day some months on; the last of that month where it is shorter. */
export function addMonths(date: DateText, months: number): DateText {
  return Temporal.PlainDate.from(date).add({ months }).toString();
}

/** Whole days from `from` to `to`; negative where `to` is earlier. */
export function daysBetween(from: DateText, to: DateText): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days;
}

/** ISO weekday, 1 is Monday. */
export function weekdayOf(date: DateText): number {
  return Temporal.PlainDate.from(date).dayOfWeek;
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
  const days: DateText[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
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
  return zoned(at, timeZone).toString({ timeZoneName: 'never', smallestUnit: 'second' });
}

function zoned(at: Instant, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(timeZone);
}
