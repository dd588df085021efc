import type { Clinic } from '../domain/clinic.ts';
import { minuteOf } from '../domain/clinic-time.ts';
import { listed, spokenMinute, weekdayName } from '../domain/spoken.ts';

/** Opening hours as one would say them: days with the same hours together, closed days named. */
export function spokenHours(clinic: Clinic): string {
  const days = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, hours: hoursOf(clinic, weekday) }));
  const runs: { from: number; to: number; hours: string }[] = [];
  for (const { weekday, hours } of days) {
    const last = runs.at(-1);
    if (last?.hours === hours) last.to = weekday;
    else runs.push({ from: weekday, to: weekday, hours });
  }
  const special = clinic.specialDays.map(({ date, reason, hours }) =>
    hours.length === 0 ? `closed on ${date} (${reason})` : `${date} ${spans(hours)} (${reason})`,
  );
  return [...runs.map(({ from, to, hours }) => `${dayRange(from, to)} ${hours}`), ...special].join('; ');
}

function hoursOf(clinic: Clinic, weekday: number): string {
  const hours = clinic.hours.filter((entry) => entry.weekday === weekday);
  return hours.length === 0 ? 'closed' : spans(hours);
}

function spans(hours: readonly { readonly opens: string; readonly closes: string }[]): string {
  return listed(
    hours.map(({ opens, closes }) => `${spokenMinute(minuteOf(opens))} to ${spokenMinute(minuteOf(closes))}`),
  );
}

function dayRange(from: number, to: number): string {
  if (from === to) return weekdayName(from);
  return `${weekdayName(from)} ${to - from === 1 ? 'and' : 'to'} ${weekdayName(to)}`;
}
