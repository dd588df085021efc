import { describe, expect, it } from 'vitest';
import type { Clinic } from '../../src/domain/clinic.ts';
import { staffReachable } from '../../src/domain/staff-reach.ts';
import { clinicOf, hoursOn } from '../support/clinics.ts';

const WEEKDAYS = [1, 2, 3, 4, 5];
const NEW_YORK = { timeZone: 'America/New_York', hours: hoursOn(WEEKDAYS, '09:00', '17:00') };

function clinicWith(staffHours: Clinic['conversation']['staffHours'], changes: Partial<Clinic> = {}): Clinic {
  const plain = clinicOf({ ...NEW_YORK, ...changes });
  return { ...plain, conversation: { ...plain.conversation, staffHours } };
}

const at = (clinic: Clinic, time: string): boolean => staffReachable(clinic, Date.parse(time));

describe('staff are reached', () => {
  it('in the opening hours of the clinic’s own day where they have no hours of their own', () => {
    const clinic = clinicWith([]);
    expect(at(clinic, '2026-11-23T08:59:59-05:00')).toBe(false);
    expect(at(clinic, '2026-11-23T09:00:00-05:00')).toBe(true);
    expect(at(clinic, '2026-11-23T16:59:59-05:00')).toBe(true);
    expect(at(clinic, '2026-11-23T17:00:00-05:00')).toBe(false);
    expect(at(clinic, '2026-11-22T12:00:00-05:00')).toBe(false);
    // Saturday in New York already, Friday still in Los Angeles.
    expect(at(clinicWith([], { timeZone: 'America/Los_Angeles' }), '2026-11-28T00:30:00Z')).toBe(true);
  });

  it('in their own hours where they have some, break and midnight included', () => {
    const clinic = clinicWith([...hoursOn([6], '08:00', '12:00'), ...hoursOn([6], '13:00', '24:00')]);
    expect(at(clinic, '2026-11-28T08:00:00-05:00')).toBe(true);
    expect(at(clinic, '2026-11-28T12:30:00-05:00')).toBe(false);
    expect(at(clinic, '2026-11-28T23:59:00-05:00')).toBe(true);
    expect(at(clinic, '2026-11-29T00:00:00-05:00')).toBe(false);
    expect(at(clinic, '2026-11-23T10:00:00-05:00')).toBe(false);
  });

  it('on a special day in its hours only, whatever their own say', () => {
    const special = { date: '2026-12-24', reason: 'Christmas Eve', hours: [{ opens: '08:30', closes: '12:00' }] };
    const closed = { date: '2026-12-25', reason: 'Christmas Day', hours: [] };
    for (const own of [[], hoursOn(WEEKDAYS, '07:00', '20:00')]) {
      const clinic = clinicWith(own, { specialDays: [special, closed] });
      expect(at(clinic, '2026-12-24T08:45:00-05:00')).toBe(true);
      expect(at(clinic, '2026-12-24T13:00:00-05:00')).toBe(false);
      expect(at(clinic, '2026-12-25T10:00:00-05:00')).toBe(false);
    }
  });

  it('by the wall clock on the days on which it is changed', () => {
    const clinic = clinicWith(hoursOn([7], '01:00', '03:00'), { hours: [] });
    expect(at(clinic, '2026-11-01T01:30:00-04:00')).toBe(true);
    expect(at(clinic, '2026-11-01T01:30:00-05:00')).toBe(true);
    expect(at(clinic, '2027-03-14T03:00:00-04:00')).toBe(false);
  });

  it('nowhere where there is no staff line', () => {
    expect(at(clinicWith([], { staffPhones: [] }), '2026-11-23T10:00:00-05:00')).toBe(false);
  });
});
