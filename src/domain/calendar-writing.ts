/**
 * How a calendar is made to show an appointment: what to do next, decided from what the book wants, where it last noted
 * the event to be, and what the calendar answered. Level-triggered: nothing here asks what happened before, so that a
 * writer may die after any step and the next one goes on from what it finds.
 *
 * Whoever carries this out notes a place before anything is written there, reads the event before it writes it, and does
 * neither once somebody else may have taken over.
 */
import type { AppointmentEvent, StoredEvent } from './calendar.ts';
import type { Instant } from './clinic.ts';

/** What a calendar is to show of an appointment. */
export interface WantedEvent {
  readonly calendarId: string;
  readonly event: Omit<AppointmentEvent, 'eventId'>;
}

/** Where an appointment's event is or may be, as the book has it. */
export interface EventPlace {
  readonly calendarId: string;
  /** Of the events that the appointment has had: each has an id of its own, since a calendar takes none twice. */
  readonly generation: number;
  /**
   * `writing`: may be there, or come to be there · `shown`: is there, and was seen · `leaving`: is to be removed here, for
   * another calendar · `gone`: there is none.
   */
  readonly state: 'writing' | 'shown' | 'leaving' | 'gone';
  /** What a human did to it in the calendar; left as it is until the appointment changes again. */
  readonly byHand: 'removed' | 'moved' | null;
  /** The appointment's version that was settled last; null until one was. */
  readonly version: number | null;
  /** Since when it stands like this; of one never seen, when somebody last set out to write it. */
  readonly since: Instant;
}

/** What a writer knows. */
export interface Writing {
  readonly appointmentId: string;
  /** Null: nothing is to be shown. */
  readonly wanted: WantedEvent | null;
  readonly place: EventPlace;
  /** What the calendar has at the place. */
  readonly found: StoredEvent | null;
  readonly now: Instant;
}

export type WritingStep =
  | { readonly kind: 'insert' }
  /** Both only where the event is as it was when it was read. */
  | { readonly kind: 'replace'; readonly etag: string }
  | { readonly kind: 'remove'; readonly etag: string }
  /** Note this place, then look there. */
  | { readonly kind: 'note'; readonly place: EventPlace }
  /** The calendar is as it should be; `more`: another calendar is not yet. */
  | { readonly kind: 'settle'; readonly place: EventPlace; readonly more: boolean }
  /** Nothing is there, but a write that was given up may still arrive. */
  | { readonly kind: 'look_again'; readonly afterMs: number };

/** How long after it was sent a request that nobody waits for any more may still take effect. */
const LATE_WRITE_MS = 15_000;

/** Google's ids are of `a` to `v` and digits, which hexadecimal digits are. */
export function eventIdOf(appointmentId: string, generation: number): string {
  return `ava${appointmentId.replaceAll('-', '')}g${generation}`;
}

/** Where to look first, to be noted before anything is done there; null: there is nothing to do. */
export function aim(wanted: WantedEvent | null, place: EventPlace | null, now: Instant): EventPlace | null {
  if (place === null) return wanted && placeIn(wanted, 0, now);
  if (place.state === 'gone') {
    const respected = place.byHand === 'removed' && place.version === wanted?.event.version;
    return wanted === null || respected ? null : placeIn(wanted, place.generation + 1, now);
  }
  if (wanted === null || place.state === 'leaving') return place;
  if (wanted.calendarId !== place.calendarId) return { ...place, state: 'leaving' };
  return place.state === 'writing' ? { ...place, since: now } : place;
}

/** What a writer does next. */
export function nextStep(writing: Writing): WritingStep {
  const { wanted, place } = writing;
  return wanted === null || place.state === 'leaving' ? leave(writing) : show(writing, wanted);
}

/** Calendars keep whole seconds. */
export function isAtItsTime(found: StoredEvent, { startsAt, endsAt }: WantedEvent['event']): boolean {
  return seconds(found.startsAt) === seconds(startsAt) && seconds(found.endsAt) === seconds(endsAt);
}

const seconds = (at: Instant | null): number | null => at && Math.floor(at / 1_000);

/** What stands in the book once the calendar has taken what was written. */
export function shown({ wanted, place, now }: Pick<Writing, 'wanted' | 'place' | 'now'>): EventPlace {
  return { ...place, state: 'shown', byHand: null, version: wanted?.event.version ?? null, since: now };
}

/** The same once the calendar has removed it. */
export function left({ place, now }: Pick<Writing, 'place' | 'now'>): EventPlace {
  return { ...place, state: 'gone', byHand: null, since: now };
}

function show({ appointmentId, place, found, now }: Writing, wanted: WantedEvent): WritingStep {
  const { event } = wanted;
  if (found === null) return { kind: 'insert' };
  if (found.cancelled) {
    const seen = place.state === 'shown' && place.version === event.version;
    if (seen) return { kind: 'settle', place: { ...place, state: 'gone', byHand: 'removed', since: now }, more: false };
    return { kind: 'note', place: placeIn(wanted, place.generation + 1, now) };
  }
  // Somebody else's, under an id that is ours: never touched.
  if (found.ours?.appointmentId !== appointmentId)
    return { kind: 'note', place: placeIn(wanted, place.generation + 1, now) };
  // A later one, too, is replaced: it is there where the book came back from a backup.
  if (found.ours.version !== event.version) return { kind: 'replace', etag: found.etag };
  const settled = shown({ wanted, place, now });
  return { kind: 'settle', place: isAtItsTime(found, event) ? settled : { ...settled, byHand: 'moved' }, more: false };
}

function leave({ appointmentId, wanted, place, found, now }: Writing): WritingStep {
  if (found !== null && !found.cancelled && found.ours?.appointmentId === appointmentId)
    return { kind: 'remove', etag: found.etag };
  const lateMs = place.since + LATE_WRITE_MS - now;
  if (found === null && place.version === null && lateMs > 0) return { kind: 'look_again', afterMs: lateMs };
  return { kind: 'settle', place: left({ place, now }), more: wanted !== null };
}

function placeIn({ calendarId }: WantedEvent, generation: number, now: Instant): EventPlace {
  return { calendarId, generation, state: 'writing', byHand: null, version: null, since: now };
}
