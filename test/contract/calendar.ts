/** What every calendar behind the port promises, whoever keeps it. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AppointmentEvent,
  type Calendar,
  type CalendarRef,
  CalendarTrouble,
  type CalendarTroubleKind,
} from '../../src/domain/calendar.ts';

/** What somebody writes into their own calendar: a stretch of time, or whole days of which the last is not part. */
export type HandMade = (
  | { readonly startsAt: number; readonly endsAt: number }
  | { readonly date: string; readonly endDate: string }
) & { readonly transparent?: boolean; readonly declined?: boolean };

/** How a calendar can fail; `silence` is no answer at all. */
export type CalendarFailure = 'credentials' | 'busy' | 'unavailable' | 'silence';

export interface CalendarBench {
  readonly calendar: Calendar;
  /** An empty calendar, in the zone of New York. */
  make(): Promise<CalendarRef>;
  /** The calendar is deleted, or shared with us no longer. */
  lose(ref: CalendarRef): Promise<void>;
  /** What its owner does by hand; answers the event's id. */
  add(ref: CalendarRef, event: HandMade): Promise<string>;
  delete(ref: CalendarRef, eventId: string): Promise<void>;
  retitle(ref: CalendarRef, eventId: string, summary: string): Promise<void>;
  /** Sync tokens given so far are too old. */
  forgetTokens(): Promise<void>;
  /** From now on every request fails so, until `mend`. */
  fail(how: CalendarFailure): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

const AT = Date.parse('2026-11-24T19:00:00Z');
const HALF_HOUR_MS = 30 * 60_000;
const NEW_YORK = 'America/New_York';

/** An id that no calendar has yet. */
const freshId = (): string => `a${randomUUID().replaceAll('-', '')}`;

export function appointmentEvent(changes: Partial<AppointmentEvent> = {}): AppointmentEvent {
  return {
    eventId: freshId(),
    appointmentId: randomUUID(),
    version: 1,
    summary: 'Botox: Jordan Lee',
    description: 'Botox with Priya Sharma\n“Zoë” <b>&</b> 😀',
    startsAt: AT,
    endsAt: AT + HALF_HOUR_MS,
    timeZone: NEW_YORK,
    ...changes,
  };
}

const kindOf = (work: Promise<unknown>): Promise<CalendarTroubleKind | 'none'> =>
  work.then(
    () => 'none',
    (error: unknown) => {
      if (error instanceof CalendarTrouble) return error.kind;
      throw error;
    },
  );

export function describeCalendar(name: string, open: () => Promise<CalendarBench>): void {
  describe(`the calendar ${name}`, () => {
    let bench: CalendarBench;
    let calendar: Calendar;
    let ref: CalendarRef;
    let signal: AbortSignal;
    beforeAll(async () => {
      bench = await open();
      calendar = bench.calendar;
    });
    afterAll(() => bench.close());
    beforeEach(async () => {
      ref = await bench.make();
      signal = AbortSignal.timeout(10_000);
    });
    afterEach(() => bench.mend());

    const written = async (changes: Partial<AppointmentEvent> = {}): Promise<AppointmentEvent & { etag: string }> => {
      const event = appointmentEvent(changes);
      expect(await calendar.insert(ref, event, signal)).toBe('done');
      return { ...event, etag: (await calendar.event(ref, event.eventId, signal))?.etag ?? '' };
    };
    const everything = (): Record<string, () => Promise<unknown>> => ({
      event: () => calendar.event(ref, freshId(), signal),
      eventsOf: () => calendar.eventsOf(ref, randomUUID(), signal),
      insert: () => calendar.insert(ref, appointmentEvent(), signal),
      replace: () => calendar.replace(ref, appointmentEvent(), '"1"', signal),
      remove: () => calendar.remove(ref, freshId(), '"1"', signal),
      changes: () => calendar.changes(ref, { syncToken: null, from: AT, timeZone: NEW_YORK }, signal),
      busyTimes: () => calendar.busyTimes(ref, AT, AT + HALF_HOUR_MS, signal),
      watch: () => calendar.watch(ref, { channelId: randomUUID(), address: 'https://a.example', token: 't' }, signal),
    });

    describe('events', () => {
      it('are found as they were written', async () => {
        const event = await written({ version: 7 });
        const { eventId, appointmentId, summary, description, startsAt, endsAt, etag } = event;
        const ours = { appointmentId, version: 7 };
        expect(etag).not.toBe('');
        expect(await calendar.event(ref, eventId, signal)).toEqual({
          eventId,
          etag,
          cancelled: false,
          ours,
          startsAt,
          endsAt,
          summary,
          description,
        });
      });

      it('that never were are null', async () => {
        expect(await calendar.event(ref, freshId(), signal)).toBeNull();
      });

      it('made by hand are not ours', async () => {
        const eventId = await bench.add(ref, { startsAt: AT, endsAt: AT + HALF_HOUR_MS });
        expect(await calendar.event(ref, eventId, signal)).toMatchObject({
          ours: null,
          startsAt: AT,
          cancelled: false,
        });
      });

      it('take their id for good, deleted or not', async () => {
        const event = await written();
        expect(await calendar.insert(ref, appointmentEvent({ eventId: event.eventId }), signal)).toBe('taken');
        expect(await calendar.remove(ref, event.eventId, event.etag, signal)).toBe('done');
        expect(await calendar.insert(ref, event, signal)).toBe('taken');
        expect(await calendar.event(ref, event.eventId, signal)).toMatchObject({ cancelled: true });
      });

      it('of one id may be in two calendars', async () => {
        const event = await written();
        expect(await calendar.insert(await bench.make(), event, signal)).toBe('done');
      });

      it('are replaced where they are as they were', async () => {
        const { etag, ...event } = await written();
        const moved = { ...event, version: 2, startsAt: AT + HALF_HOUR_MS, endsAt: AT + 2 * HALF_HOUR_MS };
        expect(await calendar.replace(ref, moved, etag, signal)).toBe('done');
        const found = await calendar.event(ref, event.eventId, signal);
        expect(found).toMatchObject({ startsAt: moved.startsAt, endsAt: moved.endsAt, ours: { version: 2 } });
        expect(found?.etag).not.toBe(etag);
        expect(await calendar.replace(ref, event, etag, signal)).toBe('changed');
        expect(await calendar.replace(ref, appointmentEvent(), etag, signal)).toBe('missing');
      });

      it('that somebody changed by hand are left to them', async () => {
        const { etag, ...event } = await written();
        await bench.retitle(ref, event.eventId, 'Do not touch');
        expect(await calendar.replace(ref, { ...event, version: 2 }, etag, signal)).toBe('changed');
        expect(await calendar.remove(ref, event.eventId, etag, signal)).toBe('changed');
        expect(await calendar.event(ref, event.eventId, signal)).toMatchObject({
          summary: 'Do not touch',
          ours: { version: 1 },
        });
      });

      it('that are deleted already are removed', async () => {
        const event = await written();
        await bench.delete(ref, event.eventId);
        const etag = (await calendar.event(ref, event.eventId, signal))?.etag ?? '';
        expect(await calendar.remove(ref, event.eventId, etag, signal)).toBe('done');
        expect(await calendar.remove(ref, freshId(), '"1"', signal)).toBe('done');
      });

      it('of an appointment are found by it, the deleted ones left out', async () => {
        const { appointmentId, eventId, etag } = await written();
        const second = await written({ appointmentId, version: 2 });
        await written();
        await bench.add(ref, { startsAt: AT, endsAt: AT + HALF_HOUR_MS });
        const ids = async (): Promise<string[]> =>
          (await calendar.eventsOf(ref, appointmentId, signal)).map((each) => each.eventId).sort();
        expect(await ids()).toEqual([eventId, second.eventId].sort());
        await calendar.remove(ref, eventId, etag, signal);
        expect(await ids()).toEqual([second.eventId]);
        expect(await calendar.eventsOf(ref, randomUUID(), signal)).toEqual([]);
      });
    });

    describe('changes', () => {
      const from = AT - 24 * 3_600_000;
      const since = (syncToken: string | null) =>
        calendar.changes(ref, { syncToken, from, timeZone: NEW_YORK }, signal);

      it('begin with all there is, and go on with what is new', async () => {
        const { eventId, appointmentId } = await written();
        const byHand = await bench.add(ref, { startsAt: AT, endsAt: AT + HALF_HOUR_MS });
        const at = { startsAt: AT, endsAt: AT + HALF_HOUR_MS };
        const first = await since(null);
        expect(first?.whole).toBe(true);
        expect(new Set(first?.changes)).toEqual(
          new Set([
            { kind: 'busy', eventId, ours: appointmentId, at },
            { kind: 'busy', eventId: byHand, ours: null, at },
          ]),
        );
        const nothing = await since(first?.syncToken ?? '');
        expect(nothing).toMatchObject({ changes: [], whole: false });
        await bench.delete(ref, byHand);
        const second = await since(nothing?.syncToken ?? '');
        expect(second).toMatchObject({ changes: [{ kind: 'free', eventId: byHand }], whole: false });
        expect(await since(second?.syncToken ?? '')).toMatchObject({ changes: [] });
      });

      it('leave out what is over', async () => {
        await bench.add(ref, { startsAt: from - HALF_HOUR_MS, endsAt: from });
        expect((await since(null))?.changes).toEqual([]);
      });

      it('say free of what keeps nobody busy', async () => {
        const at = { startsAt: AT, endsAt: AT + HALF_HOUR_MS };
        await bench.add(ref, { ...at, transparent: true });
        await bench.add(ref, { ...at, declined: true });
        expect((await since(null))?.changes.map(({ kind }) => kind)).toEqual(['free', 'free']);
      });

      it('say of whole days that they are taken, in the zone that is asked for', async () => {
        await bench.add(ref, { date: '2026-11-25', endDate: '2026-11-26' });
        const at = { startsAt: Date.parse('2026-11-25T05:00:00Z'), endsAt: Date.parse('2026-11-26T05:00:00Z') };
        expect((await since(null))?.changes).toMatchObject([{ kind: 'busy', at }]);
      });

      it('can not be had by a token that is too old', async () => {
        const first = await since(null);
        await bench.forgetTokens();
        expect(await since(first?.syncToken ?? '')).toBeNull();
        expect(await since(null)).toMatchObject({ whole: true });
      });
    });

    it('tells what is taken, ours and others’, as stretches of time', async () => {
      await written();
      await bench.add(ref, { startsAt: AT + HALF_HOUR_MS, endsAt: AT + 2 * HALF_HOUR_MS });
      await bench.add(ref, { startsAt: AT + 4 * HALF_HOUR_MS, endsAt: AT + 5 * HALF_HOUR_MS, transparent: true });
      await bench.add(ref, { startsAt: AT + 40 * HALF_HOUR_MS, endsAt: AT + 41 * HALF_HOUR_MS });
      const busy = await calendar.busyTimes(ref, AT, AT + 10 * HALF_HOUR_MS, signal);
      const minutes = busy.reduce((sum, { startsAt, endsAt }) => sum + (endsAt - startsAt), 0) / 60_000;
      expect(minutes).toBe(60);
      expect(busy.every(({ startsAt, endsAt }) => startsAt >= AT && endsAt <= AT + 2 * HALF_HOUR_MS)).toBe(true);
      expect(await calendar.busyTimes(ref, AT - 2 * HALF_HOUR_MS, AT, signal)).toEqual([]);
    });

    it('is watched for a while, and no longer', async () => {
      const channelId = randomUUID();
      const channel = { channelId, address: 'https://ava.example/google/notify', token: 'a token' };
      const { resourceId, expiresAt } = await calendar.watch(ref, channel, signal);
      expect(expiresAt).toBeGreaterThan(Date.now() + 60_000);
      await calendar.unwatch(ref, { channelId, resourceId }, signal);
      await calendar.unwatch(ref, { channelId, resourceId }, signal);
    });

    describe('trouble', () => {
      it('of a calendar that is gone is told by all but the search for one event', async () => {
        await bench.lose(ref);
        for (const [name, ask] of Object.entries(everything())) {
          expect([name, await kindOf(ask())]).toEqual([name, name === 'event' ? 'none' : 'calendar_gone']);
        }
      });

      it.each(['credentials', 'busy', 'unavailable'] as const)('is named %s, and passes', async (kind) => {
        await bench.fail(kind);
        for (const [name, ask] of Object.entries(everything())) {
          expect([name, await kindOf(ask())]).toEqual([name, kind]);
        }
        await bench.mend();
        await written();
      });

      it('of a service that says nothing is a timeout, once the signal says so', async () => {
        await bench.fail('silence');
        signal = AbortSignal.timeout(60);
        for (const [name, ask] of Object.entries(everything())) {
          expect([name, await kindOf(ask())]).toEqual([name, 'timeout']);
        }
      });
    });
  });
}
