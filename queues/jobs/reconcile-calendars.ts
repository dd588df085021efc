/**
 * Compares what is booked for the coming weeks with what calendars show, a bounded number of appointments each minute:
 * removes what the book knows nothing of, has written again what differs, and reports. A calendar that does not answer
 * is left out until the next time.
 */
import { type Calendar, CalendarTrouble } from '../../src/domain/calendar.ts';
import {
  type ComparisonBook,
  type ComparisonCase,
  compare,
  type ListedEvent,
} from '../../src/domain/calendar-comparison.ts';
import type { Events } from '../../src/domain/events.ts';
import type { Job, JobOutcome } from '../job.ts';
import { RETRY } from '../retry.ts';

export interface ReconcileOptions {
  readonly book: ComparisonBook;
  readonly calendar: Calendar;
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

async function reconcile({ book, calendar, events }: ReconcileOptions, signal: AbortSignal): Promise<JobOutcome> {
  const report = { compared: 0, removed: 0, rewritten: 0 };
  /** What did not answer: nothing more of it is asked this time. */
  const silent = new Set<string>();
  const limit = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(CALL_LIMIT_MS)]);
  const nameOf = ({ clinicId }: ComparisonCase, calendarId: string): string => `${clinicId} ${calendarId}`;

  async function list(which: ComparisonCase): Promise<ListedEvent[]> {
    const lists = which.calendarIds.map(async (calendarId) => {
      const ref = { clinicId: which.clinicId, calendarId };
      const found = await calendar.eventsOf(ref, which.appointmentId, limit());
      return found.map((event) => ({ calendarId, event }));
    });
    return (await Promise.all(lists)).flat();
  }

  async function compareOne(which: ComparisonCase): Promise<void> {
    const listed = await list(which);
    // Read after they were listed: what is listed was noted before.
    const noted = await book.read(which);
    if (noted === null) return;
    const { extras, differs } = compare({ appointmentId: which.appointmentId, ...noted, listed });
    for (const { calendarId, event } of extras)
      await calendar.remove({ clinicId: which.clinicId, calendarId }, event.eventId, event.etag, limit());
    await book.compared(which, differs);
    report.compared += 1;
    report.removed += extras.length;
    report.rewritten += differs ? 1 : 0;
  }

  for (const which of await book.next(MOST_CASES)) {
    if (signal.aborted) break;
    if (which.calendarIds.some((calendarId) => silent.has(nameOf(which, calendarId)))) continue;
    try {
      await compareOne(which);
    } catch (error) {
      if (!(error instanceof CalendarTrouble)) throw error;
      for (const calendarId of which.calendarIds) silent.add(nameOf(which, calendarId));
    }
  }
  events.emit('calendar.reconciled', { ...report, unanswered: silent.size });
  return { kind: 'done' };
}
