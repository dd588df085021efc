/**
 * Calendars in memory, as Google keeps them: ids stay taken after deletion, each change has a new etag, and a collision
 * of ids may be missed. A test can change events by hand and have requests fail, with or without effect.
 */
import {
  type AppointmentEvent,
  type BusyTime,
  type Calendar,
  type CalendarChange,
  type CalendarChanges,
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
  /** Asked before each request; `silence`: it is never answered. */
  readonly fault?: (method: Method, calendar: CalendarRef) => RequestFault | 'silence' | null;
  /** True where an id that is taken is given a second time. */
  readonly missesCollision?: () => boolean;
  /** Awaited before each request takes effect, and before its answer. */
  readonly delay?: () => Promise<void>;
}

interface KeptEvent extends StoredEvent {
  readonly calendarId: string;
  /** Counts all changes, from 1. */
  readonly changedAt: number;
  /** Whether it keeps its owner busy. */
  readonly busy: boolean;
}

export interface MemoryCalendar extends Calendar {
  /** All that is there now, deleted events left out. */
  live(): readonly (StoredEvent & { readonly calendarId: string })[];
  /** Every request so far. */
  readonly requests: readonly { readonly method: Method; readonly calendarId: string }[];
  removeByHand(calendarId: string, eventId: string): void;
  changeByHand(
    calendarId: string,
    eventId: string,
    change: Partial<Pick<StoredEvent, 'summary' | 'startsAt' | 'endsAt'>>,
  ): void;
  /** An event that is not Ava's. */
  typeByHand(calendarId: string, eventId: string, at: BusyTime & { readonly busy?: boolean }): void;
  /** The calendar is deleted, or shared with us no longer. */
  lose(calendarId: string): void;
  /** Sync tokens given so far are too old. */
  forgetTokens(): void;
}

const CHANNEL_LIFE_MS = 7 * 86_400_000;

export function memoryCalendar(options: MemoryCalendarOptions = {}): MemoryCalendar {
  const { fault = () => null, missesCollision = () => false, delay = async () => undefined } = options;
  const kept: KeptEvent[] = [];
  const requests: { method: Method; calendarId: string }[] = [];
  const lost = new Set<string>();
  let changes = 0;
  let oldestToken = 0;

  async function request<T>(method: Method, calendar: CalendarRef, signal: AbortSignal, work: () => T): Promise<T> {
    requests.push({ method, calendarId: calendar.calendarId });
    const failing = fault(method, calendar);
    if (failing === 'silence') {
      await aborted(signal);
      throw new CalendarTrouble('timeout');
    }
    await delay();
    if (signal.aborted) throw new CalendarTrouble('timeout');
    if (failing && !failing.committed) throw failing.trouble;
    if (lost.has(calendar.calendarId) && method !== 'event')
      throw new CalendarTrouble('calendar_gone', { status: 404 });
    const answer = work();
    await delay();
    if (failing) throw failing.trouble;
    return answer;
  }

  function keep(calendarId: string, event: Omit<KeptEvent, 'etag' | 'calendarId' | 'changedAt'>): void {
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

  function changesSince(calendarId: string, syncToken: string | null, from: number): CalendarChanges | null {
    if (syncToken !== null && Number(syncToken) < oldestToken) return null;
    const named = kept.filter((each) => each.calendarId === calendarId && each.changedAt > Number(syncToken ?? 0));
    const wanted = syncToken === null ? named.filter((each) => !each.cancelled && (each.endsAt ?? 0) > from) : named;
    return { changes: wanted.map(changeOf), syncToken: String(changes), whole: syncToken === null };
  }

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
      request('changes', calendar, signal, () => changesSince(calendar.calendarId, syncToken, from)),
    busyTimes: (calendar, from, to, signal) =>
      request('busyTimes', calendar, signal, () =>
        liveIn(calendar.calendarId).flatMap(({ busy, startsAt, endsAt }) =>
          busy && startsAt !== null && endsAt !== null && startsAt < to && endsAt > from ? [{ startsAt, endsAt }] : [],
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
    changeByHand: byHand,
    typeByHand: (calendarId, eventId, { startsAt, endsAt, busy = true }) =>
      keep(calendarId, { ...BY_HAND, eventId, startsAt, endsAt, busy }),
    lose: (calendarId) => void lost.add(calendarId),
    forgetTokens() {
      changes += 1;
      oldestToken = changes;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const BY_HAND = { cancelled: false, ours: null, summary: 'Lunch', description: '' } as const;

/** Without what only the calendar itself knows. */
function bare(event: KeptEvent | undefined): StoredEvent | null {
  if (event === undefined) return null;
  const { calendarId: _calendarId, changedAt: _changedAt, busy: _busy, ...stored } = event;
  return stored;
}

function storedOf({ appointmentId, version, startsAt, endsAt, summary, description }: AppointmentEvent) {
  return { cancelled: false, busy: true, ours: { appointmentId, version }, startsAt, endsAt, summary, description };
}

function changeOf({ eventId, cancelled, busy, ours, startsAt, endsAt }: KeptEvent): CalendarChange {
  const owner = ours?.appointmentId ?? null;
  if (cancelled || !busy || startsAt === null || endsAt === null) return { kind: 'free', eventId, ours: owner };
  return { kind: 'busy', eventId, ours: owner, at: { startsAt, endsAt } };
}
