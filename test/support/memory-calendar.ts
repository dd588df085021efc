/**
 * Calendars in memory, as Google keeps them: ids stay taken after deletion, each change has a new etag, and a collision
 * of ids may be missed. A test can change events by hand and have requests fail, with or without effect.
 */
import {
  type AppointmentEvent,
  type BusyTime,
  type Calendar,
  type CalendarChange,
  type CalendarRef,
  CalendarTrouble,
  type StoredEvent,
} from '../../src/domain/calendar.ts';

type Method = 'event' | 'eventsOf' | 'insert' | 'replace' | 'remove' | 'changes' | 'busyTimes' | 'watch' | 'unwatch';

/** What becomes of a request besides, or in place of, what it asked for. */
export interface RequestFault {
  readonly trouble: CalendarTrouble;
  /** It took effect all the same: only the answer was lost. */
  readonly committed: boolean;
}

export interface MemoryCalendarOptions {
  /** Asked before each request. */
  readonly fault?: (method: Method, calendar: CalendarRef) => RequestFault | null;
  /** True where an id that is taken is given a second time. */
  readonly missesCollision?: () => boolean;
  /** Awaited before each request takes effect, and before its answer. */
  readonly delay?: () => Promise<void>;
}

interface KeptEvent extends StoredEvent {
  readonly calendarId: string;
  readonly changedAt: number;
}

export interface MemoryCalendar extends Calendar {
  /** All that is there now, deleted events left out. */
  live(): readonly (StoredEvent & { readonly calendarId: string })[];
  /** Every request so far. */
  readonly requests: readonly { readonly method: Method; readonly calendarId: string }[];
  removeByHand(calendarId: string, eventId: string): void;
  moveByHand(calendarId: string, eventId: string, startsAt: number): void;
  /** An event that is not Ava's. */
  typeByHand(calendarId: string, eventId: string, at: BusyTime): void;
}

const CHANNEL_LIFE_MS = 7 * 86_400_000;

export function memoryCalendar(options: MemoryCalendarOptions = {}): MemoryCalendar {
  const { fault = () => null, missesCollision = () => false, delay = async () => undefined } = options;
  const kept: KeptEvent[] = [];
  const requests: { method: Method; calendarId: string }[] = [];
  let changes = 0;

  async function request<T>(method: Method, calendar: CalendarRef, signal: AbortSignal, work: () => T): Promise<T> {
    requests.push({ method, calendarId: calendar.calendarId });
    const failing = fault(method, calendar);
    await delay();
    if (signal.aborted) throw new CalendarTrouble('timeout');
    if (failing && !failing.committed) throw failing.trouble;
    const answer = work();
    await delay();
    if (failing) throw failing.trouble;
    return answer;
  }

  function keep(calendarId: string, event: Omit<StoredEvent, 'etag'>): void {
    changes += 1;
    kept.push({ ...event, calendarId, etag: `"${changes}"`, changedAt: changes });
  }

  /** The latest of an id, where a missed collision made two. */
  function find(calendarId: string, eventId: string, etag?: string): KeptEvent | undefined {
    const named = kept.filter((each) => each.calendarId === calendarId && each.eventId === eventId);
    return named.find((each) => each.etag === etag) ?? named.at(-1);
  }

  function change(event: KeptEvent, changed: Partial<StoredEvent>): void {
    changes += 1;
    kept[kept.indexOf(event)] = { ...event, ...changed, etag: `"${changes}"`, changedAt: changes };
  }

  function byHand(calendarId: string, eventId: string, changed: Partial<StoredEvent>): void {
    const event = find(calendarId, eventId);
    if (event === undefined) throw new Error(`${calendarId} has no event ${eventId}`);
    change(event, changed);
  }

  const liveIn = (calendarId: string): KeptEvent[] =>
    kept.filter((each) => each.calendarId === calendarId && !each.cancelled);

  return {
    event: (calendar, eventId, signal) =>
      request('event', calendar, signal, () => bare(find(calendar.calendarId, eventId))),
    eventsOf: (calendar, appointmentId, signal) =>
      request('eventsOf', calendar, signal, () =>
        liveIn(calendar.calendarId)
          .filter(({ ours }) => ours?.appointmentId === appointmentId)
          .flatMap((each) => bare(each) ?? []),
      ),
    insert: (calendar, event, signal) =>
      request('insert', calendar, signal, () => {
        if (find(calendar.calendarId, event.eventId) !== undefined && !missesCollision()) return 'taken';
        keep(calendar.calendarId, { ...storedOf(event), eventId: event.eventId });
        return 'done';
      }),
    replace: (calendar, event, etag, signal) =>
      request('replace', calendar, signal, () => {
        const found = find(calendar.calendarId, event.eventId, etag);
        if (found === undefined || found.cancelled) return 'missing';
        if (found.etag !== etag) return 'changed';
        change(found, storedOf(event));
        return 'done';
      }),
    remove: (calendar, eventId, etag, signal) =>
      request('remove', calendar, signal, () => {
        const found = find(calendar.calendarId, eventId, etag);
        if (found === undefined || found.cancelled) return 'done';
        if (found.etag !== etag) return 'changed';
        change(found, { cancelled: true });
        return 'done';
      }),
    changes: (calendar, { syncToken, from }, signal) =>
      request('changes', calendar, signal, () => {
        const since = Number(syncToken ?? 0);
        const named = kept.filter((each) => each.calendarId === calendar.calendarId && each.changedAt > since);
        const wanted =
          syncToken === null ? named.filter((each) => !each.cancelled && (each.endsAt ?? 0) > from) : named;
        return { changes: wanted.map(changeOf), syncToken: String(changes), whole: syncToken === null };
      }),
    busyTimes: (calendar, from, to, signal) =>
      request('busyTimes', calendar, signal, () =>
        liveIn(calendar.calendarId).flatMap(({ startsAt, endsAt }) =>
          startsAt !== null && endsAt !== null && startsAt < to && endsAt > from ? [{ startsAt, endsAt }] : [],
        ),
      ),
    watch: (calendar, { channelId }, signal) =>
      request('watch', calendar, signal, () => ({
        resourceId: `resource of ${channelId}`,
        expiresAt: Date.now() + CHANNEL_LIFE_MS,
      })),
    unwatch: (calendar, _channel, signal) => request('unwatch', calendar, signal, () => undefined),
    live: () => kept.filter((each) => !each.cancelled),
    requests,
    removeByHand: (calendarId, eventId) => byHand(calendarId, eventId, { cancelled: true }),
    moveByHand(calendarId, eventId, startsAt) {
      const event = find(calendarId, eventId);
      const lengthMs = (event?.endsAt ?? 0) - (event?.startsAt ?? 0);
      byHand(calendarId, eventId, { startsAt, endsAt: startsAt + lengthMs });
    },
    typeByHand: (calendarId, eventId, { startsAt, endsAt }) =>
      keep(calendarId, { eventId, cancelled: false, ours: null, startsAt, endsAt, summary: 'Lunch', description: '' }),
  };
}

/** Without what only the calendar itself knows. */
function bare(event: KeptEvent | undefined): StoredEvent | null {
  if (event === undefined) return null;
  const { calendarId: _calendarId, changedAt: _changedAt, ...stored } = event;
  return stored;
}

function storedOf({ appointmentId, version, startsAt, endsAt, summary, description }: AppointmentEvent) {
  return { cancelled: false, ours: { appointmentId, version }, startsAt, endsAt, summary, description };
}

function changeOf({ eventId, cancelled, ours, startsAt, endsAt }: KeptEvent): CalendarChange {
  const owner = ours?.appointmentId ?? null;
  if (cancelled || startsAt === null || endsAt === null) return { kind: 'free', eventId, ours: owner };
  return { kind: 'busy', eventId, ours: owner, at: { startsAt, endsAt } };
}
