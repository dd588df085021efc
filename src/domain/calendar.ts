/**
 * A clinic's outside calendar, as a port. The client of Google's API stands behind it (`src/google`), in tests also a
 * calendar in memory; both pass one contract suite (`test/contract/calendar.ts`). Postgres is the truth about
 * appointments: a calendar shows them, and tells what else keeps a provider busy.
 */

/** One calendar of one clinic; whose credentials open it is the port's own business. */
export interface CalendarRef {
  readonly clinicId: string;
  /** As Google names it, mostly an email address. */
  readonly calendarId: string;
}

/** What Ava writes for one appointment. */
export interface AppointmentEvent {
  /** Ours: 5 to 1,024 characters of `a` to `v` and digits, never given twice by a calendar, not even after deletion. */
  readonly eventId: string;
  /** Of the appointment: found again by it, whatever became of the event's id. */
  readonly appointmentId: string;
  /** The appointment's version that the event shows. */
  readonly version: number;
  readonly summary: string;
  readonly description: string;
  /** Epoch milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** IANA name; only for how the calendar shows the time. */
  readonly timeZone: string;
}

/** An event as the calendar has it. */
export interface StoredEvent {
  readonly eventId: string;
  readonly etag: string;
  /** Deleted, by us or by hand. Its id stays taken. */
  readonly cancelled: boolean;
  /** What Ava wrote into it; null for an event that is not hers. */
  readonly ours: { readonly appointmentId: string; readonly version: number } | null;
  /** Epoch milliseconds; null where a deleted event no longer tells. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly summary: string;
  readonly description: string;
}

/** A stretch of time in which a provider is taken, epoch milliseconds. */
export interface BusyTime {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** What changed in a calendar: an event that keeps its owner busy, or one that (now) doesn't. */
export type CalendarChange =
  | { readonly kind: 'busy'; readonly eventId: string; readonly ours: string | null; readonly at: BusyTime }
  | { readonly kind: 'free'; readonly eventId: string; readonly ours: string | null };

export interface CalendarChanges {
  readonly changes: readonly CalendarChange[];
  /** To be given next time, once all of `changes` are kept. */
  readonly syncToken: string;
  /** All there is, rather than what changed: whatever is not named is free. */
  readonly whole: boolean;
}

/** Why a calendar did not do as asked; `status` is Google's, 0 where there was no answer. */
export type CalendarTroubleKind =
  /** 404 or 410 for the calendar itself: deleted, or no longer shared with us. */
  | 'calendar_gone'
  /** 401, `invalid_grant`, a key that does not open: until somebody connects the calendar again. */
  | 'credentials'
  /** 429, or 403 for a quota: later. */
  | 'busy'
  /** 5xx, or no connection: nothing, or something, was done. */
  | 'unavailable'
  /** No answer in time: nothing, or something, was done. */
  | 'timeout'
  /** Any other 4xx: the same request will never do. */
  | 'refused';

export class CalendarTrouble extends Error {
  override readonly name = 'CalendarTrouble';
  readonly kind: CalendarTroubleKind;
  readonly status: number;
  /** Google's word for it, such as `rateLimitExceeded`; never anything of an event. */
  readonly reason: string;
  /** How long the service asked us to wait, milliseconds. */
  readonly afterMs: number | undefined;

  constructor(
    kind: CalendarTroubleKind,
    more: {
      readonly status?: number;
      readonly reason?: string;
      readonly afterMs?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(`the calendar did not do it: ${kind}`, { cause: more.cause });
    this.kind = kind;
    this.status = more.status ?? 0;
    this.reason = more.reason ?? '';
    this.afterMs = more.afterMs;
  }
}

/** Whatever does not answer as described throws a `CalendarTrouble`. Each call gives up when `signal` says so, as `timeout`. */
export interface Calendar {
  /** The event of this id, deleted ones included; null where the calendar never had it. */
  event(calendar: CalendarRef, eventId: string, signal: AbortSignal): Promise<StoredEvent | null>;
  /** All events, deleted ones left out, that Ava wrote for this appointment: more than one only where something went wrong. */
  eventsOf(calendar: CalendarRef, appointmentId: string, signal: AbortSignal): Promise<readonly StoredEvent[]>;
  /** `taken`: the calendar has, or had, an event of this id. */
  insert(calendar: CalendarRef, event: AppointmentEvent, signal: AbortSignal): Promise<'done' | 'taken'>;
  /** Only where the event is still as it was when it had this etag. */
  replace(
    calendar: CalendarRef,
    event: AppointmentEvent,
    etag: string,
    signal: AbortSignal,
  ): Promise<'done' | 'changed' | 'missing'>;
  /** Only where the event is still as it was when it had this etag; one that is deleted already is `done`. */
  remove(calendar: CalendarRef, eventId: string, etag: string, signal: AbortSignal): Promise<'done' | 'changed'>;
  /**
   * What changed since `syncToken`, or all there is from `from` on where that is null; null where the token is too old
   * (ask again without). Recurring events are given one by one; all-day events block the whole day in `timeZone`.
   */
  changes(
    calendar: CalendarRef,
    since: { readonly syncToken: string | null; readonly from: number; readonly timeZone: string },
    signal: AbortSignal,
  ): Promise<CalendarChanges | null>;
  /** Asks the calendar itself what is taken, from and to in epoch milliseconds; our own events included. */
  busyTimes(calendar: CalendarRef, from: number, to: number, signal: AbortSignal): Promise<readonly BusyTime[]>;
  /** Has the calendar knock at `address` (https) on each change, until `expiresAt`, epoch milliseconds; `token` comes along. */
  watch(
    calendar: CalendarRef,
    channel: { readonly channelId: string; readonly address: string; readonly token: string },
    signal: AbortSignal,
  ): Promise<{ readonly resourceId: string; readonly expiresAt: number }>;
  unwatch(
    calendar: CalendarRef,
    channel: { readonly channelId: string; readonly resourceId: string },
    signal: AbortSignal,
  ): Promise<void>;
}
