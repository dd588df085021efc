/** `freebusy.query`: what is taken, with nothing of what it is. */
import type { calendar_v3 } from '@googleapis/calendar';
import { z } from 'zod';
import type { Calendars, SimCalendar, SimEvent } from './calendars.ts';
import { instances } from './recurrence.ts';
import { emptyRange, invalid, missing } from './refusals.ts';
import { instantParameter, type Span, spanOf, touches } from './times.ts';

const MAX_CALENDARS = 50;

export const freeBusyBody = z.looseObject({
  timeMin: z.string().optional(),
  timeMax: z.string().optional(),
  items: z.array(z.looseObject({ id: z.string() })).default([]),
});

/** Answers for each calendar; one that is not there is an error of its own, in an answer that is fine. */
export function freeBusy(
  calendars: Calendars,
  account: string,
  { timeMin, timeMax, items }: z.infer<typeof freeBusyBody>,
): calendar_v3.Schema$FreeBusyResponse {
  const from = instantParameter(timeMin ?? null, 'timeMin');
  const to = instantParameter(timeMax ?? null, 'timeMax');
  if (from === undefined || to === undefined) throw missing('Missing time range.');
  if (to <= from) throw emptyRange();
  if (items.length > MAX_CALENDARS) throw invalid('Too many calendars requested.', 'tooManyCalendarsRequested');
  const answers = items.map(({ id }): [string, calendar_v3.Schema$FreeBusyCalendar] => {
    const calendar = calendars.find(id);
    if (!calendar?.isSharedWith(account)) return [id, { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] }];
    return [id, { busy: busyTimes(calendar, from, to) }];
  });
  return { kind: 'calendar#freeBusy', timeMin, timeMax, calendars: Object.fromEntries(answers) };
}

function busyTimes(calendar: SimCalendar, from: number, to: number): calendar_v3.Schema$TimePeriod[] {
  const taken = calendar.entries
    .filter(({ event }) => keepsBusy(event))
    .flatMap(({ event }) => instances(event, calendar.timeZone))
    .map((event) => spanOf(event, calendar.timeZone))
    .filter((span) => touches(span, from, to));
  return merged(taken).map(({ startsAt, endsAt }) => ({
    start: secondsOf(Math.max(startsAt, from)),
    end: secondsOf(Math.min(endsAt, to)),
  }));
}

function keepsBusy({ status, transparency, attendees }: SimEvent): boolean {
  const declined = attendees?.some(({ self, responseStatus }) => self && responseStatus === 'declined') ?? false;
  return status !== 'cancelled' && transparency !== 'transparent' && !declined;
}

/** Spans that touch become one. */
function merged(spans: readonly Span[]): Span[] {
  const together: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.startsAt - b.startsAt)) {
    const last = together.at(-1);
    if (!last || span.startsAt > last.endsAt) together.push(span);
    else together.splice(-1, 1, { startsAt: last.startsAt, endsAt: Math.max(last.endsAt, span.endsAt) });
  }
  return together;
}

const secondsOf = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}/, '');
