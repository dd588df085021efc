/**
 * Keeps the copies of providers' calendars new: each round looks at those that are due by the book, whoever runs it, so
 * that a lost queue ages nothing. One calendar that is slow or broken keeps none of the others waiting.
 */
import { type CalendarRef, CalendarTrouble } from '../../src/domain/calendar.ts';
import type { CalendarRounds, DueCalendar } from '../../src/domain/calendar-mirror.ts';
import type { Events } from '../../src/domain/events.ts';
import { type LookOptions, lookAt } from '../calendar-look.ts';
import type { Job, JobOutcome } from '../job.ts';
import { RETRY } from '../retry.ts';

export interface CalendarSyncOptions extends LookOptions {
  readonly rounds: CalendarRounds;
  /** Whether anything opens this clinic's calendars. */
  readonly isConnected: (clinicId: string) => Promise<boolean>;
  /** How a calendar is asked to knock. */
  readonly newChannel: (ref: CalendarRef) => {
    readonly channelId: string;
    readonly address: string;
    readonly token: string;
  };
  readonly events: Events;
}

const ROUND_EVERY_MS = 2_000;
const TIME_LIMIT_MS = 60_000;
const LEASE_MS = 60_000;
const LOOK_LIMIT_MS = 15_000;
const AT_ONCE = 8;
/** A channel that ends sooner is replaced. */
const RENEW_BEFORE_MS = 24 * 3_600_000;
/** Stands for a calendar that can't knock, and how long it is left alone. */
const NO_CHANNEL = 'none';
const NO_CHANNEL_MS = 24 * 3_600_000;

export function calendarSyncJob(options: CalendarSyncOptions): Job {
  return {
    name: 'calendar-sync',
    everyMs: ROUND_EVERY_MS,
    concurrency: 1,
    timeLimitMs: TIME_LIMIT_MS,
    retry: RETRY.calendarSync,
    run: ({ signal }) => round(options, signal),
  };
}

async function round(options: CalendarSyncOptions, signal: AbortSignal): Promise<JobOutcome> {
  const { rounds, events } = options;
  await rounds.enrol();
  for (;;) {
    const due = await rounds.claimDue(AT_ONCE, LEASE_MS);
    await Promise.all(due.map((each) => look(each, options, signal)));
    if (due.length < AT_ONCE || signal.aborted) break;
  }
  events.emit('calendar.mirrors_aged', { oldestMs: await rounds.oldestMs() });
  return { kind: 'done' };
}

/** Trouble with a calendar is told by whoever met it, and stands in its row. */
async function look(due: DueCalendar, options: CalendarSyncOptions, stop: AbortSignal): Promise<void> {
  if (!(await options.isConnected(due.clinicId))) return;
  const signal = AbortSignal.any([stop, AbortSignal.timeout(LOOK_LIMIT_MS)]);
  try {
    await lookAt(due, options, signal);
    await renewChannel(due, options, signal);
  } catch (error) {
    if (!(error instanceof CalendarTrouble)) throw error;
  }
}

async function renewChannel(due: DueCalendar, options: CalendarSyncOptions, signal: AbortSignal): Promise<void> {
  const { calendar, rounds, now, newChannel } = options;
  const old = due.channel;
  if (old && old.expiresAt - now() > RENEW_BEFORE_MS) return;
  const { channelId, ...channel } = newChannel(due);
  const watched = await calendar.watch(due, { channelId, ...channel }, signal).catch((error: unknown) => {
    // Such as an address that it does not knock at: looks are due without it.
    if (error instanceof CalendarTrouble && error.kind === 'refused') return null;
    throw error;
  });
  const kept = watched ?? { resourceId: NO_CHANNEL, expiresAt: now() + NO_CHANNEL_MS + RENEW_BEFORE_MS };
  await rounds.keepChannel(due, { channelId, ...kept });
  if (old && old.resourceId !== NO_CHANNEL) await calendar.unwatch(due, old, signal);
}
