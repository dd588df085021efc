/** Whether a person can be had: a caller is put through only where somebody may answer. */
import { clinicStretches, weekly } from './availability.ts';
import type { Clinic, Instant } from './clinic.ts';
import { wallClock } from './clinic-time.ts';

/**
 * True while somebody should answer the clinic's staff line: in the staff's own weekly hours, or the opening hours where
 * they have none. On a special day its hours count for staff too. False for a clinic without a staff line.
 */
export function staffReachable(clinic: Clinic, now: Instant): boolean {
  if (clinic.staffPhones.length === 0) return false;
  const { date, minute } = wallClock(now, clinic.timeZone);
  const { staffHours } = clinic.conversation;
  const isSpecial = clinic.specialDays.some((day) => day.date === date);
  const stretches = isSpecial || staffHours.length === 0 ? clinicStretches(clinic, date) : weekly(staffHours, date);
  return stretches.some(({ opens, closes }) => opens <= minute && minute < closes);
}
