/** What a client may write into an event: the fields that are looked at are checked, everything else is kept as it came. */
import type { calendar_v3 } from '@googleapis/calendar';
import { z } from 'zod';
import { repeats } from './recurrence.ts';
import { emptyRange, invalid, missing } from './refusals.ts';
import { spanOf } from './times.ts';

const MAX_DESCRIPTION_CHARACTERS = 8_192;
const MAX_PROPERTIES = 300;

const time = z.looseObject({ date: z.string(), dateTime: z.string(), timeZone: z.string() }).partial();
const properties = z
  .record(z.string().max(44), z.string().max(1_024))
  .refine((kept) => Object.keys(kept).length <= MAX_PROPERTIES, 'too many extended properties');

export const eventBody = z.looseObject({
  id: z
    .string()
    .regex(/^[a-v0-9]{5,1024}$/, 'Invalid resource id value.')
    .optional(),
  status: z.enum(['confirmed', 'tentative', 'cancelled']).optional(),
  summary: z.string().nullish(),
  description: z.string().max(MAX_DESCRIPTION_CHARACTERS).nullish(),
  start: time.optional(),
  end: time.optional(),
  recurrence: z.array(z.string()).optional(),
  transparency: z.enum(['opaque', 'transparent']).optional(),
  attendees: z.array(z.looseObject({ email: z.string(), responseStatus: z.string().optional() })).optional(),
  extendedProperties: z.looseObject({ private: properties, shared: properties }).partial().optional(),
});

/** Refuses an event whose times are none, or the wrong way round. */
export function requireTimes(event: calendar_v3.Schema$Event, timeZone: string): void {
  const { start, end } = event;
  if (!start?.date && !start?.dateTime) throw missing('Missing start time.');
  if (!end?.date && !end?.dateTime) throw missing('Missing end time.');
  if (Boolean(start.date) !== Boolean(end.date))
    throw invalid('Start and end times must either both be date or dateTime.');
  for (const zone of [start.timeZone, end.timeZone])
    if (zone && !isZone(zone)) throw invalid('Invalid time zone definition.');
  const { startsAt, endsAt } = spanOf(event, timeZone);
  if (endsAt < startsAt || (start.date && endsAt === startsAt)) throw emptyRange();
  repeats(event);
}

function isZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
