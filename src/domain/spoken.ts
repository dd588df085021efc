/** Times and amounts as a person says them on the phone. */
import type { Clinic, DateText, Instant } from './clinic.ts';
import { clockText, daysBetween, isoWithOffset, wallClock, weekdayOf } from './clinic-time.ts';

/** "tomorrow, Tuesday, November 24th at 2 PM"; in other languages what that language's long date and time look like. */
export function spokenMoment(at: Instant, now: Instant, clinic: Pick<Clinic, 'timeZone' | 'language'>): string {
  const { date, minute } = wallClock(at, clinic.timeZone);
  if (!isEnglish(clinic.language)) return localMoment(at, clinic);
  const today = wallClock(now, clinic.timeZone).date;
  return `${spokenDay(date, today)} at ${spokenMinute(minute)}`;
}

/** A moment as it stands in a sentence: "on Wednesday, …" but "tomorrow, …". */
export function onDay(moment: string): string {
  return /^(today|tomorrow)\b/.test(moment) ? moment : `on ${moment}`;
}

/** "today, Monday, November 23rd" · "tomorrow, …" · "Wednesday, November 25th". */
export function spokenDay(date: DateText, today: DateText): string {
  const distance = daysBetween(today, date);
  const name = `${weekdayName(weekdayOf(date))}, ${spokenDate(date)}`;
  if (distance === 0) return `today, ${name}`;
  if (distance === 1) return `tomorrow, ${name}`;
  return name;
}

/** "November 25th". */
export function spokenDate(date: DateText): string {
  return `${MONTHS[Number(date.slice(5, 7)) - 1]} ${ordinal(Number(date.slice(8)))}`;
}

/** "2 PM", "9:30 AM", "12 PM" of minutes past midnight. */
export function spokenMinute(minute: number): string {
  const hour = Math.floor(minute / 60) % 24;
  const past = minute % 60;
  return `${hour % 12 || 12}${past ? `:${String(past).padStart(2, '0')}` : ''} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** "$350", "$99.50", "free of charge". */
export function spokenPrice(cents: number): string {
  if (cents === 0) return 'free of charge';
  return cents % 100 === 0 ? `$${cents / 100}` : `$${(cents / 100).toFixed(2)}`;
}

export function weekdayName(weekday: number): string {
  return WEEKDAYS[weekday - 1] ?? '';
}

/** "A", "A and B", "A, B and C". */
export function listed(items: readonly string[], word = 'and'): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

export function isEnglish(language: string): boolean {
  return language.toLowerCase().startsWith('en');
}

function localMoment(at: Instant, clinic: Pick<Clinic, 'timeZone' | 'language'>): string {
  return new Intl.DateTimeFormat(clinic.language, {
    timeZone: clinic.timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: 'numeric',
    minute: '2-digit',
  }).format(at);
}

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return `${day}th`;
  return `${day}${['th', 'st', 'nd', 'rd'][day % 10] ?? 'th'}`;
}

/** The line an instruction needs so that a model knows what day it is: "Monday, 2026-11-23, 14:05 (…-05:00)". */
export function dateline(now: Instant, timeZone: string): string {
  const { date, weekday, minute } = wallClock(now, timeZone);
  return `${weekdayName(weekday)}, ${date}, ${clockText(minute)} (${timeZone}, ${isoWithOffset(now, timeZone)})`;
}
