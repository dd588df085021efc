/** What is worth saying of what is free. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeDays } from '../../src/domain/availability.ts';
import type { Clinic } from '../../src/domain/clinic.ts';
import { type Findings, OFFERS_AT_ONCE, search, soonest, type Wish } from '../../src/domain/search.ts';
import type { Interval } from '../../src/domain/slots.ts';
import { ALL_WEEK, clinicOf, hoursOn, providerOf, serviceOf } from '../support/clinics.ts';

const HOUR_MS = 3_600_000;
/** Monday 2026-11-23, 08:00 UTC, an hour before opening. */
const NOW = Date.UTC(2026, 10, 23, 8);
const service = serviceOf();
const priya = providerOf();
const maya = providerOf({ id: 'maya', name: 'Maya Chen' });
const clinic: Clinic = clinicOf({ providers: [priya, maya] });
const at = (day: number, hour: number): number => Date.UTC(2026, 10, day, Math.floor(hour), (hour % 1) * 60);
const taken = (day: number, from: number, to: number): Interval => ({ startsAt: at(day, from), endsAt: at(day, to) });

function find(wish: Partial<Wish>, busy: Record<string, Interval[]> = {}, now = NOW, where = clinic): Findings {
  const days = { from: '2026-11-24', to: '2026-11-24' };
  const anything = { weekdays: null, soonest: false, at: null, part: null };
  const whole: Wish = { service, provider: null, days, ...anything, ...wish };
  const providers = whole.provider ? [whole.provider] : where.providers;
  return search(whole, where, providers, new Map(Object.entries(busy)), now);
}
const times = (found: Findings): string[] =>
  found.slots.map((slot) => new Date(slot.startsAt).toISOString().slice(8, 16));

describe('a wished time', () => {
  it('that is free is the only offer, and exact', () => {
    const found = find({ at: 14 * 60 });
    expect(times(found)).toEqual(['24T14:00']);
    expect(found.exact).toEqual(found.slots[0]);
    expect(found).toMatchObject({ fullyBooked: false, closed: false });
  });

  it('that one provider has taken is offered with the other', () => {
    expect(find({ at: 14 * 60 }, { priya: [taken(24, 14, 15)] }).exact?.providerId).toBe('maya');
  });

  it('that all have taken is no offer; the nearest are, in order of time', () => {
    const busy = { priya: [taken(24, 14, 14.5)], maya: [taken(24, 14, 14.5)] };
    const found = find({ at: 14 * 60 }, busy);
    expect(found.exact).toBeNull();
    expect(times(found)).toContain('24T13:30');
    expect(times(found)).toContain('24T14:30');
    expect(times(found)).not.toContain('24T14:00');
    expect(times(found)).toEqual([...times(found)].sort());
  });

  it('between two starts of the grid is not exact', () => {
    expect(find({ at: 14 * 60 + 10 }).exact).toBeNull();
  });
});

describe('a day', () => {
  it('with nobody at work is closed, not fully booked', () => {
    const sundays = clinicOf({ hours: hoursOn([1, 2, 3, 4, 5, 6], '09:00', '17:00') });
    const sunday = { from: '2026-11-29', to: '2026-11-29' };
    expect(find({ days: sunday }, {}, NOW, sundays)).toMatchObject({ slots: [], fullyBooked: false, closed: true });
  });

  it('on which every time is taken is fully booked', () => {
    const all = [taken(24, 9, 17)];
    expect(find({}, { priya: all, maya: all })).toMatchObject({ slots: [], fullyBooked: true, closed: false });
    expect(find({}, { priya: all }).fullyBooked).toBe(false);
    expect(find({ provider: priya }, { priya: all }).fullyBooked).toBe(true);
  });

  it('whose hours are over is closed', () => {
    const today = { from: '2026-11-23', to: '2026-11-23' };
    expect(find({ days: today }, {}, at(23, 16.75))).toMatchObject({ slots: [], fullyBooked: false, closed: true });
    expect(times(find({ days: today }, {}, at(23, 16.5)))).toEqual(['23T16:30']);
  });

  it('on which a provider is off is closed for that provider', () => {
    const tuesdays = providerOf({ hours: hoursOn([2], '09:00', '12:00') });
    const where = clinicOf({ providers: [tuesdays] });
    const wednesday = { from: '2026-11-25', to: '2026-11-25' };
    expect(find({ provider: tuesdays, days: wednesday }, {}, NOW, where)).toMatchObject({ closed: true });
    expect(times(find({ provider: tuesdays }, {}, NOW, where)).at(-1)).toBe('24T11:30');
  });

  it('is offered from its first to its last time', () => {
    const found = times(find({}));
    expect(found).toHaveLength(OFFERS_AT_ONCE);
    expect(found[0]).toBe('24T09:00');
    expect(found.at(-1)).toBe('24T16:30');
  });
});

describe('a part of the day', () => {
  it('bounds the offers where it has room', () => {
    const found = times(find({ part: { from: 12 * 60, to: 17 * 60 - 1 } }));
    expect(found.every((time) => time >= '24T12:00')).toBe(true);
  });

  it('without room gives way to the rest of the day', () => {
    const morning = [taken(24, 9, 12)];
    const found = find({ part: { from: 0, to: 719 } }, { priya: morning, maya: morning });
    expect(found.slots.length).toBeGreaterThan(0);
    expect(times(found).every((time) => time >= '24T12:00')).toBe(true);
    expect(found.fullyBooked).toBe(false);
  });
});

describe('several days', () => {
  it('are offered on days and at hours that differ', () => {
    const found = find({ days: { from: '2026-11-24', to: '2026-11-30' } });
    const told = times(found);
    expect(new Set(told.map((time) => time.slice(0, 2))).size).toBe(told.length);
    expect(new Set(told.map((time) => time.slice(3))).size).toBe(told.length);
  });
});

describe('the next room', () => {
  it('begins with the very first time and stays near', () => {
    const days = { from: '2026-11-24', to: '2026-12-07' };
    const free = [...freeDays({ clinic, service, providers: clinic.providers, days, busy: new Map(), now: NOW })];
    const next = soonest(free, null, clinic, 3).map((slot) => new Date(slot.startsAt).toISOString().slice(0, 16));
    expect(next[0]).toBe('2026-11-24T09:00');
    expect(next.map((time) => time.slice(0, 10))).toEqual(['2026-11-24', '2026-11-25', '2026-11-26']);
    const [first = []] = free;
    expect(soonest([first.slice(0, 2)], null, clinic, 3)).toHaveLength(1);
    expect(soonest([], null, clinic, 3)).toEqual([]);
  });

  it('is sought on the days of the week that suit, and on no more of them than it takes', () => {
    const days = { from: '2026-11-24', to: '2026-12-24' };
    const question = { clinic, service, providers: clinic.providers, days, busy: new Map(), now: NOW };
    const reckoned: string[] = [];
    function* watched() {
      for (const day of freeDays(question)) {
        reckoned.push(new Date(day[0]?.startsAt ?? 0).toISOString().slice(0, 10));
        yield day;
      }
    }
    const next = soonest(watched(), [3], clinic, 3).map((slot) => new Date(slot.startsAt).toISOString().slice(0, 10));
    expect(next).toEqual(['2026-11-25', '2026-12-02', '2026-12-09']);
    expect(reckoned.at(-1)).toBe('2026-12-09');
  });
});

describe('whoever has most room', () => {
  it('is chosen first; equal ones keep the clinic’s order', () => {
    expect(find({ at: 14 * 60 }).exact?.providerId).toBe('priya');
    expect(find({ at: 14 * 60 }, { priya: [taken(24, 9, 10)] }).exact?.providerId).toBe('maya');
    expect(find({ at: 14 * 60, provider: priya }, { priya: [taken(24, 9, 10)] }).exact?.providerId).toBe('priya');
  });
});

const date = (offset: number): string => new Date(NOW + offset * 24 * HOUR_MS).toISOString().slice(0, 10);

describe('any search', () => {
  it('offers at most a handful of free times, each once, in order', () => {
    const wishes = fc.record({
      from: fc.integer({ min: 0, max: 10 }),
      length: fc.integer({ min: 0, max: 8 }),
      at: fc.option(fc.integer({ min: 0, max: 1_439 })),
      part: fc.option(fc.constant({ from: 600, to: 780 })),
      busy: fc.array(fc.record({ day: fc.integer({ min: 24, max: 30 }), hour: fc.integer({ min: 8, max: 17 }) }), {
        maxLength: 30,
      }),
    });
    fc.assert(
      fc.property(wishes, (drawn) => {
        const days = { from: date(drawn.from), to: date(drawn.from + drawn.length) };
        const busy = drawn.busy.map(({ day, hour }) => taken(day, hour, hour + 1));
        const part = drawn.at === null ? drawn.part : null;
        const found = find({ days, at: drawn.at, part }, { priya: busy, maya: busy });
        const starts = found.slots.map((slot) => slot.startsAt);
        expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
        expect(starts.length).toBeLessThanOrEqual(OFFERS_AT_ONCE);
        expect(found.slots.length === 0).toBe(found.closed || found.fullyBooked);
        expect(found.closed && found.fullyBooked).toBe(false);
        for (const slot of found.slots)
          expect(busy.every((each) => each.endsAt <= slot.startsAt || each.startsAt >= slot.endsAt)).toBe(true);
        expect(found.slots).toEqual(found.exact ? [found.exact] : found.slots);
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it('works for every weekday and for ten minutes to midnight', () => {
    for (const weekday of ALL_WEEK) {
      const now = Date.UTC(2026, 10, 22 + weekday, 23, 50);
      const tomorrow = new Date(now + 24 * HOUR_MS).toISOString().slice(0, 10);
      const found = find({ days: { from: tomorrow, to: tomorrow }, at: 14 * 60 }, {}, now);
      expect(new Date(found.exact?.startsAt ?? 0).toISOString()).toBe(`${tomorrow}T14:00:00.000Z`);
    }
  });
});
