/**
 * Calendars compared with the book, for what the protocol of writing cannot keep from happening: ids given twice,
 * requests that arrive long after they were given up, what was changed where nobody of ours looked.
 */
import type { StoredEvent } from './calendar.ts';
import { type EventPlace, eventIdOf, isAtItsTime, type WantedEvent } from './calendar-writing.ts';

export interface ListedEvent {
  readonly calendarId: string;
  readonly event: StoredEvent;
}

export interface Compared {
  readonly appointmentId: string;
  /** Both as the book had them after the events were listed: whatever is listed was noted before. */
  readonly wanted: WantedEvent | null;
  readonly place: EventPlace | null;
  /** What was written for the appointment, in every calendar where it may be; deleted events left out. */
  readonly listed: readonly ListedEvent[];
}

export interface Comparison {
  /** To be removed: the book knows nothing of them. */
  readonly extras: readonly ListedEvent[];
  /** The calendar is to be written again. */
  readonly differs: boolean;
}

export function compare({ appointmentId, wanted, place, listed }: Compared): Comparison {
  const noted = place === null || place.state === 'gone' ? [] : listed.filter(isAt(appointmentId, place));
  const kept = noted.toSorted((a, b) => versionOf(b) - versionOf(a))[0];
  return { extras: listed.filter((each) => each !== kept), differs: !isRight(wanted, place, kept?.event) };
}

const isAt =
  (appointmentId: string, { calendarId, generation }: EventPlace) =>
  (each: ListedEvent): boolean =>
    each.calendarId === calendarId && each.event.eventId === eventIdOf(appointmentId, generation);

const versionOf = ({ event }: ListedEvent): number => event.ours?.version ?? 0;

function isRight(wanted: WantedEvent | null, place: EventPlace | null, event: StoredEvent | undefined): boolean {
  if (wanted === null) return place === null || place.state === 'gone';
  if (place === null) return false;
  const { version } = wanted.event;
  // What a human did is left as it is, see `calendar-writing.ts`.
  if (place.state === 'gone') return place.byHand === 'removed' && place.version === version;
  if (place.state !== 'shown' || place.calendarId !== wanted.calendarId || place.version !== version) return false;
  if (event?.ours?.version !== version) return false;
  return place.byHand === 'moved' || isAtItsTime(event, wanted.event);
}

/** An appointment to be compared, and where its events may be. */
export interface ComparisonCase {
  readonly clinicId: string;
  readonly appointmentId: string;
  readonly calendarIds: readonly string[];
}

/** The book's side of comparing. */
export interface ComparisonBook {
  /** Up to `limit` appointments of the coming weeks, those first that were compared longest ago; none that is being written. */
  next(limit: number): Promise<readonly ComparisonCase[]>;
  /** What is wanted and noted now; null where it is being written meanwhile, or is no more. */
  read(which: ComparisonCase): Promise<Pick<Compared, 'wanted' | 'place'> | null>;
  /** It was compared; with `differs` it is to be written again. */
  compared(which: ComparisonCase, differs: boolean): Promise<void>;
}
