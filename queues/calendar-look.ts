/**
 * One look at a calendar: what changed since the last one, or everything where that is not to be had, kept as its copy.
 * Taken by the job that is due, and by a call that can't wait for it.
 */
import { type Calendar, type CalendarChanges, CalendarTrouble } from '../src/domain/calendar.ts';
import type { CalendarMirror, Mirrored } from '../src/domain/calendar-mirror.ts';
import { backOffMs, RETRY } from './retry.ts';

export interface LookOptions {
  readonly calendar: Calendar;
  readonly mirror: CalendarMirror;
  readonly now: () => number;
  /** How soon a copy is looked at again. */
  readonly everyMs: number;
}

/** What began longer ago than this when everything is taken is over, and of no interest. */
const LOOK_BACK_MS = 24 * 3_600_000;
/** Looks of many calendars keep apart. */
const JITTER = 0.2;

/** Throws a CalendarTrouble, which is noted in the mirror, or what the mirror threw. */
export async function lookAt(
  calendar: Pick<Mirrored, 'clinicId' | 'calendarId' | 'syncToken' | 'timeZone'>,
  options: LookOptions,
  signal: AbortSignal,
): Promise<void> {
  const { mirror, everyMs } = options;
  try {
    const changes = await changesOf(calendar, options, signal);
    await mirror.keep(calendar, {
      since: calendar.syncToken,
      changes,
      overBefore: options.now() - LOOK_BACK_MS,
      nextInMs: everyMs * (1 - JITTER * Math.random()),
    });
  } catch (error) {
    if (error instanceof CalendarTrouble) await mirror.fail(calendar, error, (n) => waitMs(error, n));
    throw error;
  }
}

async function changesOf(
  ref: Parameters<typeof lookAt>[0],
  { calendar, now }: LookOptions,
  signal: AbortSignal,
): Promise<CalendarChanges> {
  const { syncToken, timeZone } = ref;
  const from = now() - LOOK_BACK_MS;
  const since = await calendar.changes(ref, { syncToken, from, timeZone }, signal);
  const changes = since ?? (await calendar.changes(ref, { syncToken: null, from, timeZone }, signal));
  if (!changes) throw new CalendarTrouble('unavailable', { reason: 'no_list' });
  return changes;
}

function waitMs(trouble: CalendarTrouble, failures: number): number {
  return Math.max(trouble.afterMs ?? 0, backOffMs(RETRY.calendarLook, failures));
}
