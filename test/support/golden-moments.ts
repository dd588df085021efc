/** When golden paths are told: a Monday to a Sunday in New York, the week in which the clocks change, by day and by night. */
import { instantOf } from '../../src/domain/clinic-time.ts';

const NEW_YORK = 'America/New_York';
const WEEK = ['26', '27', '28', '29', '30', '31'].map((day) => `2026-10-${day}`).concat('2026-11-01');
const NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const HOURS = [
  { hour: 'at ten', minute: 10 * 60 },
  { hour: 'ten minutes to midnight', minute: 24 * 60 - 10 },
];

export interface GoldenMoment {
  readonly name: string;
  /** ms since the epoch. */
  readonly at: number;
}

export const GOLDEN_MOMENTS: readonly GoldenMoment[] = HOURS.flatMap(({ hour, minute }) =>
  WEEK.map((date, n) => ({ name: `${NAMES[n]}, ${hour}`, at: instantOf(date, minute, NEW_YORK) ?? 0 })),
);
