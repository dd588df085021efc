/**
 * Compares what is booked for the coming weeks with what calendars show, a bounded number of appointments each minute:
 * removes what the book knows nothing of, has written again what differs, and reports. A calendar that does not answer
 * is left out until the next time.
 */
import { type Calendar, CalendarTrouble } from '../../src/domain/calendar.ts';
import {
  type Comparison,
  type ComparisonBook,
  type ComparisonCase,
  compare,
} from '../../src/domain/calendar-comparison.ts';
import type { Events } from '../../src/domain/events.ts';
import type { Job, JobOutcome } from '../job.ts';
import { RETRY } from '../retry.ts';

export interface ReconcileOptions {
  readonly book: ComparisonBook;
  readonly calendar: Calendar;
  /** Whether anything opens a clinic's calendars. */
  readonly isConnected: (clinicId: string) => Promise<boolean>;
  readonly events: Events;
}

const EVERY_MS = 60_000;
const TIME_LIMIT_MS = 50_000;
/** Google takes 10,000 requests a minute of all of us. */
const MOST_CASES = 300;
const CALL_LIMIT_MS = 5_000;

export function reconcileCalendarsJob(options: ReconcileOptions): Job {
  return {
    name: 'reconcile-calendars',
    everyMs: EVERY_MS,
    concurrency: 1,
    timeLimitMs: TIME_LIMIT_MS,
    retry: RETRY.reconcileCalendars,
    run: ({ signal }) => reconcile(options, signal),
  };
}

async function reconcile(options: ReconcileOptions, signal: AbortSignal): Promise<JobOutcome> {
  const { book, events } = options;
  const report = { compared: 0, removed: 0, rewritten: 0 };
  /** What did not answer: nothing more of it is asked this time. */
  const silent = new Set<string>();
  for (const which of await book.next(MOST_CASES)) {
    if (signal.aborted) break;
    const names = which.calendarIds.map((calendarId) => `${which.clinicId} ${calendarId}`);
    try {
      const isAsked = !names.some((name) => silent.has(name)) && (await options.isConnected(which.clinicId));
      // What is not asked goes to the end of the line, too: it must not keep others from their turn.
      const found = isAsked ? await compareOne(which, options, signal) : await book.compared(which, false);
      if (!found) continue;
      report.compared += 1;
      report.removed += found.extras.length;
      report.rewritten += found.differs ? 1 : 0;
    } catch (error) {
      if (!(error instanceof CalendarTrouble)) throw error;
      for (const name of names) silent.add(name);
      await book.compared(which, false);
    }
  }
  events.emit('calendar.reconciled', { ...report, unanswered: silent.size });
  return { kind: 'done' };
}

/** What was found, and mended; null where somebody is writing it meanwhile. Throws a `CalendarTrouble`. */
async function compareOne(
  which: ComparisonCase,
  { book, calendar }: ReconcileOptions,
  signal: AbortSignal,
): Promise<Comparison | null> {
  const { clinicId, appointmentId, calendarIds } = which;
  const limit = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(CALL_LIMIT_MS)]);
  const lists = calendarIds.map(async (calendarId) => {
    const found = await calendar.eventsOf({ clinicId, calendarId }, appointmentId, limit());
    return found.map((event) => ({ calendarId, event }));
  });
  const listed = (await Promise.all(lists)).flat();
  // Read after they were listed: what is listed was noted before.
  const noted = await book.read(which);
  if (noted === null) return null;
  const comparison = compare({ appointmentId, ...noted, listed });
  for (const { calendarId, event } of comparison.extras)
    await calendar.remove({ clinicId, calendarId }, event.eventId, event.etag, limit());
  await book.compared(which, comparison.differs);
  return comparison;
}
