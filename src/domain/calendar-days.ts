/**
 * Days of the calendar as numbers, counted from 1970-01-01, so that they are added and compared without a calendar: a
 * search for free times does little else. The arithmetic: https://howardhinnant.github.io/date_algorithms.html
 */
import type { DateText } from './clinic.ts';

const DATE_LENGTH = 'YYYY-MM-DD'.length;
/** Days of 400 years, after which the calendar repeats itself. */
const ERA_DAYS = 146_097;
/** From 0000-03-01, where its years begin, a leap day being their last, to 1970-01-01. */
const TO_1970_DAYS = 719_468;

/** Throws for what is no date text; the day itself has to be one that exists. */
export function dayOf(date: DateText): number {
  const [year, month, day] = [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8))];
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const count = era * ERA_DAYS + dayOfEra - TO_1970_DAYS;
  if (date.length !== DATE_LENGTH || !Number.isInteger(count)) throw new RangeError(`"${date}" is no date`);
  return count;
}

export function dateOf(count: number): DateText {
  const z = count + TO_1970_DAYS;
  const era = Math.floor(z / ERA_DAYS);
  const dayOfEra = z - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** ISO weekday, 1 is Monday. 1970-01-01 was a Thursday. */
export function isoWeekday(count: number): number {
  return ((((count + 3) % 7) + 7) % 7) + 1;
}
