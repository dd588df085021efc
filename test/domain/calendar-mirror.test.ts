import { describe, expect, it } from 'vitest';
import { CalendarTrouble, type CalendarTroubleKind } from '../../src/domain/calendar.ts';
import { type Mirrored, verdictOn } from '../../src/domain/calendar-mirror.ts';

const MAX_AGE_MS = 300_000;

function copyOf(changes: Partial<Mirrored> = {}): Mirrored {
  return {
    clinicId: 'c',
    calendarId: 'x',
    syncToken: 't',
    timeZone: 'UTC',
    ageMs: 60_000,
    trouble: null,
    ...changes,
  };
}

const troubled = (kind: CalendarTroubleKind, agoMs: number): Mirrored['trouble'] => ({ kind, status: 429, agoMs });

describe('a copy of a calendar', () => {
  it('serves while it is new enough; beyond, and where there is none, the calendar is asked', () => {
    expect(verdictOn(copyOf(), MAX_AGE_MS)).toBe('serve');
    expect(verdictOn(copyOf({ ageMs: MAX_AGE_MS }), MAX_AGE_MS)).toBe('serve');
    expect(verdictOn(copyOf({ ageMs: MAX_AGE_MS + 1 }), MAX_AGE_MS)).toBe('ask');
    expect(verdictOn(copyOf({ ageMs: null }), MAX_AGE_MS)).toBe('ask');
  });

  it.each(['busy', 'unavailable', 'timeout'] as const)('outlives what passes by itself: %s', (kind) => {
    expect(verdictOn(copyOf({ trouble: troubled(kind, 10) }), MAX_AGE_MS)).toBe('serve');
    expect(verdictOn(copyOf({ trouble: troubled(kind, 10), ageMs: MAX_AGE_MS + 1 }), MAX_AGE_MS)).toBe('ask');
  });

  it.each(['calendar_gone', 'credentials', 'refused'] as const)(
    'is worth nothing at once where somebody has to mend something: %s; whether they did is asked a little later',
    (kind) => {
      const verdict = verdictOn(copyOf({ trouble: troubled(kind, 10) }), MAX_AGE_MS);
      expect(verdict).toBeInstanceOf(CalendarTrouble);
      expect(verdict).toMatchObject({ kind, status: 429 });
      expect(verdictOn(copyOf({ trouble: troubled(kind, 60_000) }), MAX_AGE_MS)).toBe('ask');
    },
  );
});
