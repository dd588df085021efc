import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresCalendarMirror } from '../../db/calendar-mirror.ts';
import { postgresCalendarRounds } from '../../db/calendar-rounds.ts';
import type { Database } from '../../db/postgres.ts';
import { type CalendarChange, CalendarTrouble } from '../../src/domain/calendar.ts';
import type { Look } from '../../src/domain/calendar-mirror.ts';
import { bookingRequest, busyQuery, holdRequest, lumen, moveRequest, radiance } from '../contract/booking-requests.ts';
import { ownDatabase } from '../support/own-database.ts';

let database: Database;
ownDatabase(
  (opened) => {
    database = opened;
  },
  async (sql) => {
    await sql`truncate calendar_mirrors, appointments, holds cascade`;
    await sql`update providers set calendar_id = 'maya@radiance.test' where name = 'Maya Chen'`;
  },
);

const REF = { clinicId: radiance.id, calendarId: 'priya@radiance.test' };
const AT = holdRequest().slot;
const mirror = () => postgresCalendarMirror(database);
const bookings = () => postgresBookingStore(database);
const rounds = () => postgresCalendarRounds(database);

function look(
  changes: readonly CalendarChange[],
  more: Partial<Look> & { whole?: boolean; token?: string } = {},
): Look {
  const { whole = true, token = 'token-1', ...rest } = more;
  return { since: null, changes: { changes, syncToken: token, whole }, overBefore: 0, nextInMs: 60_000, ...rest };
}
const busy = (eventId: string, startsAt: number, endsAt: number, ours: string | null = null): CalendarChange => ({
  kind: 'busy',
  eventId,
  ours,
  at: { startsAt, endsAt },
});
const kept = () =>
  database.unbound('kept', async (sql) => {
    const rows = await sql<{ id: string }[]>`select event_id as id from calendar_busy order by event_id`;
    return rows.map(({ id }) => id);
  });
const copyOfPriya = async () => (await mirror().of(radiance.id, [AT.providerId]))[0]?.copy;

describe('a copy of a calendar', () => {
  it('has no age before the first look, and is as new as the last', async () => {
    expect(await copyOfPriya()).toMatchObject({ ...REF, ageMs: null, syncToken: null, timeZone: 'America/New_York' });
    expect(await mirror().keep(REF, look([]))).toBe(true);
    const copy = await copyOfPriya();
    expect(copy).toMatchObject({ syncToken: 'token-1', trouble: null });
    expect(copy?.ageMs).toBeLessThan(5_000);
  });

  it('is what the calendar says: first everything, then what changed', async () => {
    const [a, b] = [busy('a', AT.startsAt, AT.endsAt), busy('b', AT.startsAt, AT.endsAt)];
    await mirror().keep(REF, look([a, b, busy('ours', AT.startsAt, AT.endsAt, 'an appointment')]));
    expect(await kept()).toEqual(['a', 'b']);
    const free: CalendarChange = { kind: 'free', eventId: 'a', ours: null };
    const next = { since: 'token-1', token: 'token-2', whole: false };
    await mirror().keep(REF, look([free, busy('c', AT.startsAt, AT.endsAt)], next));
    expect(await kept()).toEqual(['b', 'c']);
    await mirror().keep(REF, look([a], { since: 'token-2', token: 'token-3' }));
    expect(await kept()).toEqual(['a']);
    const over = { since: 'token-3', token: 'token-4', whole: false, overBefore: AT.endsAt + 1 };
    await mirror().keep(REF, look([], over));
    expect(await kept()).toEqual([]);
  });

  it('takes nothing from a look that began before somebody else’s was kept', async () => {
    await mirror().keep(REF, look([busy('a', AT.startsAt, AT.endsAt)]));
    expect(await mirror().keep(REF, look([], { token: 'token-0' }))).toBe(false);
    expect(await kept()).toEqual(['a']);
    expect(await copyOfPriya()).toMatchObject({ syncToken: 'token-1' });
  });

  it('knows why it could not be made new, and how often', async () => {
    await mirror().keep(REF, look([]));
    const waits: number[] = [];
    for (let n = 0; n < 2; n += 1) {
      const trouble = new CalendarTrouble('busy', { status: 429 });
      await mirror().fail(REF, trouble, (failures) => {
        waits.push(failures);
        return 60_000;
      });
    }
    expect(waits).toEqual([1, 2]);
    expect(await copyOfPriya()).toMatchObject({ trouble: { kind: 'busy', status: 429 }, syncToken: 'token-1' });
    await mirror().keep(REF, look([], { since: 'token-1', token: 'token-2' }));
    expect(await copyOfPriya()).toMatchObject({ trouble: null });
  });

  it('is of a provider with a calendar; rooms and strangers have none', async () => {
    await database.unbound(
      'no calendar',
      (sql) => sql`update providers set calendar_id = null where calendar_id = 'maya@radiance.test'`,
    );
    const all = radiance.providers.map(({ id }) => id);
    const found = await mirror().of(radiance.id, [...all, randomUUID()]);
    expect(new Set(found.map(({ copy }) => copy?.calendarId ?? null))).toEqual(
      new Set(['elena@radiance.test', 'priya@radiance.test', null]),
    );
    expect(await mirror().of(lumen.id, all)).toEqual([]);
  });
});

describe('the book', () => {
  const taken = busy('a', AT.startsAt + 60_000, AT.endsAt + 60_000);

  it('says that a provider is busy with what their calendar says', async () => {
    expect(await bookings().busy(busyQuery())).toEqual([]);
    await mirror().keep(REF, look([taken]));
    const { startsAt, endsAt } = taken.kind === 'busy' ? taken.at : AT;
    expect(await bookings().busy(busyQuery())).toEqual([{ resourceId: AT.providerId, startsAt, endsAt }]);
    expect(await bookings().busy({ ...busyQuery(), startsAt: endsAt, endsAt: endsAt + 60_000 })).toEqual([]);
  });

  it('gives that time to nobody, by whatever way', async () => {
    await mirror().keep(REF, look([taken]));
    expect(await bookings().hold(holdRequest())).toBe('taken');
    expect(await bookings().book(bookingRequest())).toEqual({ kind: 'taken' });
    const booked = await bookings().book(bookingRequest({ at: 120 }));
    const id = booked.kind === 'booked' ? booked.appointment.id : '';
    expect(await bookings().reschedule(moveRequest(id))).toEqual({ kind: 'taken' });
  });

  it('gives it to who has booked it before, when they ask again', async () => {
    const request = bookingRequest();
    expect(await bookings().book(request)).toMatchObject({ kind: 'booked' });
    await mirror().keep(REF, look([taken]));
    expect(await bookings().book(request)).toMatchObject({ kind: 'booked', replayed: true });
  });
});

describe('what is due', () => {
  it('is each calendar that an active provider has, once', async () => {
    await rounds().enrol();
    await rounds().enrol();
    const [first, second] = await Promise.all([rounds().claimDue(10, 60_000), rounds().claimDue(10, 60_000)]);
    const ids = [...first, ...second].map(({ calendarId }) => calendarId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('elena@radiance.test');
    expect(ids).toContain('amara@lumen.test');
    expect(await rounds().claimDue(10, 60_000)).toEqual([]);
  });

  it('is not waited for where somebody has it in hand', async () => {
    await rounds().enrol();
    await database.transaction('in hand', async (sql) => {
      await sql`select from calendar_mirrors where calendar_id = ${REF.calendarId} for update`;
      const claimed = (await rounds().claimDue(10, 60_000)).map(({ calendarId }) => calendarId);
      expect(claimed).toHaveLength(4);
      expect(claimed).not.toContain(REF.calendarId);
    });
  });

  it('is due again where whoever claimed it died, and where it was looked at a while ago', async () => {
    await mirror().keep(REF, look([], { nextInMs: -1 }));
    expect(await rounds().claimDue(10, -1)).toMatchObject([{ ...REF, syncToken: 'token-1', channel: null }]);
    expect(await rounds().claimDue(10, 60_000)).toHaveLength(1);
    expect(await rounds().claimDue(10, 60_000)).toEqual([]);
  });

  it('is due at once when it knocks by its own channel', async () => {
    await mirror().keep(REF, look([]));
    const channel = { channelId: randomUUID(), resourceId: 'r', expiresAt: Date.parse('2031-01-02T00:00:00Z') };
    await rounds().keepChannel(REF, channel);
    await mirror().wake(lumen.id, channel.channelId);
    await mirror().wake(radiance.id, randomUUID());
    expect(await rounds().claimDue(10, 60_000)).toEqual([]);
    await mirror().wake(radiance.id, channel.channelId);
    expect(await rounds().claimDue(10, 60_000)).toMatchObject([{ ...REF, channel }]);
  });

  it('stays due where it knocks while it is looked at: what it knocked for may not have been seen', async () => {
    await mirror().keep(REF, look([], { nextInMs: -1 }));
    const channel = { channelId: randomUUID(), resourceId: 'r', expiresAt: Date.parse('2031-01-02T00:00:00Z') };
    await rounds().keepChannel(REF, channel);
    expect(await rounds().claimDue(10, 60_000)).toHaveLength(1);
    await mirror().wake(radiance.id, channel.channelId);
    await mirror().keep(REF, look([], { since: 'token-1', token: 'token-2', whole: false }));
    expect(await rounds().claimDue(10, 60_000)).toMatchObject([{ ...REF, syncToken: 'token-2' }]);
    await mirror().keep(REF, look([], { since: 'token-2', token: 'token-3', whole: false }));
    expect(await rounds().claimDue(10, 60_000)).toEqual([]);
  });

  it('forgets a calendar that nobody has any more, with all that was copied', async () => {
    const orphan = { ...REF, calendarId: 'gone@radiance.test' };
    await mirror().keep(orphan, look([busy('a', AT.startsAt, AT.endsAt)]));
    expect(await rounds().oldestMs()).toBeLessThan(5_000);
    await rounds().enrol();
    expect(await kept()).toEqual([]);
    expect(await rounds().oldestMs()).toBeNull();
  });
});
