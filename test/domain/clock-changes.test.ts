/** Opening hours on the days when clocks change, in zones that each change them in a way of their own. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeSlots } from '../../src/domain/availability.ts';
import { instantOf, instantOrSkip, isoWithOffset, wallClock } from '../../src/domain/clinic-time.ts';
import type { Slot } from '../../src/domain/slots.ts';
import { ALL_WEEK, clinicOf, hoursOn, providerOf, serviceOf } from '../support/clinics.ts';

const HOUR_MS = 3_600_000;

/** [zone, day of the spring gap, day of the autumn fold]; none in zones without clock changes. */
const ZONES: readonly (readonly [string, string | null, string | null])[] = [
  ['America/New_York', '2027-03-14', '2026-11-01'],
  ['America/Los_Angeles', '2027-03-14', '2026-11-01'],
  ['Europe/Berlin', '2027-03-28', '2026-10-25'],
  ['Australia/Lord_Howe', '2026-10-04', '2027-04-04'],
  ['America/St_Johns', '2027-03-14', '2026-11-01'],
  ['Africa/Cairo', '2027-04-30', '2026-10-29'],
  ['America/Santiago', '2026-09-06', '2027-04-03'],
  ['America/Havana', '2027-03-14', '2026-11-01'],
  ['Asia/Kathmandu', null, null],
];
const CHANGES = ZONES.flatMap(([timeZone, ...days]) =>
  days.filter((day) => day !== null).map((day) => [timeZone, day] as const),
);

/** What a clock on the clinic's wall shows, read by the platform and not by the code under test. */
function shownAt(at: number, timeZone: string): { readonly date: string; readonly time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return { date: `${of('year')}-${of('month')}-${of('day')}`, time: `${of('hour')}:${of('minute')}` };
}

function slotsOn(date: string, timeZone: string, opens: string, closes: string, minutes = 30): Slot[] {
  return freeSlots({
    clinic: clinicOf({ timeZone, hours: hoursOn(ALL_WEEK, opens, closes) }),
    service: serviceOf({ minutes }),
    providers: [providerOf()],
    days: { from: date, to: date },
    busy: new Map(),
    now: Date.parse(`${date}T12:00:00Z`) - 48 * HOUR_MS,
  });
}

describe('on days when the clocks change', () => {
  it.each(CHANGES)('in %s on %s, a working day has its usual times', (timeZone, date) => {
    const slots = slotsOn(date, timeZone, '09:00', '17:00');
    const times = slots.map((slot) => shownAt(slot.startsAt, timeZone));
    expect(times.map(({ time }) => time)).toEqual(
      Array.from({ length: 16 }, (_, i) => `${String(9 + Math.floor(i / 2)).padStart(2, '0')}:${i % 2 ? '30' : '00'}`),
    );
    expect(new Set(times.map((each) => each.date))).toEqual(new Set([date]));
  });

  it.each(CHANGES)('in %s on %s, a clinic that never closes keeps every rule', (timeZone, date) => {
    const slots = slotsOn(date, timeZone, '00:00', '24:00', 60);
    expect(slots.length).toBeGreaterThan(40);
    const starts = slots.map((slot) => slot.startsAt);
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
    for (const slot of slots) {
      const shown = shownAt(slot.startsAt, timeZone);
      expect(shown.date).toBe(date);
      expect(shown.time).toMatch(/:[03]0$/);
      expect(slot.endsAt - slot.startsAt).toBe(HOUR_MS);
      expect(slot.endsAt).toBeLessThanOrEqual(instantOrSkip(date, 1_440, timeZone));
    }
  });

  it('in New York in spring, an hour that does not exist is not offered and no time lasts into it', () => {
    const shown = slotsOn('2027-03-14', 'America/New_York', '01:00', '05:00', 60).map((slot) =>
      isoWithOffset(slot.startsAt, 'America/New_York').slice(11),
    );
    expect(shown).toEqual(['01:00:00-05:00', '01:30:00-05:00', '03:00:00-04:00', '03:30:00-04:00', '04:00:00-04:00']);
  });

  it('in New York in autumn, an hour that comes twice is offered once, and the day ends on its clock', () => {
    const shown = slotsOn('2026-11-01', 'America/New_York', '00:30', '03:00', 60).map((slot) =>
      isoWithOffset(slot.startsAt, 'America/New_York').slice(11),
    );
    expect(shown).toEqual(['00:30:00-04:00', '01:00:00-04:00', '01:30:00-04:00', '02:00:00-05:00']);
  });

  it('on Lord Howe, half an hour is skipped and half an hour comes twice', () => {
    const zone = 'Australia/Lord_Howe';
    const spring = slotsOn('2026-10-04', zone, '01:00', '04:00').map((slot) => shownAt(slot.startsAt, zone).time);
    expect(spring).toEqual(['01:00', '01:30', '02:30', '03:00', '03:30']);
    const autumn = slotsOn('2027-04-04', zone, '01:00', '03:00').map((slot) => shownAt(slot.startsAt, zone).time);
    expect(autumn).toEqual(['01:00', '01:30', '02:00', '02:30']);
  });

  it.each([
    ['America/Santiago', '2026-09-05'],
    ['America/Havana', '2027-03-13'],
    ['Africa/Cairo', '2027-04-29'],
  ])('in %s, a clinic open until a midnight that is skipped is open until then', (timeZone, date) => {
    const slots = slotsOn(date, timeZone, '22:00', '24:00');
    expect(slots.map((slot) => shownAt(slot.startsAt, timeZone).time)).toEqual(['22:00', '22:30', '23:00', '23:30']);
  });

  it('closing inside the skipped hour closes when the clock jumps', () => {
    const slots = slotsOn('2027-03-14', 'America/New_York', '00:00', '02:30');
    expect(slots.map((slot) => shownAt(slot.startsAt, 'America/New_York').time)).toEqual([
      '00:00',
      '00:30',
      '01:00',
      '01:30',
    ]);
  });

  it('in Kathmandu, hours stand on the quarter of an hour that its offset has', () => {
    const [first] = slotsOn('2026-11-24', 'Asia/Kathmandu', '09:00', '17:00');
    expect(new Date(first?.startsAt ?? 0).toISOString()).toBe('2026-11-24T03:15:00.000Z');
  });
});

describe('the wall clock', () => {
  it('reads back every instant that it names, in every zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES.map(([zone]) => zone)),
        fc.integer({ min: 0, max: 800 }),
        fc.integer({ min: 0, max: 1_439 }),
        (timeZone, day, minute) => {
          const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
          const at = instantOf(date, minute, timeZone);
          if (at === undefined) return;
          expect(wallClock(at, timeZone)).toMatchObject({ date, minute });
          expect(shownAt(at, timeZone).date).toBe(date);
          expect(Date.parse(isoWithOffset(at, timeZone))).toBe(at);
        },
      ),
      { seed: 7, numRuns: 400 },
    );
  });

  it.each([
    ['America/Santiago', '2026-09-06', '2026-09-06T01:00:00-03:00'],
    ['America/Havana', '2027-03-14', '2027-03-14T01:00:00-04:00'],
    ['Africa/Cairo', '2027-04-30', '2027-04-30T01:00:00+03:00'],
    ['America/Asuncion', '2023-10-01', '2023-10-01T01:00:00-03:00'],
    ['America/New_York', '2027-03-14', '2027-03-14T00:00:00-05:00'],
    ['Asia/Kathmandu', '2026-11-24', '2026-11-24T00:00:00+05:45'],
  ])('in %s, %s begins at %s', (timeZone, date, begins) => {
    expect(isoWithOffset(instantOrSkip(date, 0, timeZone), timeZone)).toBe(begins);
  });

  it('takes the earlier of two readings and none of a skipped one', () => {
    expect(instantOf('2026-11-01', 90, 'America/New_York')).toBe(Date.parse('2026-11-01T05:30:00Z'));
    expect(instantOf('2027-03-14', 150, 'America/New_York')).toBeUndefined();
    expect(instantOrSkip('2027-03-14', 150, 'America/New_York')).toBe(Date.parse('2027-03-14T07:00:00Z'));
  });
});
