/**
 * Which times are free: opening hours, days that differ, time zone with its clock changes, notice, horizon, durations
 * and buffers, less what is taken. Pure arithmetic over clinic facts; what is taken comes in as data.
 */
import {
  type Clinic,
  type DateText,
  type Instant,
  minutesOf,
  type OpeningHours,
  type Provider,
  type Service,
} from './clinic.ts';
import {
  addDays,
  eachDay,
  instantOf,
  instantOrSkip,
  MINUTE_MS,
  minuteOf,
  wallClock,
  weekdayOf,
} from './clinic-time.ts';
import { blocksFor, type Interval, overlaps, placed, type Slot } from './slots.ts';

/** Days, both included. */
export interface DayRange {
  readonly from: DateText;
  readonly to: DateText;
}

export interface AvailabilityQuestion {
  readonly clinic: Clinic;
  readonly service: Service;
  readonly providers: readonly Provider[];
  readonly days: DayRange;
  /** What each resource's time is taken by, by resource id; buffers of what is taken are part of it. */
  readonly busy: ReadonlyMap<string, readonly Interval[]>;
  readonly now: Instant;
}

/** The days on which appointments may start: today to the horizon. */
export function bookableDays(clinic: Clinic, now: Instant): DayRange {
  const today = wallClock(now, clinic.timeZone).date;
  return { from: today, to: addDays(today, clinic.rules.horizonDays) };
}

/** The part of a range that lies inside another; null where they do not meet. */
export function within(range: DayRange, bounds: DayRange): DayRange | null {
  const from = range.from > bounds.from ? range.from : bounds.from;
  const to = range.to < bounds.to ? range.to : bounds.to;
  return from <= to ? { from, to } : null;
}

/** Free slots in order of time, then of the providers as given. */
export function freeSlots(question: AvailabilityQuestion): Slot[] {
  return [...freeDays(question)].flat();
}

/** As `freeSlots`, each day that has any for itself: reckoned when it is asked for. */
export function* freeDays(question: AvailabilityQuestion): Generator<Slot[]> {
  const { clinic, providers, now } = question;
  const days = within(question.days, bookableDays(clinic, now));
  if (!days) return;
  const isFree = freeIn(question);
  for (const date of eachDay(days.from, days.to)) {
    const open = clinicStretches(clinic, date);
    const slots = providers.flatMap((provider) => candidates(open, provider, date, question).filter(isFree));
    // What begins at the same time keeps its order.
    if (slots.length > 0) yield slots.sort((a, b) => a.startsAt - b.startsAt);
  }
}

/** Whether a slot is not too soon, and all that it needs is there. */
function freeIn({ clinic, service, busy, now }: AvailabilityQuestion): (slot: Slot) => boolean {
  const isTaken = (resourceId: string, during: Interval): boolean =>
    (busy.get(resourceId) ?? []).some((other) => overlaps(during, other));
  const earliest = now + clinic.rules.noticeMinutes * MINUTE_MS;
  const blocksAt = blocksFor(service, clinic);
  return (slot) => slot.startsAt >= earliest && placed(blocksAt(slot), isTaken) !== undefined;
}

/** Every time of the day at which the service could start and still end in working hours. */
function candidates(
  open: readonly Minutes[],
  provider: Provider,
  date: DateText,
  { clinic, service }: AvailabilityQuestion,
): Slot[] {
  const lastsMs = minutesOf(service, provider) * MINUTE_MS;
  const slots: Slot[] = [];
  for (const { opens, closes, grid } of stretches(open, provider, date)) {
    const closesAt = instantOrSkip(date, closes, clinic.timeZone);
    const startOf = clockOfDay(date, grid, closes, clinic.timeZone);
    for (let minute = grid; minute < closes; minute += clinic.rules.slotMinutes) {
      const startsAt = minute < opens ? undefined : startOf(minute);
      if (startsAt === undefined) continue;
      const endsAt = startsAt + lastsMs;
      if (endsAt <= closesAt) slots.push({ serviceId: service.id, providerId: provider.id, startsAt, endsAt });
    }
  }
  return slots;
}

/** Minutes of a day → instants: plain addition, but on a stretch across a clock change, where each is looked up. */
function clockOfDay(
  date: DateText,
  from: number,
  to: number,
  timeZone: string,
): (minute: number) => Instant | undefined {
  const start = instantOf(date, from, timeZone);
  const end = instantOf(date, to, timeZone);
  const even = start !== undefined && end !== undefined && end - start === (to - from) * MINUTE_MS;
  return even ? (minute) => start + (minute - from) * MINUTE_MS : (minute) => instantOf(date, minute, timeZone);
}

/** A stretch of a day, minutes past midnight. */
interface Minutes {
  readonly opens: number;
  readonly closes: number;
}

interface Stretch extends Minutes {
  /** From where slots are counted: the clinic's opening, so that all providers start on the same minutes. */
  readonly grid: number;
}

/** When a provider works on a day on which the clinic is open so: their own hours inside these, less their time off. */
function stretches(clinicOpen: readonly Minutes[], provider: Provider, date: DateText): Stretch[] {
  return clinicOpen.flatMap((open) => {
    const own = provider.hours === null ? [open] : weekly(provider.hours, date);
    return withoutTimeOff(own, provider, date).flatMap((hours) => {
      const opens = Math.max(open.opens, hours.opens);
      const closes = Math.min(open.closes, hours.closes);
      return opens < closes ? [{ opens, closes, grid: open.opens }] : [];
    });
  });
}

/** What is left of these hours of a provider's day: what comes before and after each absence. */
function withoutTimeOff(hours: readonly Minutes[], { timeOff }: Provider, date: DateText): readonly Minutes[] {
  const absences = timeOff.filter(({ from, to }) => from <= date && date <= to);
  return absences.reduce<readonly Minutes[]>((left, { between }) => {
    if (!between) return [];
    const [leaves, returns] = [minuteOf(between.leaves), minuteOf(between.returns)];
    return left.flatMap(({ opens, closes }) =>
      [
        { opens, closes: Math.min(closes, leaves) },
        { opens: Math.max(opens, returns), closes },
      ].filter((stretch) => stretch.opens < stretch.closes),
    );
  }, hours);
}

/** When the clinic is open on a day, minutes past midnight; empty on a closed day. */
export function clinicStretches(clinic: Clinic, date: DateText): Minutes[] {
  const special = clinic.specialDays.find((day) => day.date === date);
  if (special) return special.hours.map((hours) => ({ opens: minuteOf(hours.opens), closes: minuteOf(hours.closes) }));
  return weekly(clinic.hours, date);
}

/** The stretches of weekly hours on a day, minutes past midnight, in order. */
export function weekly(hours: readonly OpeningHours[], date: DateText): Minutes[] {
  const weekday = weekdayOf(date);
  return hours
    .filter((entry) => entry.weekday === weekday)
    .map((entry) => ({ opens: minuteOf(entry.opens), closes: minuteOf(entry.closes) }))
    .sort((a, b) => a.opens - b.opens);
}
