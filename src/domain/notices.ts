/**
 * Which texts an appointment is worth, and when. Nothing is planned ahead: whoever looks at an appointment as it stands,
 * and at what its customer was told of this version of it, knows what is to be told now and when to look again. So a
 * moved appointment has its reminders at the new time, and a cancelled one has none.
 */
import type { Instant, TimeOfDay } from './clinic.ts';
import { addDays, instantOrSkip, MINUTE_MS, wallClock } from './clinic-time.ts';
import { type QuietHours, quietAround } from './quiet-hours.ts';

export const NOTICE_KINDS = ['booked', 'rescheduled', 'cancelled', 'reminder_day', 'reminder_soon'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];
export type ReminderKind = 'reminder_day' | 'reminder_soon';

/** How a clinic wants its texts. */
export interface NoticeSettings {
  readonly quiet: { readonly from: TimeOfDay; readonly until: TimeOfDay };
  /** Who of the staff is told of messages and escalations; empty: the staff line. */
  readonly alertPhones: readonly string[];
  /** The clinic's own words in place of the built-in ones. */
  readonly templates: readonly NoticeTemplate[];
}

export interface NoticeTemplate {
  /** BCP 47, or its first part alone. */
  readonly language: string;
  readonly kind: NoticeKind | 'waitlist_offer';
  readonly text: string;
}

export interface NoticedAppointment {
  readonly status: string;
  /** Raised by each move and by a cancellation; 1 as it was booked. */
  readonly version: number;
  /** It was booked by text, and they read so in that thread. */
  readonly bookedInThread: boolean;
  readonly startsAt: Instant;
  /** When it became as it is. */
  readonly changedAt: Instant;
  readonly timeZone: string;
  readonly quiet: QuietHours;
}

export interface Reminder {
  readonly kind: ReminderKind;
  readonly at: Instant;
  /** It is of no use from here on. */
  readonly until: Instant;
}

export interface NoticesDue {
  readonly send: readonly { readonly kind: NoticeKind; readonly until: Instant }[];
  /** When to look again; null: never, unless it changes. */
  readonly lookAgainAt: Instant | null;
}

const HOUR_MS = 60 * MINUTE_MS;
const SOON_MS = 2 * HOUR_MS;
/** A reminder that would come so soon after the change it follows is left out. */
const AFTER_CHANGE_MS = HOUR_MS;
/** One that waits out the quiet hours is still worth something so long before the appointment, */
const LEAST_AHEAD_MS = HOUR_MS;
/** else it comes so long before they begin. */
const BEFORE_QUIET_MS = 15 * MINUTE_MS;
/** Nobody is reminded later than this. */
const LAST_MOMENT_MS = 15 * MINUTE_MS;
/** How long the end of an appointment is news. */
const CANCELLED_MS = 24 * HOUR_MS;

export function noticesDue(appointment: NoticedAppointment, told: ReadonlySet<NoticeKind>, now: Instant): NoticesDue {
  const { status, version, startsAt } = appointment;
  if (startsAt <= now || (status !== 'confirmed' && status !== 'cancelled')) return NOTHING;
  const news = status === 'cancelled' ? 'cancelled' : version === 1 ? 'booked' : 'rescheduled';
  const until = status === 'cancelled' ? Math.min(startsAt, now + CANCELLED_MS) : startsAt;
  const isKnown = told.has(news) || (news === 'booked' && appointment.bookedInThread);
  const send = isKnown ? [] : [{ kind: news, until } as const];
  if (status === 'cancelled') return { send, lookAgainAt: null };
  const reminders = remindersOf(appointment).filter(({ kind, until: last }) => !told.has(kind) && now < last);
  const times = reminders.map((reminder) => ({ ...reminder, at: notQuiet(reminder, appointment, now) }));
  const due = times.filter(({ at }) => at <= now);
  const later = times.filter(({ at, until: last }) => at > now && at < last).map(({ at }) => at);
  return { send: [...send, ...due], lookAgainAt: later.length === 0 ? null : Math.min(...later) };
}

const NOTHING: NoticesDue = { send: [], lookAgainAt: null };

/** Where its time is over and it is quiet now: the end of that. */
function notQuiet({ at }: Reminder, { quiet, timeZone }: NoticedAppointment, now: Instant): Instant {
  return at > now ? at : (quietAround(now, quiet, timeZone)?.endsAt ?? at);
}

/**
 * The day before at the same hour of the clinic's clock, and two hours before; earlier or later where that is in quiet
 * hours. A reminder that the news of the change makes needless is left out.
 */
export function remindersOf(appointment: NoticedAppointment): readonly Reminder[] {
  const { startsAt, changedAt, timeZone } = appointment;
  const { date, minute } = wallClock(startsAt, timeZone);
  const soon = outsideQuiet(startsAt - SOON_MS, appointment);
  const day = outsideQuiet(instantOrSkip(addDays(date, -1), minute, timeZone), appointment);
  const reminders: readonly Reminder[] = [
    { kind: 'reminder_day', at: day, until: soon },
    { kind: 'reminder_soon', at: soon, until: startsAt - LAST_MOMENT_MS },
  ];
  return reminders.filter(({ at }) => at > changedAt + AFTER_CHANGE_MS);
}

function outsideQuiet(at: Instant, { startsAt, quiet, timeZone }: NoticedAppointment): Instant {
  const stretch = quietAround(at, quiet, timeZone);
  if (stretch === null) return at;
  return stretch.endsAt <= startsAt - LEAST_AHEAD_MS ? stretch.endsAt : stretch.startsAt - BEFORE_QUIET_MS;
}
