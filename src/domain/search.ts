/** From free times to what is worth saying: the wished time if it is free, a few good alternatives, or when there is room next. */

import { type DayRange, freeSlots } from './availability.ts';
import type { Clinic, DateText, Instant, Provider, Service } from './clinic.ts';
import { wallClock } from './clinic-time.ts';
import type { Interval, Slot } from './slots.ts';

/** Minutes past midnight, both included for starts. */
export interface MinuteRange {
  readonly from: number;
  readonly to: number;
}

/** What a caller asked for, in the clinic's terms. */
export interface Wish {
  readonly service: Service;
  /** Null: whoever is free. */
  readonly provider: Provider | null;
  readonly days: DayRange;
  /** The only ISO weekdays that suit; null: all of them. */
  readonly weekdays: readonly number[] | null;
  /** The first that there is, rather than a choice of times. */
  readonly soonest: boolean;
  /** The wished start, minutes past midnight; null where none was named. */
  readonly at: number | null;
  /** A wished part of the day; null: any. */
  readonly part: MinuteRange | null;
}

export interface Findings {
  /** What to offer, in order of time: the wished time alone where it is free. */
  readonly slots: readonly Slot[];
  /** The wished day and time itself, where it is free. */
  readonly exact: Slot | null;
  /** There would be times on the wished days, and every one is taken. */
  readonly fullyBooked: boolean;
  /** Nobody works on the wished days, or their hours are over. */
  readonly closed: boolean;
}

/** As many as a caller on the phone can keep in mind. */
export const OFFERS_AT_ONCE = 3;

/** Searches the wished days. `providers` are those who give the service (or the one wished). */
export function search(
  wish: Wish,
  clinic: Clinic,
  providers: readonly Provider[],
  busy: ReadonlyMap<string, readonly Interval[]>,
  now: Instant,
): Findings {
  const ranked = quietestFirst(providers, busy);
  const question = { clinic, service: wish.service, providers: ranked, days: wish.days, now };
  const suiting = (slots: Slot[]): Slot[] => onWeekdays(slots, wish.weekdays, clinic);
  const free = suiting(freeSlots({ ...question, busy }));
  const times = onePerTime(free);
  const minute = (slot: Slot): number => wallClock(slot.startsAt, clinic.timeZone).minute;
  const exact = wish.at === null ? null : (times.find((slot) => minute(slot) === wish.at) ?? null);
  const { part } = wish;
  const wished = part === null ? times : times.filter((slot) => inRange(minute(slot), part));
  const pool = wished.length > 0 ? wished : times;
  const closed = free.length === 0 && suiting(freeSlots({ ...question, busy: new Map() })).length === 0;
  return {
    slots: exact ? [exact] : choose(pool, wish, clinic, minute),
    exact,
    fullyBooked: free.length === 0 && !closed,
    closed,
  };
}

/** The slots on these ISO weekdays; null: all of them. */
function onWeekdays(slots: Slot[], weekdays: readonly number[] | null, clinic: Clinic): Slot[] {
  if (weekdays === null) return slots;
  return slots.filter((slot) => weekdays.includes(wallClock(slot.startsAt, clinic.timeZone).weekday));
}

/**
 * A few slots for "when is there room next?": on the first days that have any, the very first among them. `days`: as of
 * `freeDays`; no more of them are taken than are needed.
 */
export function soonest(
  days: Iterable<Slot[]>,
  weekdays: readonly number[] | null,
  clinic: Clinic,
  count: number,
): Slot[] {
  const first: Slot[][] = [];
  for (const slots of days) {
    const suiting = onePerTime(onWeekdays(slots, weekdays, clinic));
    if (suiting.length > 0) first.push(suiting);
    if (first.length === count) break;
  }
  return spreadOverDays(first, count).sort(byTime);
}

function choose(pool: readonly Slot[], wish: Wish, clinic: Clinic, minute: (slot: Slot) => number): Slot[] {
  if (wish.at !== null) {
    const at = wish.at;
    const nearest = [...pool].sort((a, b) => Math.abs(minute(a) - at) - Math.abs(minute(b) - at) || byTime(a, b));
    return nearest.slice(0, OFFERS_AT_ONCE).sort(byTime);
  }
  if (wish.soonest) return firstOnes(byDay(pool, clinic), OFFERS_AT_ONCE);
  if (wish.days.from === wish.days.to) return spreadEvenly(pool, OFFERS_AT_ONCE);
  return spreadOverDays(byDay(pool, clinic), OFFERS_AT_ONCE).sort(byTime);
}

/** The very first, a later one of that day, and the next day's first; where there is one day only, all over it. */
function firstOnes([first = [], second = []]: readonly Slot[][], count: number): Slot[] {
  return second.length === 0 ? spreadEvenly(first, count) : [...spreadEvenly(first, count - 1), ...second.slice(0, 1)];
}

/** Whoever has most room comes first, so that bookings spread; equal ones keep the clinic's order. */
function quietestFirst(
  providers: readonly Provider[],
  busy: ReadonlyMap<string, readonly Interval[]>,
): readonly Provider[] {
  const taken = (provider: Provider): number =>
    (busy.get(provider.id) ?? []).reduce((sum, { startsAt, endsAt }) => sum + endsAt - startsAt, 0);
  return [...providers].sort((a, b) => taken(a) - taken(b));
}

/** A caller chooses a time, not a provider: the first provider of each time stands for it. */
function onePerTime(slots: readonly Slot[]): Slot[] {
  return slots.filter((slot, index) => index === 0 || slots[index - 1]?.startsAt !== slot.startsAt);
}

/** So many of a list, the first and the last among them. */
function spreadEvenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const step = (items.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, i) => Math.round(i * step)).flatMap((at) => items.slice(at, at + 1));
}

/** Slots in the order of their days, a list for each. */
function byDay(slots: readonly Slot[], clinic: Clinic): Slot[][] {
  const days = new Map<DateText, Slot[]>();
  for (const slot of slots) {
    const { date } = wallClock(slot.startsAt, clinic.timeZone);
    const day = days.get(date);
    if (day) day.push(slot);
    else days.set(date, [slot]);
  }
  return [...days.values()];
}

/**
 * Slots on different days and at different hours: of the days in turn an early, a middle, a late one. Where there are
 * fewer days than slots wanted, days give several.
 */
function spreadOverDays(days: readonly Slot[][], count: number): Slot[] {
  if (days.length < count) return spreadEvenly(days.flat(), count);
  return spreadEvenly(days, count).flatMap((day, i) => {
    const at = Math.round((i / (count - 1)) * (day.length - 1));
    return day.slice(at, at + 1);
  });
}

export function inRange(minute: number, range: MinuteRange): boolean {
  return minute >= range.from && minute <= range.to;
}

function byTime(a: Slot, b: Slot): number {
  return a.startsAt - b.startsAt;
}
