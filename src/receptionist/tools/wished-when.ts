/**
 * When a caller wants to come: their own words (`when`) where code understands them, else the model's `date` and `time`.
 * No model counts days better than a calendar, so words that are clear win over its reading of them, and it is told so.
 */
import { bookableDays, type DayRange, within } from '../../domain/availability.ts';
import type { Clinic, Instant } from '../../domain/clinic.ts';
import {
  addDays,
  clockText,
  eachDay,
  instantIn,
  isDate,
  minuteOf,
  wallClock,
  weekdayOf,
} from '../../domain/clinic-time.ts';
import { type Mention, mentionIn, mentionsNothing } from '../../domain/mentions.ts';
import { meansAnyone } from '../../domain/naming.ts';
import { inRange, type Wish } from '../../domain/search.ts';
import { spokenDay, spokenMinute } from '../../domain/spoken.ts';
import { failed, type Resolved } from './tool.ts';

export interface WhenArguments {
  readonly date?: string | undefined;
  readonly date_to?: string | undefined;
  readonly time?: string | undefined;
  readonly when?: string | undefined;
}

export type WishedWhen = Pick<Wish, 'days' | 'weekdays' | 'soonest' | 'at' | 'part'>;

/** With no day named, the coming week is searched. */
const DEFAULT_DAYS = 7;
const HALF_DAY_MINUTES = 12 * 60;

/** `sought`: several days that were asked about before, of which a day named now is one; null where there are none. */
export function resolveWhen(
  given: WhenArguments,
  clinic: Clinic,
  now: Instant,
  sought: DayRange | null = null,
): Resolved<WishedWhen> {
  const args = withoutMoments(given, clinic);
  const said = amongSought(saidIn(args.when ?? '', now, clinic.timeZone), sought);
  const named = namedDays(args, clinic, now);
  const days = bookable(wishedDays(said, named), clinic, now);
  if ('failure' in days) return days;
  const time = resolveTime(args.time, said, clinic, now);
  if ('failure' in time) return time;
  const soonest = said.soonest || (named !== 'unreadable' && named.soonest);
  return { ok: { days: days.ok, weekdays: said.weekdays, soonest, ...time.ok } };
}

/** Told to a model whose `date` or `time` is not what the caller's words say; null where they agree. */
export function misreading(given: WhenArguments, wish: WishedWhen, clinic: Clinic, now: Instant): string | null {
  if (given.when === undefined) return null;
  const { date, time } = withoutMoments(given, clinic);
  const clock = clockIn(time);
  const { days, at, part } = wish;
  const today = wallClock(now, clinic.timeZone).date;
  const dayDiffers = date !== undefined && isDate(date) && (date < days.from || date > days.to);
  const timeDiffers = clock !== null && (at === null ? part !== null && !inRange(clock, part) : at !== clock);
  const meant = [
    ...(dayDiffers
      ? [`${[...new Set([days.from, days.to])].map((day) => spokenDay(day, today)).join(' to ')}, not ${date}`]
      : []),
    ...(timeDiffers ? [`${at === null ? 'another part of the day' : spokenMinute(at)}, not ${time}`] : []),
  ];
  return meant.length === 0 ? null : `The caller's own words mean ${meant.join(', and ')}: go by their words.`;
}

/** A model may put a whole moment where a day or a time belongs, in any zone; midnight in UTC only says the day. */
function withoutMoments(args: WhenArguments, { timeZone }: Clinic): WhenArguments {
  const [date, time] = [args.date, args.time].map((text) => momentIn(text, timeZone));
  return {
    ...args,
    ...(date ? { date: date.day, time: args.time ?? date.clock } : {}),
    ...(time ? { date: args.date ?? time.day, time: time.clock } : {}),
  };
}

function momentIn(
  text: string | undefined,
  timeZone: string,
): { readonly day: string; readonly clock: string | undefined } | undefined {
  if (text === undefined) return undefined;
  const day = /^(\d{4}-\d{2}-\d{2})[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)?$/i.exec(text)?.[1];
  if (day !== undefined) return { day, clock: undefined };
  const at = instantIn(text, timeZone);
  if (at === undefined || Number.isNaN(at)) return undefined;
  const { date, minute } = wallClock(at, timeZone);
  return { day: date, clock: clockText(minute) };
}

/** The caller's words for when; "June" alone is a month here, where nobody gives their name. */
function saidIn(when: string, now: Instant, timeZone: string): Mention {
  const said = mentionIn(when, now, timeZone);
  return mentionsNothing(said) && /^\W*[a-z]+\W*$/i.test(when) ? mentionIn(`in ${when}`, now, timeZone) : said;
}

export interface NamedDays {
  readonly days: DayRange | null;
  readonly soonest: boolean;
}

/** The days in `date` and `date_to`; a model may also put the caller's words there. */
function namedDays(args: WhenArguments, clinic: Clinic, now: Instant): NamedDays | 'unreadable' {
  const from = dayIn(args.date, clinic, now);
  const to = dayIn(args.date_to, clinic, now);
  if (from === 'unreadable' || to === 'unreadable') return 'unreadable';
  const soonest = from.soonest || to.soonest;
  if (!from.days && !to.days) return { days: null, soonest };
  const today = wallClock(now, clinic.timeZone).date;
  return { days: { from: from.days?.from ?? today, to: to.days?.to ?? from.days?.to ?? today }, soonest };
}

export function dayIn(text: string | undefined, clinic: Clinic, now: Instant): NamedDays | 'unreadable' {
  if (text === undefined) return { days: null, soonest: false };
  if (isDate(text)) return { days: { from: text, to: text }, soonest: false };
  const { days, soonest } = mentionIn(text, now, clinic.timeZone);
  return days || soonest || meansAnyone(text) ? { days, soonest } : 'unreadable';
}

/** What the caller said wins, but where their words leave open which week or month and the model's day fits them. */
function wishedDays(said: Mention, named: NamedDays | 'unreadable'): DayRange | null | 'unreadable' {
  if (named === 'unreadable') return said.days ?? named;
  if (!named.days) return said.days;
  if (!said.days) return said.weekdays && !suits(named.days, said.weekdays) ? null : named.days;
  return completes(named.days, said) ? named.days : said.days;
}

const suits = ({ from, to }: DayRange, weekdays: readonly number[]): boolean =>
  from !== to || weekdays.includes(weekdayOf(from));

/** "Next week", and then "how about Wednesday": next week's, though there is one before. */
function amongSought(said: Mention, sought: DayRange | null): Mention {
  if (sought === null) return said;
  const among = eachDay(sought.from, sought.to).find((date) => completes({ from: date, to: date }, said));
  return among === undefined ? said : { ...said, days: { from: among, to: among } };
}

/** "Wednesday", after a talk of the week after next, and that week's Wednesday. */
function completes(named: DayRange, { days, leftOpen }: Mention): boolean {
  if (!days || leftOpen === null || days.from !== days.to || named.from !== named.to) return false;
  if (named.from < days.from) return false;
  return leftOpen === 'week'
    ? weekdayOf(named.from) === weekdayOf(days.from)
    : named.from.slice(8) === days.from.slice(8);
}

function bookable(wished: DayRange | null | 'unreadable', clinic: Clinic, now: Instant): Resolved<DayRange> {
  const bounds = bookableDays(clinic, now);
  const today = bounds.from;
  if (wished === 'unreadable') {
    return {
      failure: failed('invalid_arguments', 'Which day would you like?', { details: 'date and date_to are YYYY-MM-DD' }),
    };
  }
  if (!wished) return { ok: { from: today, to: addDays(today, DEFAULT_DAYS - 1) } };
  if (wished.to < wished.from) {
    return {
      failure: failed('invalid_arguments', 'Which days would you like?', { details: 'date_to is before date' }),
    };
  }
  const inside = within(wished, bounds);
  if (inside) return { ok: inside };
  if (wished.to < today) {
    const year = wished.to.slice(0, 4) === today.slice(0, 4) ? '' : `, ${wished.to.slice(0, 4)},`;
    const sentence = `${spokenDay(wished.to, today)}${year} has already passed. Which day would you like instead?`;
    return { failure: failed('slot_in_past', sentence, { details: `Today is ${today}.` }) };
  }
  const sentence = `We book up to ${spokenDay(bounds.to, today)}. Would a day before that work for you?`;
  return { failure: failed('outside_booking_window', sentence, { last_date: bounds.to }) };
}

type WishedTime = Pick<Wish, 'at' | 'part'>;

function resolveTime(time: string | undefined, said: Mention, clinic: Clinic, now: Instant): Resolved<WishedTime> {
  const clock = clockIn(time);
  if (said.at) {
    // "At eight" may be either half of the day: there, and only there, the model knows more than the words say.
    const half = !said.at.sure && clock !== null && clock % HALF_DAY_MINUTES === said.at.minute % HALF_DAY_MINUTES;
    return { ok: { at: half ? clock : said.at.minute, part: null } };
  }
  if (said.part || time === undefined) return { ok: { at: null, part: said.part } };
  if (clock !== null) return { ok: { at: clock, part: null } };
  const { at, part, soonest } = mentionIn(`at ${time}`, now, clinic.timeZone);
  if (at) return { ok: { at: at.minute, part: null } };
  if (part || soonest || meansAnyone(time)) return { ok: { at: null, part } };
  const details = 'time is HH:MM, morning, afternoon or evening';
  return { failure: failed('invalid_arguments', 'What time would suit you?', { details }) };
}

/** Minutes past midnight of `HH:MM` or `HH:MM:SS`; null for other words. */
function clockIn(time: string | undefined): number | null {
  const clock = /^((?:[01]?\d|2[0-3]):[0-5]\d)(?::[0-5]\d)?$/.exec(time ?? '')?.[1];
  return clock === undefined ? null : minuteOf(clock);
}
