/**
 * Google Calendar, version 3, behind the port. Alone in using its client library (`sdk.ts`), which is loaded with the
 * first request. Each call is one attempt, but that a token which is refused is replaced once; whoever calls decides about
 * more. Nothing of an event and no token is in any error.
 */
import { createHash } from 'node:crypto';
import type { calendar_v3 } from '@googleapis/calendar';
import { z } from 'zod';
import type { GoogleCredentials } from '../../ops/config/google-credentials.ts';
import {
  type AppointmentEvent,
  type BusyTime,
  type Calendar,
  type CalendarChanges,
  type CalendarRef,
  CalendarTrouble,
  type StoredEvent,
} from '../domain/calendar.ts';
import type { Events } from '../domain/events.ts';
import { type AccessTokens, accessTokens } from './access-tokens.ts';
import { disconnectedBecause } from './disconnection.ts';
import {
  BUSY_FIELDS,
  bodyOf,
  changeOf,
  type EventPage,
  eventPage,
  storedEvent,
  storedOf,
  writtenFor,
} from './event-shape.ts';
import { troubleOf } from './trouble.ts';

/** What opens the clinics' calendars, and where it stands that it does not. */
export interface GoogleAccounts {
  /** The same object as long as they are the same; null where there are none. */
  credentialsOf(clinicId: string): Promise<GoogleCredentials | null>;
  /** They opened a calendar. */
  worked(clinicId: string): Promise<void>;
  /** They do not, because …: words for staff. */
  failed(clinicId: string, because: string): Promise<void>;
}

export interface GoogleCalendarOptions {
  /** Root of the API, without a slash at its end. */
  readonly calendarBaseUrl: string;
  /** Root of `/token`. */
  readonly oauthBaseUrl: string;
  readonly accounts: GoogleAccounts;
  readonly events: Events;
  /** How requests are made; the platform's way where nothing else is given. */
  readonly fetch?: typeof fetch;
}

const LARGEST_PAGE = 2_500;
/** Beyond, a calendar is not read: something is wrong with it, or with us. */
const MOST_PAGES = 200;

const freeBusyAnswer = z.object({
  calendars: z.record(
    z.string(),
    z.object({
      errors: z.array(z.object({ reason: z.string() })).nullish(),
      busy: z.array(z.object({ start: z.string(), end: z.string() })).nullish(),
    }),
  ),
});
const channelAnswer = z.object({ resourceId: z.string(), expiration: z.coerce.number() });

/** What a request is made with. */
interface Asking {
  readonly api: calendar_v3.Calendar;
  /** Another header comes along by name. */
  readonly options: (headers?: Readonly<Record<string, string>>) => RequestOptions;
}
interface RequestOptions {
  readonly signal: AbortSignal;
  readonly retry: false;
  readonly fetchImplementation: typeof fetch;
  readonly headers: Record<string, string>;
}

interface ListQuery {
  readonly syncToken?: string;
  readonly timeMin?: string;
  readonly singleEvents?: boolean;
  readonly privateExtendedProperty?: string[];
  readonly fields?: string;
}

interface List {
  readonly items: NonNullable<EventPage['items']>;
  readonly syncToken: string | undefined;
}

/** What some statuses mean instead of trouble. */
type Answers<T> = Readonly<Partial<Record<number, () => T | Promise<T>>>>;

export function googleCalendar(options: GoogleCalendarOptions): Calendar {
  return new GoogleCalendar(options);
}

class GoogleCalendar implements Calendar {
  readonly #options: GoogleCalendarOptions;
  readonly #fetch: typeof fetch;
  readonly #tokens = new WeakMap<GoogleCredentials, AccessTokens>();
  #api: Promise<calendar_v3.Calendar> | undefined;

  constructor(options: GoogleCalendarOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? fetch;
  }

  event(ref: CalendarRef, eventId: string, signal: AbortSignal): Promise<StoredEvent | null> {
    return this.#ask<StoredEvent | null>(
      ref,
      signal,
      async ({ api, options }) => {
        const { data } = await api.events.get({ ...addressed(ref), eventId }, options());
        return storedEvent(data);
      },
      { 404: () => null, 410: () => null },
    );
  }

  async eventsOf(ref: CalendarRef, appointmentId: string, signal: AbortSignal): Promise<readonly StoredEvent[]> {
    const list = await this.#list(ref, { privateExtendedProperty: [writtenFor(appointmentId)] }, signal);
    return (list?.items ?? []).map(storedOf);
  }

  insert(ref: CalendarRef, event: AppointmentEvent, signal: AbortSignal): Promise<'done' | 'taken'> {
    return this.#ask<'done' | 'taken'>(
      ref,
      signal,
      async ({ api, options }) => {
        await api.events.insert({ ...addressed(ref), sendUpdates: 'none', requestBody: bodyOf(event) }, options());
        return 'done';
      },
      { 409: () => 'taken' },
    );
  }

  replace(
    ref: CalendarRef,
    event: AppointmentEvent,
    etag: string,
    signal: AbortSignal,
  ): Promise<'done' | 'changed' | 'missing'> {
    const { eventId } = event;
    return this.#ask<'done' | 'changed' | 'missing'>(
      ref,
      signal,
      async ({ api, options }) => {
        const asked = { ...addressed(ref), eventId, sendUpdates: 'none', requestBody: bodyOf(event) };
        await api.events.update(asked, options({ 'if-match': etag }));
        return 'done';
      },
      { 404: () => this.#inCalendar(ref, 'missing', signal), 409: () => 'changed', 412: () => 'changed' },
    );
  }

  remove(ref: CalendarRef, eventId: string, etag: string, signal: AbortSignal): Promise<'done' | 'changed'> {
    return this.#ask<'done' | 'changed'>(
      ref,
      signal,
      async ({ api, options }) => {
        await api.events.delete({ ...addressed(ref), eventId, sendUpdates: 'none' }, options({ 'if-match': etag }));
        return 'done';
      },
      {
        404: () => this.#inCalendar(ref, 'done', signal),
        409: () => 'changed',
        410: () => 'done',
        412: () => 'changed',
      },
    );
  }

  async changes(
    ref: CalendarRef,
    {
      syncToken,
      from,
      timeZone,
    }: { readonly syncToken: string | null; readonly from: number; readonly timeZone: string },
    signal: AbortSignal,
  ): Promise<CalendarChanges | null> {
    const since = syncToken === null ? { timeMin: new Date(from).toISOString() } : { syncToken };
    const list = await this.#list(ref, { ...since, singleEvents: true, fields: BUSY_FIELDS }, signal);
    if (list === null) return null;
    if (list.syncToken === undefined) throw new CalendarTrouble('unavailable', { reason: 'no_sync_token' });
    const changes = list.items.map((each) => changeOf(each, timeZone));
    return { changes, syncToken: list.syncToken, whole: syncToken === null };
  }

  busyTimes(ref: CalendarRef, from: number, to: number, signal: AbortSignal): Promise<readonly BusyTime[]> {
    const [timeMin, timeMax] = [new Date(from).toISOString(), new Date(to).toISOString()];
    return this.#ask(ref, signal, async ({ api, options }) => {
      const { quotaUser, calendarId: id } = addressed(ref);
      const { data } = await api.freebusy.query(
        { quotaUser, requestBody: { timeMin, timeMax, items: [{ id }] } },
        options(),
      );
      const answer = freeBusyAnswer.parse(data).calendars[id];
      const reason = answer?.errors?.[0]?.reason;
      if (!answer || reason !== undefined) throw freeBusyTrouble(reason ?? 'no_answer');
      return (answer.busy ?? []).map(({ start, end }) => ({ startsAt: Date.parse(start), endsAt: Date.parse(end) }));
    });
  }

  watch(
    ref: CalendarRef,
    { channelId: id, address, token }: { readonly channelId: string; readonly address: string; readonly token: string },
    signal: AbortSignal,
  ): Promise<{ readonly resourceId: string; readonly expiresAt: number }> {
    return this.#ask(ref, signal, async ({ api, options }) => {
      const requestBody = { id, type: 'web_hook', address, token };
      const { data } = await api.events.watch({ ...addressed(ref), requestBody }, options());
      const { resourceId, expiration } = channelAnswer.parse(data);
      return { resourceId, expiresAt: expiration };
    });
  }

  unwatch(
    ref: CalendarRef,
    { channelId: id, resourceId }: { readonly channelId: string; readonly resourceId: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { quotaUser } = addressed(ref);
    return this.#ask<void>(
      ref,
      signal,
      async ({ api, options }) =>
        void (await api.channels.stop({ quotaUser, requestBody: { id, resourceId } }, options())),
      { 404: () => undefined },
    );
  }

  /** `answer` where the calendar is there at all: a 404 tells of an event and of its calendar alike. */
  async #inCalendar<T>(ref: CalendarRef, answer: T, signal: AbortSignal): Promise<T> {
    await this.#ask(ref, signal, ({ api, options }) =>
      api.events.list({ ...addressed(ref), maxResults: 1, fields: 'kind' }, options()),
    );
    return answer;
  }

  /** Every page of a list, and what is asked with next time; null where the sync token is too old. */
  async #list(ref: CalendarRef, query: ListQuery, signal: AbortSignal): Promise<List | null> {
    const answers = query.syncToken === undefined ? {} : { 410: () => null };
    const items: List['items'] = [];
    let pageToken: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const asked = { ...addressed(ref), maxResults: LARGEST_PAGE, ...query, ...(pageToken && { pageToken }) };
      const page = await this.#ask<EventPage | null>(
        ref,
        signal,
        async ({ api, options }) => eventPage.parse((await api.events.list(asked, options())).data),
        answers,
      );
      if (page === null) return null;
      items.push(...(page.items ?? []));
      pageToken = page.nextPageToken ?? undefined;
      if (pageToken === undefined) return { items, syncToken: page.nextSyncToken ?? undefined };
    }
    throw new CalendarTrouble('refused', { reason: 'too_many_pages' });
  }

  /** One request in the clinic's name. What went wrong is told as an event, and thrown as a CalendarTrouble. */
  async #ask<T>(
    { clinicId }: CalendarRef,
    signal: AbortSignal,
    request: (asking: Asking) => Promise<T>,
    answers: Answers<T> = {},
  ): Promise<T> {
    try {
      const answer = await this.#withToken(clinicId, signal, request);
      await this.#note(() => this.#options.accounts.worked(clinicId));
      return answer;
    } catch (error) {
      const trouble = error instanceof z.ZodError ? unreadable() : troubleOf(error, signal);
      // What is trouble already is none of the API's answers: a token that could not be had, for one.
      const answer = trouble === error ? undefined : answers[trouble.status];
      if (answer) return answer();
      const { kind, status, reason } = trouble;
      this.#options.events.emit('calendar.troubled', { clinicId, kind, status, reason });
      if (kind === 'credentials')
        await this.#note(() => this.#options.accounts.failed(clinicId, disconnectedBecause(reason)));
      throw trouble;
    }
  }

  /** That it can't be written down changes nothing of what was done. */
  async #note(write: () => Promise<void>): Promise<void> {
    await write().catch(() => undefined);
  }

  async #withToken<T>(clinicId: string, signal: AbortSignal, request: (asking: Asking) => Promise<T>): Promise<T> {
    const [api, tokens] = await Promise.all([this.#loaded(), this.#tokensOf(clinicId)]);
    const asked = (token: string): Promise<T> => request({ api, options: optionsWith(token, signal, this.#fetch) });
    const token = await tokens.current(signal);
    try {
      return await asked(token);
    } catch (error) {
      if (troubleOf(error, signal).status !== 401) throw error;
      tokens.refused(token);
      return asked(await tokens.current(signal));
    }
  }

  async #tokensOf(clinicId: string): Promise<AccessTokens> {
    const credentials = await this.#options.accounts.credentialsOf(clinicId);
    if (!credentials) throw new CalendarTrouble('credentials', { reason: 'none' });
    const tokens = this.#tokens.get(credentials) ?? accessTokens(credentials, this.#options.oauthBaseUrl, this.#fetch);
    this.#tokens.set(credentials, tokens);
    return tokens;
  }

  #loaded(): Promise<calendar_v3.Calendar> {
    this.#api ??= import('./sdk.ts').then(({ calendar }) =>
      calendar({ version: 'v3', rootUrl: this.#options.calendarBaseUrl }),
    );
    return this.#api;
  }
}

/** The library would try again by itself, fetch in its own way, and take any status for a redirect's. */
function optionsWith(token: string, signal: AbortSignal, fetchImplementation: typeof fetch): Asking['options'] {
  return (headers = {}) => ({
    signal,
    retry: false,
    fetchImplementation,
    headers: { ...headers, authorization: `Bearer ${token}` },
  });
}

/**
 * A calendar, and whom the service counts for it: its quota for each user would otherwise be one for all calendars that
 * one service account looks after.
 */
function addressed({ calendarId }: CalendarRef): { calendarId: string; quotaUser: string } {
  return { calendarId, quotaUser: createHash('sha256').update(calendarId).digest('base64url').slice(0, 32) };
}

const unreadable = (): CalendarTrouble => new CalendarTrouble('unavailable', { reason: 'unreadable_answer' });

/** An answer that is fine, with an error for the one calendar in it. */
function freeBusyTrouble(reason: string): CalendarTrouble {
  return reason === 'notFound'
    ? new CalendarTrouble('calendar_gone', { status: 404, reason })
    : new CalendarTrouble('unavailable', { reason });
}
