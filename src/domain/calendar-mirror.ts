/**
 * How far a copy of a calendar's busy times is to be trusted. What passes by itself (429, 5xx, silence) is borne as long
 * as the copy is new enough; what somebody has to mend (a calendar that is gone, credentials) makes the copy worthless
 * at once. Beyond that the calendar itself is asked, in the middle of the call, and quickly.
 */
import { type CalendarChanges, type CalendarRef, CalendarTrouble, type CalendarTroubleKind } from './calendar.ts';

/** What is known of one calendar's copy. */
export interface Mirrored extends CalendarRef {
  /** How old the copy is, milliseconds; null: there is none. */
  readonly ageMs: number | null;
  readonly syncToken: string | null;
  /** The clinic's. */
  readonly timeZone: string;
  /** Why the last look failed, and how long ago. */
  readonly trouble: { readonly kind: CalendarTroubleKind; readonly status: number; readonly agoMs: number } | null;
}

/** `serve`: the copy will do. `ask`: the calendar must be asked first. Trouble: neither would help. */
export type Verdict = 'serve' | 'ask' | CalendarTrouble;

/** For how long what has to be mended is taken for broken still, rather than tried again. */
const MENDED_AFTER_MS = 2_000;

/** Whether these kinds mean that the copy is worth nothing, however new it is. */
export const voidsCopy = (kind: CalendarTroubleKind): boolean =>
  kind === 'calendar_gone' || kind === 'credentials' || kind === 'refused';

export function verdictOn({ ageMs, trouble }: Mirrored, maxAgeMs: number): Verdict {
  if (trouble && voidsCopy(trouble.kind)) {
    return trouble.agoMs < MENDED_AFTER_MS ? new CalendarTrouble(trouble.kind, { status: trouble.status }) : 'ask';
  }
  return ageMs !== null && ageMs <= maxAgeMs ? 'serve' : 'ask';
}

/** `copy` is null where the provider has no calendar. */
export interface ProviderCopy {
  readonly providerId: string;
  readonly copy: Mirrored | null;
}

/** What a look at a calendar found. */
export interface Look {
  /** The sync token of the copy that it began with. */
  readonly since: string | null;
  readonly changes: CalendarChanges;
  /** What ended earlier is kept no longer, epoch milliseconds. */
  readonly overBefore: number;
  /** How soon the calendar is looked at again. */
  readonly nextInMs: number;
}

/** Where copies are kept. */
export interface CalendarMirror {
  /** Of each provider among these resources. */
  of(clinicId: string, resourceIds: readonly string[]): Promise<readonly ProviderCopy[]>;
  /** False where somebody else has kept something newer meanwhile: then nothing is kept. */
  keep(ref: CalendarRef, look: Look): Promise<boolean>;
  /** The calendar could not be read; looked at again after a while that `nextInMs` makes of the failures in a row, from 1. */
  fail(ref: CalendarRef, trouble: CalendarTrouble, nextInMs: (failures: number) => number): Promise<void>;
}

/** What of the calendars is due, and by which channel each of them knocks. */
export interface CalendarRounds {
  /** Makes copies of calendars that providers have, and forgets those that nobody has any more. */
  enrol(): Promise<void>;
  /** Up to so many that are due; nobody else gets them for `leaseMs`. */
  claimDue(limit: number, leaseMs: number): Promise<readonly DueCalendar[]>;
  /** The calendar knocks by this channel from now on. */
  keepChannel(ref: CalendarRef, channel: Channel): Promise<void>;
  /** How old the oldest copy is, milliseconds; null where there is none. */
  oldestMs(): Promise<number | null>;
}

export interface Channel {
  readonly channelId: string;
  readonly resourceId: string;
  readonly expiresAt: number;
}

export interface DueCalendar extends Pick<Mirrored, 'clinicId' | 'calendarId' | 'syncToken' | 'timeZone'> {
  readonly channel: Channel | null;
}
