/** When an event is, as instants: a moment with its offset, a wall clock in a zone, or whole days of a calendar. */
import type { calendar_v3 } from '@googleapis/calendar';
import { Temporal } from 'temporal-polyfill';
import { invalid } from './refusals.ts';

/** Epoch milliseconds, the end excluded. */
export interface Span {
  readonly startsAt: number;
  readonly endsAt: number;
}

const HAS_OFFSET = /(?:Z|[+-]\d{2}:?\d{2})$/i;

/** The instant of one end of an event; whole days are those of `timeZone`. Refuses what is no time. */
export function instantOf(time: calendar_v3.Schema$EventDateTime, timeZone: string): number {
  try {
    if (time.date) return Temporal.PlainDate.from(time.date).toZonedDateTime(timeZone).epochMilliseconds;
    const text = time.dateTime ?? '';
    if (HAS_OFFSET.test(text)) return Temporal.Instant.from(text).epochMilliseconds;
    if (!time.timeZone) throw invalid('Missing time zone definition for start time.', 'required');
    return Temporal.PlainDateTime.from(text).toZonedDateTime(time.timeZone).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw invalid('Invalid time.');
    throw error;
  }
}

/** Of an event with both ends. */
export function spanOf(event: calendar_v3.Schema$Event, timeZone: string): Span {
  return { startsAt: instantOf(event.start ?? {}, timeZone), endsAt: instantOf(event.end ?? {}, timeZone) };
}

/** A parameter such as `timeMin`: RFC 3339 with an offset, which is mandatory. */
export function instantParameter(text: string | null, name: string): number | undefined {
  if (text === null) return undefined;
  const at = HAS_OFFSET.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw invalid(`Invalid value for: ${name}`, 'badRequest');
  return at;
}

/** Whether a span has anything of what begins at `from` and ends before `to`; an open end is no limit. */
export const touches = (span: Span, from: number | undefined, to: number | undefined): boolean =>
  (from === undefined || span.endsAt > from) && (to === undefined || span.startsAt < to);

/** Both ends as the service shows them: moments as wall clocks with their offset, whole days as they are. */
export function normalised(
  event: calendar_v3.Schema$Event,
  timeZone: string,
): Pick<calendar_v3.Schema$Event, 'start' | 'end'> {
  const { start, end } = event;
  return {
    ...(start && { start: normalisedTime(start, timeZone) }),
    ...(end && { end: normalisedTime(end, timeZone) }),
  };
}

function normalisedTime(time: calendar_v3.Schema$EventDateTime, timeZone: string): calendar_v3.Schema$EventDateTime {
  if (time.date) return { date: time.date };
  const zone = time.timeZone ?? timeZone;
  const local = Temporal.Instant.fromEpochMilliseconds(instantOf(time, timeZone)).toZonedDateTimeISO(zone);
  return { dateTime: local.toString({ timeZoneName: 'never', smallestUnit: 'second' }), timeZone: zone };
}
