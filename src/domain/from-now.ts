/** "In two hours", "within the hour": a time of day that is counted from the present, in words of time. */
import type { DayRange } from './availability.ts';
import type { Instant } from './clinic.ts';
import { DAY_MINUTES, MINUTE_MS, wallClock } from './clinic-time.ts';
import type { MinuteRange } from './search.ts';

export interface StretchFromNow {
  readonly days: DayRange;
  /** Whoever says "in two hours" means about then: a time within the hour that follows. */
  readonly part: MinuteRange;
}

const COUNT = String.raw`(an?|\d{1,3}|half an|a few|a couple(?: of)?)`;
const SPAN = new RegExp(
  String.raw`\b(?:(in|within)(?: (?:the next|another|about|around|the))*) ${COUNT}( and a half)? (hour|minute|min)s?\b( and a half)?`,
);
const HENCE = new RegExp(String.raw`\b()${COUNT}( and a half)? (hour|minute|min)s?\b( and a half)? from now\b`);
/** Fewer minutes are said of waiting, not of coming. */
const LEAST_MINUTES = 15;

/** Null where nothing is counted from now, or so much that it is a matter of days. */
export function stretchFromNow(words: string, now: Instant, timeZone: string): StretchFromNow | null {
  const [, lead, count = '', halfBefore, unit, halfAfter] = SPAN.exec(words) ?? HENCE.exec(words) ?? [];
  if (unit === undefined) return null;
  const half = halfBefore !== undefined || halfAfter !== undefined ? 0.5 : 0;
  const minutes = (countOf(count) + half) * (unit === 'hour' ? 60 : 1);
  if (minutes < LEAST_MINUTES || minutes >= DAY_MINUTES) return null;
  const { date, minute } = wallClock(lead === 'within' ? now : now + minutes * MINUTE_MS, timeZone);
  const length = lead === 'within' ? minutes : 59;
  return { days: { from: date, to: date }, part: { from: minute, to: Math.min(minute + length, DAY_MINUTES) } };
}

function countOf(count: string): number {
  if (count === 'half an') return 0.5;
  if (count === 'a few') return 3;
  return count.startsWith('a couple') ? 2 : Number(count) || 1;
}
