/**
 * Events that repeat, given one by one. Of the rules of RFC 5545 it knows those that people mostly make: daily or weekly,
 * by intervals, to a day or so many times. Anything else is refused, rather than shown wrongly.
 */
import type { calendar_v3 } from '@googleapis/calendar';
import { Temporal } from 'temporal-polyfill';
import { invalid } from './refusals.ts';

interface Rule {
  readonly every: Temporal.Duration;
  readonly count: number;
  /** Epoch milliseconds of the last moment at which one may begin. */
  readonly until: number;
}

/** How far a rule without an end is followed: the service does not say how far it does. */
const MAX_INSTANCES = 730;

/** The rule of an event; undefined where it happens once. */
export function repeats({ recurrence }: calendar_v3.Schema$Event): Rule | undefined {
  if (!recurrence?.length) return undefined;
  const [line = '', ...more] = recurrence;
  const parts = new Map(
    line
      .replace(/^RRULE:/, '')
      .split(';')
      .map((part): [string, string] => [part.split('=')[0] ?? '', part.split('=')[1] ?? '']),
  );
  const unknown = [...parts.keys()].filter((key) => !['FREQ', 'INTERVAL', 'COUNT', 'UNTIL'].includes(key));
  const unit = { DAILY: 'days', WEEKLY: 'weeks' }[parts.get('FREQ') ?? ''];
  if (!line.startsWith('RRULE:') || more.length > 0 || unknown.length > 0 || !unit) {
    throw invalid(`This simulator follows no such recurrence: ${recurrence.join(' ')}`);
  }
  return {
    every: Temporal.Duration.from({ [unit]: Number(parts.get('INTERVAL') ?? 1) }),
    count: Math.min(MAX_INSTANCES, Number(parts.get('COUNT') ?? MAX_INSTANCES)),
    until: untilOf(parts.get('UNTIL')),
  };
}

/** The event itself, or each time at which it happens, with an id of its own. */
export function instances(event: calendar_v3.Schema$Event, timeZone: string): calendar_v3.Schema$Event[] {
  const rule = repeats(event);
  if (!rule || event.status === 'cancelled') return [event];
  const found: calendar_v3.Schema$Event[] = [];
  let passed = Temporal.Duration.from({ days: 0 });
  for (let nth = 0; nth < rule.count; nth += 1) {
    const instance = shifted(event, passed, timeZone);
    if (instance.at.epochMilliseconds > rule.until) break;
    found.push(instance.event);
    passed = passed.add(rule.every);
  }
  return found;
}

function shifted(
  event: calendar_v3.Schema$Event,
  by: Temporal.Duration,
  timeZone: string,
): { event: calendar_v3.Schema$Event; at: Temporal.Instant } {
  const { recurrence: _, ...single } = event;
  const start = shiftedTime(event.start ?? {}, by, timeZone);
  const end = shiftedTime(event.end ?? {}, by, timeZone);
  const mark = start.at.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
  const id = `${event.id}_${event.start?.date ? mark.slice(0, 8) : mark}`;
  const own = { id, recurringEventId: event.id ?? '', originalStartTime: start.time };
  return { event: { ...single, ...own, start: start.time, end: end.time }, at: start.at };
}

function shiftedTime(
  time: calendar_v3.Schema$EventDateTime,
  by: Temporal.Duration,
  timeZone: string,
): { time: calendar_v3.Schema$EventDateTime; at: Temporal.Instant } {
  if (time.date) {
    const date = Temporal.PlainDate.from(time.date).add(by);
    return { time: { date: date.toString() }, at: date.toZonedDateTime('UTC').toInstant() };
  }
  const zone = time.timeZone ?? timeZone;
  const local = Temporal.Instant.from(time.dateTime ?? '')
    .toZonedDateTimeISO(zone)
    .add(by);
  const dateTime = local.toString({ timeZoneName: 'never' });
  return { time: { dateTime, timeZone: zone }, at: local.toInstant() };
}

function untilOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z)?$/.exec(text);
  if (!match) throw invalid('Invalid recurrence rule.');
  const [, year, month, day, hour = '23', minute = '59', second = '59'] = match;
  return Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`).epochMilliseconds;
}
