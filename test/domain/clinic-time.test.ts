/** Days and wall clocks against the platform's own. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  daysBetween,
  eachDay,
  instantOf,
  isoWithOffset,
  wallClock,
  weekdayOf,
} from '../../src/domain/clinic-time.ts';

const DAY_MS = 86_400_000;
const ZONES = [
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
  'Etc/GMT+12',
  'UTC',
];
const zone = fc.constantFrom(...ZONES);
/** From 1980 to 2080, to the minute. */
const instant = fc
  .integer({ min: Date.UTC(1980) / 60_000, max: Date.UTC(2080) / 60_000 })
  .map((minutes) => minutes * 60_000);
const day = fc.integer({ min: -200_000, max: 200_000 });
const textOf = (count: number): string => new Date(count * DAY_MS).toISOString().slice(0, 10);

const readers = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    }),
  ]),
);

function shownAt(at: number, timeZone: string): string {
  const parts = readers.get(timeZone)?.formatToParts(at) ?? [];
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}

function told(at: number, timeZone: string): string {
  const { date, minute } = wallClock(at, timeZone);
  return `${date} ${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

describe('the wall clock', () => {
  it('shows what the platform says, at any time in any zone', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        expect(told(at, timeZone)).toBe(shownAt(at, timeZone));
      }),
      { numRuns: 500 },
    );
  });

  it('leads back to the instant, or to an earlier one that it showed the same', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const { date, minute } = wallClock(at, timeZone);
        const back = instantOf(date, minute, timeZone) ?? Number.NaN;
        expect(back).toBeLessThanOrEqual(at);
        expect(shownAt(back, timeZone)).toBe(shownAt(at, timeZone));
      }),
      { numRuns: 500 },
    );
  });

  it('is written with its offset, and read again', () => {
    expect(isoWithOffset(Date.UTC(2026, 2, 8, 6, 59, 5, 999), 'America/New_York')).toBe('2026-03-08T01:59:05-05:00');
    expect(isoWithOffset(Date.UTC(2026, 2, 8, 6, 15), 'Asia/Kathmandu')).toBe('2026-03-08T12:00:00+05:45');
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const text = isoWithOffset(at, timeZone);
        expect(Date.parse(text)).toBe(at);
        expect(text.slice(0, 16).replace('T', ' ')).toBe(shownAt(at, timeZone));
      }),
    );
  });

  it.each([
    [Date.UTC(2026, 2, 8, 6, 59), '2026-03-08 01:59'],
    [Date.UTC(2026, 2, 8, 7), '2026-03-08 03:00'],
    [Date.UTC(2026, 10, 1, 5, 59), '2026-11-01 01:59'],
    [Date.UTC(2026, 10, 1, 6), '2026-11-01 01:00'],
  ])('is right in the very minute in which the clocks change', (at, shown) => {
    expect(told(at, 'America/New_York')).toBe(shown);
  });

  it('shows no time that is skipped, and of one shown twice means the first', () => {
    expect(instantOf('2026-03-08', 150, 'America/New_York')).toBeUndefined();
    expect(instantOf('2026-11-01', 60, 'America/New_York')).toBe(Date.UTC(2026, 10, 1, 5));
    expect(instantOf('2026-03-02', 24 * 60, 'America/New_York')).toBe(Date.UTC(2026, 2, 3, 5));
  });

  it('of a zone that does not exist is an error', () => {
    expect(() => wallClock(0, 'Mars/Olympus')).toThrow(RangeError);
  });
});

describe('days', () => {
  it('are counted as in the calendar', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -1_000, max: 1_000 }), (from, days) => {
        const date = textOf(from);
        expect(addDays(date, days)).toBe(textOf(from + days));
        expect(daysBetween(date, textOf(from + days))).toBe(days);
        expect(weekdayOf(date)).toBe(new Date(from * DAY_MS).getUTCDay() || 7);
      }),
    );
  });

  it.each(['', '2026', '2026-3-2', '2026-03-021', 'next Monday', '20xx-03-02'])('are not read in "%s"', (text) => {
    expect(() => weekdayOf(text)).toThrow(RangeError);
  });

  it('are listed both included, and none backwards', () => {
    expect(eachDay('2028-02-28', '2028-03-01')).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
    expect(eachDay('2026-03-02', '2026-03-01')).toEqual([]);
  });

  it('that are none are an error', () => {
    expect(() => addDays('tomorrow', 1)).toThrow('no date');
  });
});
