/** Free slots against a second, slower reading of the same rules, for hundreds of random clinics. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookableDays, freeSlots, within } from '../../src/domain/availability.ts';
import type { Clinic, OpeningHours, Provider, Service, TimeOff } from '../../src/domain/clinic.ts';
import type { Interval } from '../../src/domain/slots.ts';
import { ALL_WEEK, clinicOf, hoursOn, providerOf, serviceOf } from '../support/clinics.ts';

const SEED = 20_261_123;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Monday 2026-11-23 in UTC. */
const MONDAY = Date.UTC(2026, 10, 23);

interface Case {
  readonly clinic: Clinic;
  readonly service: Service;
  readonly provider: Provider;
  readonly busy: readonly Interval[];
  /** When each of the clinic's lasers is taken; of what the service needs, where it needs one. */
  readonly devices: readonly (readonly Interval[])[];
  readonly now: number;
}

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

interface Hours {
  readonly opens: string;
  readonly closes: string;
}

const hours = (from: number, to: number): Hours => ({ opens: clock(from * 15), closes: clock(to * 15) });

/** A day's hours in no, one or two stretches, such as a lunch break makes. */
const stretches: fc.Arbitrary<readonly Hours[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 4, maxLength: 4 })
  .chain((quarters) => {
    const [a = 0, b = 0, c = 0, d = 0] = quarters.sort((x, y) => x - y);
    return fc.constantFrom<readonly Hours[]>([hours(a, b)], [hours(b, d)], [hours(a, b), hours(c, d)], []);
  });
const week = fc
  .array(stretches, { minLength: 7, maxLength: 7 })
  .map((days): OpeningHours[] => days.flatMap((hours, day) => hours.map((each) => ({ weekday: day + 1, ...each }))));

const taken = fc
  .record({ at: fc.integer({ min: 0, max: 8 * 288 }), for: fc.integer({ min: 1, max: 60 }) })
  .map((drawn): Interval => {
    const startsAt = MONDAY + drawn.at * 5 * MINUTE_MS;
    return { startsAt, endsAt: startsAt + drawn.for * 5 * MINUTE_MS };
  });

const dayAfterMonday = (days: number): string => new Date(MONDAY + days * DAY_MS).toISOString().slice(0, 10);

const absence = fc
  .record({
    first: fc.integer({ min: 0, max: 7 }),
    days: fc.integer({ min: 0, max: 2 }),
    between: fc.option(stretches),
  })
  .map(({ first, days, between }): TimeOff => {
    const [hours] = between ?? [];
    return {
      from: dayAfterMonday(first),
      to: dayAfterMonday(first + days),
      between: hours ? { leaves: hours.opens, returns: hours.closes } : null,
    };
  });

const cases: fc.Arbitrary<Case> = fc
  .record({
    hours: week,
    providerHours: fc.option(week),
    special: fc.option(stretches),
    minutes: fc.constantFrom(15, 30, 45, 60, 90),
    ownMinutes: fc.option(fc.constantFrom(20, 30, 75)),
    timeOff: fc.array(absence, { maxLength: 2 }),
    devices: fc.option(fc.array(fc.array(taken, { maxLength: 8 }), { maxLength: 2 })),
    before: fc.constantFrom(0, 5, 15),
    after: fc.constantFrom(0, 10, 20),
    slotMinutes: fc.constantFrom(10, 15, 30, 45),
    noticeMinutes: fc.constantFrom(0, 60, 1_500),
    horizonDays: fc.integer({ min: 1, max: 5 }),
    nowMinute: fc.integer({ min: 0, max: 7 * 1_440 }),
    busy: fc.array(taken, { maxLength: 12 }),
  })
  .map((drawn) => {
    const service = serviceOf({
      minutes: drawn.minutes,
      bufferBeforeMinutes: drawn.before,
      bufferAfterMinutes: drawn.after,
      needs: drawn.devices ? ['laser'] : [],
    });
    const provider = providerOf({
      hours: drawn.providerHours,
      ownMinutes: drawn.ownMinutes === null ? {} : { [service.id]: drawn.ownMinutes },
      timeOff: drawn.timeOff,
    });
    const { slotMinutes, noticeMinutes, horizonDays } = drawn;
    const specialDays = drawn.special ? [{ date: '2026-11-25', reason: 'Thanksgiving Eve', hours: drawn.special }] : [];
    return {
      clinic: clinicOf({
        hours: drawn.hours,
        specialDays,
        services: [service],
        providers: [provider],
        resources: (drawn.devices ?? []).map((_, n) => ({ id: `laser ${n}`, name: `Laser ${n}`, kind: 'laser' })),
        rules: { slotMinutes, noticeMinutes, horizonDays, cancellationHours: null },
      }),
      service,
      provider,
      busy: drawn.busy,
      devices: drawn.devices ?? [],
      now: MONDAY + drawn.nowMinute * MINUTE_MS,
    };
  });

function found({ clinic, service, provider, busy, devices, now }: Case): number[] {
  const days = { from: '2026-11-01', to: '2026-12-31' };
  const lasers = devices.map((times, n) => [`laser ${n}`, times] as const);
  const taken = new Map([[provider.id, busy], ...lasers]);
  return freeSlots({ clinic, service, providers: [provider], days, busy: taken, now }).map((slot) => slot.startsAt);
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Every minute of every day is asked for itself whether an appointment may start there. */
function expected({ clinic, service, provider, busy, devices, now }: Case): number[] {
  const minutes = provider.ownMinutes[service.id] ?? service.minutes;
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const starts: number[] = [];
  for (let day = 0; day <= clinic.rules.horizonDays; day++) {
    const midnight = today + day * DAY_MS;
    const weekday = new Date(midnight).getUTCDay() || 7;
    const date = new Date(midnight).toISOString().slice(0, 10);
    const special = clinic.specialDays.find((each) => each.date === date);
    const open = special ? special.hours : clinic.hours.filter((each) => each.weekday === weekday);
    const own = provider.hours?.filter((each) => each.weekday === weekday) ?? [{ opens: '00:00', closes: '24:00' }];
    for (let minute = 0; minute < 1_440; minute++) {
      const works = open.some(
        (hours) =>
          minute >= minutesOf(hours.opens) &&
          minute + minutes <= minutesOf(hours.closes) &&
          (minute - minutesOf(hours.opens)) % clinic.rules.slotMinutes === 0 &&
          own.some((mine) => minute >= minutesOf(mine.opens) && minute + minutes <= minutesOf(mine.closes)),
      );
      const away = provider.timeOff.some(
        ({ from, to, between }) =>
          from <= date &&
          date <= to &&
          (!between || (minute < minutesOf(between.returns) && minute + minutes > minutesOf(between.leaves))),
      );
      const startsAt = midnight + minute * MINUTE_MS;
      const from = startsAt - service.bufferBeforeMinutes * MINUTE_MS;
      const to = startsAt + (minutes + service.bufferAfterMinutes) * MINUTE_MS;
      const isClear = (times: readonly Interval[]): boolean =>
        times.every((other) => other.endsAt <= from || other.startsAt >= to);
      const clear = isClear(busy) && (service.needs.length === 0 || devices.some(isClear));
      if (works && !away && clear && startsAt >= now + clinic.rules.noticeMinutes * MINUTE_MS) starts.push(startsAt);
    }
  }
  return starts;
}

describe('free slots', () => {
  it('are all times that the rules allow, and no others', () => {
    fc.assert(
      fc.property(cases, (each) => {
        expect(found(each)).toEqual(expected(each));
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('last exactly as long as the service, with buffers blocked but not told', () => {
    const service = serviceOf({ minutes: 45, bufferBeforeMinutes: 10, bufferAfterMinutes: 20 });
    const [provider] = [providerOf()];
    const slots = freeSlots({
      clinic: clinicOf(),
      service,
      providers: [provider],
      days: { from: '2026-11-24', to: '2026-11-24' },
      busy: new Map(),
      now: MONDAY,
    });
    expect(new Set(slots.map((slot) => slot.endsAt - slot.startsAt))).toEqual(new Set([45 * MINUTE_MS]));
    expect(new Date(slots[0]?.startsAt ?? 0).toISOString()).toBe('2026-11-24T09:00:00.000Z');
    expect(new Date(slots.at(-1)?.startsAt ?? 0).toISOString()).toBe('2026-11-24T16:00:00.000Z');
  });

  it('of several providers come in order of time, then as the providers were given', () => {
    const providers = [providerOf({ id: 'b' }), providerOf({ id: 'a' })];
    const slots = freeSlots({
      clinic: clinicOf({ providers }),
      service: serviceOf(),
      providers,
      days: { from: '2026-11-24', to: '2026-11-25' },
      busy: new Map(),
      now: MONDAY,
    });
    expect(slots.slice(0, 4).map((slot) => slot.providerId)).toEqual(['b', 'a', 'b', 'a']);
    const starts = slots.map((slot) => slot.startsAt);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });

  it('of one provider are not taken by another’s appointments', () => {
    const providers = [providerOf({ id: 'a' }), providerOf({ id: 'b' })];
    const allDay = { startsAt: MONDAY, endsAt: MONDAY + 7 * DAY_MS };
    const slots = freeSlots({
      clinic: clinicOf({ providers }),
      service: serviceOf(),
      providers,
      days: { from: '2026-11-24', to: '2026-11-24' },
      busy: new Map([['a', [allDay]]]),
      now: MONDAY,
    });
    expect(new Set(slots.map((slot) => slot.providerId))).toEqual(new Set(['b']));
  });

  it('end where an appointment begins, to the millisecond', () => {
    const taken = { startsAt: MONDAY + 10 * 3_600_000, endsAt: MONDAY + 11 * 3_600_000 };
    const at = (busy: Interval): string[] =>
      freeSlots({
        clinic: clinicOf(),
        service: serviceOf(),
        providers: [providerOf()],
        days: { from: '2026-11-23', to: '2026-11-23' },
        busy: new Map([['priya', [busy]]]),
        now: MONDAY,
      }).map((slot) => new Date(slot.startsAt).toISOString().slice(11, 16));
    expect(at(taken)).toContain('09:30');
    expect(at(taken)).not.toContain('10:00');
    expect(at(taken)).toContain('11:00');
    expect(at({ ...taken, startsAt: taken.startsAt - 1 })).not.toContain('09:30');
    expect(at({ ...taken, endsAt: taken.endsAt + 1 })).not.toContain('11:00');
  });
});

describe('the days that may be booked', () => {
  it.each(ALL_WEEK)('begin with today at ten minutes to midnight, weekday %i', (weekday) => {
    const clinic = clinicOf({ timeZone: 'America/New_York', hours: hoursOn(ALL_WEEK, '00:00', '24:00') });
    // 23:50 in New York is 04:50 of the next day in UTC.
    const now = MONDAY + (weekday - 1) * DAY_MS + DAY_MS + (4 * 60 + 50) * MINUTE_MS;
    const today = new Date(MONDAY + (weekday - 1) * DAY_MS).toISOString().slice(0, 10);
    expect(bookableDays(clinic, now).from).toBe(today);
    const slots = freeSlots({
      clinic,
      service: serviceOf(),
      providers: [providerOf()],
      days: { from: today, to: today },
      busy: new Map(),
      now,
    });
    expect(slots).toEqual([]);
  });

  it('end at the horizon, the horizon itself included', () => {
    const clinic = clinicOf({ rules: { noticeMinutes: 0, horizonDays: 3, slotMinutes: 30, cancellationHours: null } });
    expect(bookableDays(clinic, MONDAY)).toEqual({ from: '2026-11-23', to: '2026-11-26' });
    expect(bookableDays(clinic, Date.UTC(2026, 11, 30))).toEqual({ from: '2026-12-30', to: '2027-01-02' });
  });

  it('meet another range, or do not', () => {
    const range = { from: '2026-11-23', to: '2026-11-27' };
    expect(within({ from: '2026-11-01', to: '2026-11-24' }, range)).toEqual({ from: '2026-11-23', to: '2026-11-24' });
    expect(within({ from: '2026-11-27', to: '2027-01-01' }, range)).toEqual({ from: '2026-11-27', to: '2026-11-27' });
    expect(within({ from: '2026-11-28', to: '2026-11-29' }, range)).toBeNull();
  });
});
