/**
 * Appointments, calendars and workers in memory, under one clock and one seed: workers die or freeze between any two of
 * their requests, calendars fail, appointments change meanwhile.
 */
import { randomUUID } from 'node:crypto';
import { createEvents } from '../../ops/events.ts';
import type { Job } from '../../queues/job.ts';
import { syncAppointmentJob } from '../../queues/jobs/sync-appointment.ts';
import type { Calendar } from '../../src/domain/calendar.ts';
import type { CalendarBook } from '../../src/domain/calendar-book.ts';
import type { WantedEvent } from '../../src/domain/calendar-writing.ts';
import type { AvaEventName, AvaEvents } from '../../src/domain/events.ts';
import { type MemoryCalendar, type MemoryCalendarOptions, memoryCalendar } from '../support/memory-calendar.ts';
import { type MemoryCalendarBook, memoryCalendarBook } from '../support/memory-calendar-book.ts';

const CLINIC = '7ad1a9ce-0000-4000-8000-000000000001';
const NOON = 1_764_000_000_000;
const HOUR_MS = 3_600_000;
/** Rounds in which everything must have come to rest. */
const MOST_ROUNDS = 2_000;

export interface CalendarWorld {
  readonly calendar: MemoryCalendar;
  readonly book: MemoryCalendarBook;
  readonly told: readonly { readonly name: AvaEventName; readonly event: AvaEvents[AvaEventName] }[];
  /** Books it, or moves it: a version later, in this calendar; null: cancels it. */
  want(appointmentId: string, calendarId: string | null): void;
  wanted(appointmentId: string): WantedEvent | null;
  /** A worker, on these parts where they are not the world's own. */
  worker(parts?: { book?: CalendarBook; calendar?: Calendar }): Job;
  /** Runs its job for one appointment. */
  run(appointmentId: string, worker?: Job): Promise<void>;
  /** What a relay does for as long as it takes: everything that is due is run, one after the other. */
  settle(): Promise<void>;
  /** Nothing opens the clinic's calendars, until `connect`. */
  disconnect(): void;
  connect(): void;
  pass(ms: number): void;
  now(): number;
}

/** The n-th appointment's id. */
export const idOf = (n: number): string => `7ad1a9ce-0000-4000-8000-${String(n).padStart(12, '0')}`;

export function calendarWorld(options: MemoryCalendarOptions = {}): CalendarWorld {
  let now = NOON;
  let connected = true;
  const book = memoryCalendarBook(() => now);
  const calendar = memoryCalendar(options);
  const events = createEvents();
  const told: { name: AvaEventName; event: AvaEvents[AvaEventName] }[] = [];
  events.onAny((name, event) => told.push({ name, event }));
  const versions = new Map<string, number>();
  const wishes = new Map<string, WantedEvent | null>();

  const isConnected = async (): Promise<boolean> => connected;
  const worker = (parts: { book?: CalendarBook; calendar?: Calendar } = {}): Job =>
    syncAppointmentJob({ book, calendar, isConnected, events, newToken: randomUUID, elapsed: () => now, ...parts });

  const own = worker();
  const world: CalendarWorld = {
    calendar,
    book,
    told,
    want(appointmentId, calendarId) {
      const version = (versions.get(appointmentId) ?? 0) + 1;
      versions.set(appointmentId, version);
      const startsAt = NOON + version * HOUR_MS;
      const text = { summary: 'Botox: Ada Quinn', description: '', timeZone: 'America/New_York' };
      const event = { appointmentId, version, startsAt, endsAt: startsAt + HOUR_MS, ...text };
      const wish = calendarId === null ? null : { calendarId, event };
      wishes.set(appointmentId, wish);
      book.want(appointmentId, wish);
    },
    wanted: (appointmentId) => wishes.get(appointmentId) ?? null,
    worker,
    async run(appointmentId, job = own) {
      const data = { clinicId: CLINIC, appointmentId };
      await job.run({ data, attempt: 1, signal: new AbortController().signal });
    },
    async settle() {
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const pending = [...wishes.keys()].filter((id) => book.work(id)?.status === 'due');
        if (pending.length === 0) return;
        for (const id of book.due()) await world.run(id);
        now += 500;
      }
      throw new Error(`not at rest after ${MOST_ROUNDS} rounds`);
    },
    disconnect() {
      connected = false;
    },
    connect() {
      connected = true;
    },
    pass(ms) {
      now += ms;
    },
    now: () => now,
  };
  return world;
}

/** What calendars show besides what they should; empty where all is well. */
export function discrepancies(world: CalendarWorld, ids: readonly string[]): string[] {
  return ids.flatMap((id) => {
    const live = world.calendar.live().filter(({ ours }) => ours?.appointmentId === id);
    const wanted = world.wanted(id);
    const seen = live.map(({ calendarId, ours, startsAt }) => `${calendarId} v${ours?.version} ${startsAt}`);
    const expected = wanted ? [`${wanted.calendarId} v${wanted.event.version} ${wanted.event.startsAt}`] : [];
    return seen.join() === expected.join() ? [] : [`${id}: ${seen.join(', ')} instead of ${expected.join()}`];
  });
}

/** Has every request of these parts wait for `gate` before it is sent, and before its answer is heard. */
export function gated<Parts extends Calendar | CalendarBook>(parts: Parts, gate: () => Promise<void>): Parts {
  return new Proxy(parts, {
    get(target, name, receiver): unknown {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        await gate();
        const answer: unknown = await Reflect.apply(member, target, args);
        await gate();
        return answer;
      };
    },
  });
}
