/** When a clinic's customers are left in peace: a stretch of each day by the clinic's clock, over midnight as a rule. */
import type { Instant, TimeOfDay } from './clinic.ts';
import { addDays, instantOrSkip, minuteOf, wallClock } from './clinic-time.ts';

/** The same time twice: never quiet. */
export interface QuietHours {
  readonly from: TimeOfDay;
  readonly until: TimeOfDay;
}

/** The quiet stretch that a moment lies in, `[startsAt, endsAt)`; null where it is not quiet then. */
export function quietAround(
  at: Instant,
  { from, until }: QuietHours,
  timeZone: string,
): { readonly startsAt: Instant; readonly endsAt: Instant } | null {
  const [begins, ends] = [minuteOf(from), minuteOf(until)];
  const { date, minute } = wallClock(at, timeZone);
  const isOvernight = begins > ends;
  const isQuiet = isOvernight ? minute >= begins || minute < ends : minute >= begins && minute < ends;
  if (!isQuiet) return null;
  const firstDay = isOvernight && minute < ends ? addDays(date, -1) : date;
  const lastDay = isOvernight ? addDays(firstDay, 1) : firstDay;
  return { startsAt: instantOrSkip(firstDay, begins, timeZone), endsAt: instantOrSkip(lastDay, ends, timeZone) };
}
