/** Events on the wire and ours: what Ava writes, and what is read of an event that somebody else may have written. */
import { z } from 'zod';
import type { AppointmentEvent, BusyTime, CalendarChange, StoredEvent } from '../domain/calendar.ts';
import { instantOrSkip } from '../domain/clinic-time.ts';

/** Private to our project: other apps that read the calendar do not see them. */
const APPOINTMENT_PROPERTY = 'avaAppointment';
const VERSION_PROPERTY = 'avaVersion';

const time = z.object({ date: z.string().nullish(), dateTime: z.string().nullish() });
const event = z.object({
  id: z.string(),
  etag: z.string().nullish(),
  status: z.string().nullish(),
  summary: z.string().nullish(),
  description: z.string().nullish(),
  transparency: z.string().nullish(),
  start: time.nullish(),
  end: time.nullish(),
  attendees: z.array(z.object({ self: z.boolean().nullish(), responseStatus: z.string().nullish() })).nullish(),
  extendedProperties: z.object({ private: z.record(z.string(), z.string()).nullish() }).nullish(),
});
type WireEvent = z.infer<typeof event>;

/** Of a list, what is asked for: how busy somebody is, and nothing of why. */
export const BUSY_FIELDS = [
  'nextPageToken',
  'nextSyncToken',
  'items(id,status,transparency,start,end,attendees(self,responseStatus),extendedProperties/private)',
].join(',');

/** One answer to `events.list`. */
export const eventPage = z.object({
  items: z.array(event).nullish(),
  nextPageToken: z.string().nullish(),
  nextSyncToken: z.string().nullish(),
});
export type EventPage = z.infer<typeof eventPage>;

/** The filter that finds what was written for an appointment. */
export const writtenFor = (appointmentId: string): string => `${APPOINTMENT_PROPERTY}=${appointmentId}`;

export function bodyOf(appointment: AppointmentEvent) {
  const { eventId, appointmentId, version, summary, description, startsAt, endsAt, timeZone } = appointment;
  const moment = (at: number) => ({ dateTime: new Date(at).toISOString(), timeZone });
  return {
    id: eventId,
    status: 'confirmed',
    summary,
    description,
    start: moment(startsAt),
    end: moment(endsAt),
    extendedProperties: { private: { [APPOINTMENT_PROPERTY]: appointmentId, [VERSION_PROPERTY]: String(version) } },
  };
}

/** Throws a ZodError for what is no event. */
export function storedEvent(answer: unknown): StoredEvent {
  return storedOf(event.parse(answer));
}

const moment = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null);

export function storedOf(wire: WireEvent): StoredEvent {
  const { id, etag, status, summary, description, start, end } = wire;
  return {
    eventId: id,
    etag: etag ?? '',
    cancelled: status === 'cancelled',
    ours: oursOf(wire),
    startsAt: moment(start?.dateTime),
    endsAt: moment(end?.dateTime),
    summary: summary ?? '',
    description: description ?? '',
  };
}

/** What an event means for its owner's time; whole days are those of `timeZone`. */
export function changeOf(wire: WireEvent, timeZone: string): CalendarChange {
  const eventId = wire.id;
  const ours = oursOf(wire)?.appointmentId ?? null;
  const at = keepsBusy(wire) ? spanOf(wire, timeZone) : null;
  return at ? { kind: 'busy', eventId, ours, at } : { kind: 'free', eventId, ours };
}

function oursOf({ extendedProperties }: WireEvent): StoredEvent['ours'] {
  const kept = extendedProperties?.private ?? {};
  const appointmentId = kept[APPOINTMENT_PROPERTY];
  const version = Number(kept[VERSION_PROPERTY]);
  return appointmentId === undefined ? null : { appointmentId, version: Number.isSafeInteger(version) ? version : 0 };
}

function keepsBusy({ status, transparency, attendees }: WireEvent): boolean {
  const declined = attendees?.some(({ self, responseStatus }) => self && responseStatus === 'declined') ?? false;
  return status !== 'cancelled' && transparency !== 'transparent' && !declined;
}

function spanOf({ start, end }: WireEvent, timeZone: string): BusyTime | null {
  const instant = (each: z.infer<typeof time> | null | undefined): number => {
    if (each?.date) return instantOrSkip(each.date, 0, timeZone);
    return Date.parse(each?.dateTime ?? '');
  };
  const at = { startsAt: instant(start), endsAt: instant(end) };
  return at.endsAt > at.startsAt ? at : null;
}
