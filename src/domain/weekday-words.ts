/** The weekdays that a caller's words allow: "Tuesday or Thursday", "a weekday", "any day but Monday". */
import type { DayRange } from './availability.ts';
import { addDays, eachDay, weekdayOf } from './clinic-time.ts';

/** In the order of ISO weekdays, Monday first. */
export const DAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export const DAY_NAME = DAY_NAMES.join('|');

const NAMED = new RegExp(`\\b(${DAY_NAME})s?\\b`, 'g');
const WORKDAYS = [1, 2, 3, 4, 5];
const WEEKEND = [6, 7];
const ALL = [...WORKDAYS, ...WEEKEND];

/** ISO weekdays named in words of time, each as often as it is named. */
export function weekdaysNamed(words: string): number[] {
  return [...words.matchAll(NAMED)].map(([, name]) => 1 + DAY_NAMES.findIndex((day) => day === name));
}

/** "Saturdays": whichever of them. */
const PLURAL = new RegExp(`\\b(?:${DAY_NAME})s\\b`);

/** "Monday to Wednesday" means the days between as well. */
const STRETCH = new RegExp(`\\b(?:through|thru|to|till|until|between|from|-) ?(?:${DAY_NAME})\\b`);

/**
 * The ISO weekdays to which wished and refused words narrow the wished days (null: no days named); null where they rule
 * out none. Both are words of time.
 */
export function weekdaysAllowed(wished: string, refused: string, days: DayRange | null): readonly number[] | null {
  const listed = new Set(weekdaysNamed(wished));
  const isChoice = listed.size > 1 ? !STRETCH.test(wished) : days === null && PLURAL.test(wished);
  const choice = isChoice ? [...listed] : kindsNamed(wished);
  const ruledOut = [...weekdaysNamed(refused), ...kindsNamed(refused)];
  const allowed = ALL.filter((day) => (choice.length === 0 || choice.includes(day)) && !ruledOut.includes(day));
  const isShort = days !== null && days.to < addDays(days.from, ALL.length - 1);
  const concerned = isShort ? eachDay(days.from, days.to).map(weekdayOf) : ALL;
  return concerned.every((day) => allowed.includes(day)) ? null : allowed;
}

function kindsNamed(words: string): number[] {
  if (/\bweekdays?\b/.test(words)) return WORKDAYS;
  return /\bweekends\b/.test(words) ? WEEKEND : [];
}
