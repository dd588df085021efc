import { describe, expect, it } from 'vitest';
import { admission, mayChange, servicesForNewPatients } from '../../src/domain/policy.ts';
import { clinicOf, serviceOf } from '../support/clinics.ts';

const HOUR_MS = 3_600_000;

describe('whom a service is booked for', () => {
  it.each([
    [true, null, false, null, 'admitted'],
    [false, null, false, null, 'known_patients_only'],
    [false, null, true, null, 'admitted'],
    [true, 18, true, null, 'age_not_asked'],
    [true, 18, true, false, 'too_young'],
    [true, 18, false, true, 'admitted'],
    [false, 18, false, true, 'known_patients_only'],
  ] as const)('new ones %s, from %s years: known %s and old enough %s is %s', (...row) => {
    const [newPatients, minimumAge, known, oldEnough, answer] = row;
    expect(admission(serviceOf({ newPatients, minimumAge }), { known, oldEnough })).toBe(answer);
  });

  it('is told apart for new patients', () => {
    const open = serviceOf({ id: 'consultation' });
    const clinic = clinicOf({ services: [serviceOf({ newPatients: false }), open] });
    expect(servicesForNewPatients(clinic)).toEqual([open]);
  });
});

const changeable = (cancellationHours: number | null, hoursBefore: number): boolean => {
  const { rules } = clinicOf();
  return mayChange(clinicOf({ rules: { ...rules, cancellationHours } }), 100 * HOUR_MS, (100 - hoursBefore) * HOUR_MS);
};

describe('an appointment may be changed without staff', () => {
  it('until the window closes', () => {
    expect([24.01, 24, 23.99].map((hours) => changeable(24, hours))).toEqual([true, true, false]);
  });

  it('until it starts, where there is no window', () => {
    for (const window of [null, 0]) {
      expect([0.01, 0, -1].map((hours) => changeable(window, hours))).toEqual([true, false, false]);
    }
  });
});
