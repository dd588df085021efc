/**
 * Brings one appointment to its calendar. The doorbell says only which; what is to be done is decided from the book and
 * from what the calendar has (`calendar-writing.ts`), so that a worker may die after any step. Nothing is written later
 * than a claim's first seconds, long before anybody else may take over.
 */
import { z } from 'zod';
import { type AppointmentEvent, type Calendar, type CalendarRef, CalendarTrouble } from '../../src/domain/calendar.ts';
import type { CalendarBook, Claim, Failure } from '../../src/domain/calendar-book.ts';
import { type EventPlace, eventIdOf, left, nextStep, shown } from '../../src/domain/calendar-writing.ts';
import type { CalendarFailureKind, Events } from '../../src/domain/events.ts';
import type { Job, JobOutcome, JobRun } from '../job.ts';
import { backOffMs, CALENDAR_FAILURES, CALENDAR_PATIENCE_MS, RETRY } from '../retry.ts';

export interface SyncAppointmentOptions {
  readonly book: CalendarBook;
  readonly calendar: Calendar;
  /** Whether anything opens a clinic's calendars: nothing is to be shown in those of others. */
  readonly isConnected: (clinicId: string) => Promise<boolean>;
  readonly events: Events;
  /** A name for one claim, never given twice: a UUID. */
  readonly newToken: () => string;
  /** Milliseconds that only go forward; any origin. */
  readonly elapsed?: () => number;
}

const doorbell = z.object({ clinicId: z.uuid(), appointmentId: z.uuid() });
type Doorbell = z.output<typeof doorbell>;

export const SYNC_APPOINTMENT_JOB = 'sync-appointment';
const CONCURRENCY = 16;
/** One request to the calendar. */
const CALL_LIMIT_MS = 3_000;
/** No request begins later after the claim was made. */
const WRITE_LIMIT_MS = 5_000;
/** Longer than the last request can take. */
const CLAIM_MS = 10_000;
const TIME_LIMIT_MS = 25_000;
/** Looks at the calendar in one claim; each further one is because the event changed meanwhile. */
const MAX_LOOKS = 6;

export function syncAppointmentJob(options: SyncAppointmentOptions): Job {
  const sync = new AppointmentSync(options);
  return {
    name: SYNC_APPOINTMENT_JOB,
    everyMs: null,
    concurrency: CONCURRENCY,
    timeLimitMs: TIME_LIMIT_MS,
    retry: RETRY.syncAppointment,
    run: (run) => sync.run(run),
  };
}

/** Why a claim came to nothing though no request failed. */
class Unsettled extends Error {
  override readonly name = 'Unsettled';
}

class AppointmentSync {
  readonly #book: CalendarBook;
  readonly #calendar: Calendar;
  readonly #isConnected: (clinicId: string) => Promise<boolean>;
  readonly #events: Events;
  readonly #newToken: () => string;
  readonly #elapsed: () => number;

  constructor(options: SyncAppointmentOptions) {
    const { book, calendar, isConnected, events, newToken, elapsed = () => performance.now() } = options;
    this.#book = book;
    this.#calendar = calendar;
    this.#isConnected = isConnected;
    this.#events = events;
    this.#newToken = newToken;
    this.#elapsed = elapsed;
  }

  async run({ data, signal }: JobRun): Promise<JobOutcome> {
    const asked = doorbell.safeParse(data);
    if (!asked.success) return { kind: 'cancel', reason: 'no doorbell of an appointment' };
    while (!signal.aborted) if ((await this.#once(asked.data, signal)) !== 'more') return { kind: 'done' };
    return { kind: 'snooze', forMs: 0 };
  }

  /** One claim, from its beginning to its end. */
  async #once(which: Doorbell, signal: AbortSignal): Promise<'done' | 'more' | 'lost'> {
    const startedAt = this.#elapsed();
    const claim = await this.#book.claim({ ...which, token: this.#newToken(), forMs: CLAIM_MS });
    if (claim === null) return 'done';
    const writing = new ClaimedWriting(claim, this.#calendar, this.#book, {
      signal,
      sinceMs: () => this.#elapsed() - startedAt,
    });
    try {
      // Once somebody connects them, the reconciler finds what is missing.
      if (!(await this.#isConnected(which.clinicId))) return await this.#book.settle(claim, claim.place, false);
      const end = await writing.bring();
      if (end === 'lost') return 'lost';
      if (end.kind === 'late') return await this.#lookAgain(writing, end.afterMs);
      return await this.#settle(writing, end.place, end.more);
    } catch (error) {
      return this.#failed(writing, error, signal.aborted);
    }
  }

  async #settle({ claim }: ClaimedWriting, place: EventPlace, more: boolean): Promise<'done' | 'more' | 'lost'> {
    const { clinicId, appointmentId } = claim;
    const result = await this.#book.settle(claim, place, more);
    if (result === 'lost') return result;
    const lagMs = Math.max(0, place.since - claim.askedAt);
    this.#events.emit('calendar.written', { clinicId, result: place.state === 'shown' ? 'shown' : 'removed', lagMs });
    if (place.byHand !== null && place.byHand !== claim.place.byHand)
      this.#events.emit('calendar.changed_by_hand', { clinicId, appointmentId, change: place.byHand });
    return result;
  }

  async #lookAgain({ claim, place }: ClaimedWriting, afterMs: number): Promise<'done'> {
    await this.#book.fail(claim, place, { reason: 'a late write may arrive', afterMs, pauseMs: 0, trouble: null });
    return 'done';
  }

  async #failed(writing: ClaimedWriting, error: unknown, stopping: boolean): Promise<'done' | 'more' | 'lost'> {
    const { claim, place } = writing;
    if (stopping) {
      await this.#book.fail(claim, place, { reason: 'handed back', afterMs: 0, pauseMs: 0, trouble: null });
      return 'done';
    }
    const kind = kindOf(error);
    // Nothing of ours can be removed where there is no calendar any more.
    if (kind === 'calendar_gone' && writing.leaves)
      return this.#settle(writing, left({ place, now: writing.now }), claim.wanted !== null);
    const failure = failureOf(claim, kind, error, writing.now);
    const { clinicId, appointmentId, attempts } = claim;
    const status = error instanceof CalendarTrouble ? error.status : 0;
    if (!(await this.#book.fail(claim, place, failure))) return 'lost';
    const { afterMs, reason } = failure;
    this.#events.emit('calendar.write_failed', {
      clinicId,
      appointmentId,
      kind,
      status,
      reason,
      attempts,
      afterMs,
      error,
    });
    return 'done';
  }
}

/** What a claim's writing came to: settled in some place, or to be looked at again later. */
type WritingEnd =
  | 'lost'
  | { readonly kind: 'settled'; readonly place: EventPlace; readonly more: boolean }
  | { readonly kind: 'late'; readonly afterMs: number };

interface Limits {
  readonly signal: AbortSignal;
  /** Since before the claim was made, milliseconds. */
  readonly sinceMs: () => number;
}

/** The requests of one claim, in order. */
class ClaimedWriting {
  readonly claim: Claim;
  /** As it was noted last. */
  place: EventPlace;
  readonly #calendar: Calendar;
  readonly #book: CalendarBook;
  readonly #limits: Limits;

  constructor(claim: Claim, calendar: Calendar, book: CalendarBook, limits: Limits) {
    this.claim = claim;
    this.place = claim.place;
    this.#calendar = calendar;
    this.#book = book;
    this.#limits = limits;
  }

  /** The book's time. */
  get now(): number {
    return this.claim.now + this.#limits.sinceMs();
  }

  get leaves(): boolean {
    return this.claim.wanted === null || this.place.state === 'leaving';
  }

  /** Throws what the calendar threw, or `Unsettled`. */
  async bring(): Promise<WritingEnd> {
    for (let look = 0; look < MAX_LOOKS; look += 1) {
      const end = await this.#look();
      if (end !== null) return end;
    }
    throw new Unsettled(`the event changed at each of ${MAX_LOOKS} looks`);
  }

  /** Reads the event and does what is next; null where it is to be read again. */
  async #look(): Promise<WritingEnd | null> {
    const { wanted, appointmentId } = this.claim;
    const found = await this.#calendar.event(this.#ref, this.#eventId, this.#callLimit());
    const writing = { appointmentId, wanted, place: this.place, found, now: this.now };
    const step = nextStep(writing);
    switch (step.kind) {
      case 'insert':
        return (await this.#insert()) === 'done' ? settled(shown(writing)) : null;
      case 'replace':
        return (await this.#replace(step.etag)) === 'done' ? settled(shown(writing)) : null;
      case 'remove':
        return (await this.#remove(step.etag)) === 'done' ? settled(left(writing), wanted !== null) : null;
      case 'note':
        if (!(await this.#book.note(this.claim, step.place))) return 'lost';
        this.place = step.place;
        return null;
      case 'settle':
        return settled(step.place, step.more);
      case 'look_again':
        return { kind: 'late', afterMs: step.afterMs };
    }
  }

  #insert(): Promise<'done' | 'taken'> {
    return this.#calendar.insert(this.#ref, this.#event, this.#callLimit());
  }

  #replace(etag: string): Promise<'done' | 'changed' | 'missing'> {
    return this.#calendar.replace(this.#ref, this.#event, etag, this.#callLimit());
  }

  #remove(etag: string): Promise<'done' | 'changed'> {
    return this.#calendar.remove(this.#ref, this.#eventId, etag, this.#callLimit());
  }

  get #ref(): CalendarRef {
    return { clinicId: this.claim.clinicId, calendarId: this.place.calendarId };
  }

  get #eventId(): string {
    return eventIdOf(this.claim.appointmentId, this.place.generation);
  }

  get #event(): AppointmentEvent {
    const { wanted } = this.claim;
    if (wanted === null) throw new Error('nothing is to be shown of this appointment');
    return { ...wanted.event, eventId: this.#eventId };
  }

  /** Asked before each request: none begins once the claim is so old that its end might be missed. */
  #callLimit(): AbortSignal {
    if (this.#limits.sinceMs() > WRITE_LIMIT_MS) throw new Unsettled('the claim is too old to write');
    return AbortSignal.any([this.#limits.signal, AbortSignal.timeout(CALL_LIMIT_MS)]);
  }
}

function settled(place: EventPlace, more = false): WritingEnd {
  return { kind: 'settled', place, more };
}

function kindOf(error: unknown): CalendarFailureKind {
  if (error instanceof CalendarTrouble) return error.kind;
  return error instanceof Unsettled ? 'unsettled' : 'broke';
}

function failureOf(claim: Claim, kind: CalendarFailureKind, error: unknown, now: number): Failure {
  const { again, pauses, flags } = CALENDAR_FAILURES[kind];
  const trouble = error instanceof CalendarTrouble ? error : undefined;
  const reason = [kind, trouble?.status || '', trouble?.reason ?? ''].filter((word) => word !== '').join(' ');
  const patient = now - claim.askedAt < CALENDAR_PATIENCE_MS;
  if (again === null || !patient) return { reason, afterMs: null, pauseMs: 0, trouble: null };
  const failures = pauses ? claim.troubles + 1 : claim.attempts;
  // On top of what the service asked for, so that those who were told the same do not come back together.
  const afterMs = backOffMs(again, failures) + (trouble?.afterMs ?? 0);
  return { reason, afterMs, pauseMs: pauses ? afterMs : 0, trouble: flags ? reason : null };
}
