/**
 * The providers' calendars outside, as a node has them: the client that reads and writes them, the copies of what they
 * say, and the book that heeds those. A clinic whose calendars nothing opens, and a provider without one, are as free as
 * the book says.
 */
import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../actors/kernel/clock.ts';
import { postgresCalendarAccounts } from '../../db/calendar-accounts.ts';
import { postgresCalendarMirror } from '../../db/calendar-mirror.ts';
import { postgresCalendarRounds } from '../../db/calendar-rounds.ts';
import type { Database } from '../../db/postgres.ts';
import type { Config } from '../../ops/config.ts';
import { keyring } from '../../ops/encryption.ts';
import type { EventBus } from '../../ops/events.ts';
import { tracedFetch } from '../../ops/traced-fetch.ts';
import { type LookOptions, lookAt } from '../../queues/calendar-look.ts';
import type { CalendarSyncOptions } from '../../queues/jobs/calendar-sync.ts';
import { type Calendar, CalendarTrouble } from '../domain/calendar.ts';
import { type Mirrored, type ProviderCopy, verdictOn } from '../domain/calendar-mirror.ts';
import type { BookingStore, BusyQuery } from '../domain/ports.ts';
import type { Busy } from '../domain/slots.ts';
import { NO_TRACING, type Tracing } from '../domain/tracing.ts';
import { googleCalendar } from '../google/calendar.ts';
import { channelToken, readChannelToken } from '../google/channel-token.ts';

export interface CalendarsOptions {
  readonly config: Config;
  readonly events: EventBus;
  readonly clock?: Clock;
  /** Follows what the calendars are asked; nobody does where absent. */
  readonly tracing?: Tracing;
}

export interface Calendars {
  readonly calendar: Calendar;
  /** What the job needs that keeps the copies new. */
  readonly sync: CalendarSyncOptions;
  /** A calendar knocked: it is looked at at once. False for a token that is not the channel's. */
  knock(channelId: string, token: string): Promise<boolean>;
  /** The book, where providers are also taken by what their calendars say; see `heeding`. */
  heeding(bookings: BookingStore): BookingStore;
}

/** Where a calendar knocks. */
export const NOTIFY_PATH = '/google/notify';
/** How soon a copy is looked at again; sooner where it may not grow that old. */
const LOOK_EVERY_MS = 60_000;
/** How long a caller waits for a calendar that has to be asked. */
const ASKED_LIMIT_MS = 1_500;

export function openCalendars(
  { config, events, clock = systemClock(), tracing = NO_TRACING }: CalendarsOptions,
  database: Database,
): Calendars {
  const { credentials: installation, calendarBaseUrl, oauthBaseUrl, maxStalenessS } = config.google;
  const accounts = postgresCalendarAccounts(database, { keys: keyring(config.secrets.encryption), installation });
  const calendar = googleCalendar({
    calendarBaseUrl,
    oauthBaseUrl,
    accounts,
    events,
    fetch: tracedFetch(tracing, 'google'),
  });
  const mirror = postgresCalendarMirror(database);
  const maxAgeMs = maxStalenessS * 1_000;
  const look: LookOptions = {
    calendar,
    mirror,
    now: () => clock.now(),
    everyMs: Math.min(LOOK_EVERY_MS, maxAgeMs / 2),
  };
  const isConnected = async (clinicId: string): Promise<boolean> => {
    try {
      return (await accounts.credentialsOf(clinicId)) !== null;
    } catch (error) {
      // Credentials that can't be read are to be mended, not done without.
      if (error instanceof CalendarTrouble) return true;
      throw error;
    }
  };
  const secret = config.secrets.session.reveal();
  return {
    calendar,
    sync: {
      ...look,
      rounds: postgresCalendarRounds(database),
      isConnected,
      newChannel({ clinicId }) {
        const channelId = randomUUID();
        const token = channelToken(secret, { clinicId, channelId });
        return { channelId, address: `${config.publicUrl}${NOTIFY_PATH}`, token };
      },
      events,
    },
    async knock(channelId, token) {
      const claim = readChannelToken(secret, channelId, token);
      if (claim) await mirror.wake(claim.clinicId, claim.channelId);
      return claim !== null;
    },
    heeding: (bookings) => new HeedingBook(bookings, { look, isConnected, maxAgeMs }).store,
  };
}

interface Heeding {
  readonly look: LookOptions;
  readonly isConnected: (clinicId: string) => Promise<boolean>;
  readonly maxAgeMs: number;
}

/**
 * `busy` is answered only as far as the calendars of those it is asked about are known: a copy that is too old is made
 * new first. Who of several can't be known is taken throughout; where it is nobody else, the trouble is thrown.
 */
class HeedingBook {
  readonly store: BookingStore;
  readonly #bookings: BookingStore;
  readonly #heeding: Heeding;
  /** Looks under way: callers who need the same one wait for it together. */
  readonly #looks = new Map<string, Promise<void>>();

  constructor(bookings: BookingStore, heeding: Heeding) {
    this.#bookings = bookings;
    this.#heeding = heeding;
    this.store = { ...bookings, busy: (query) => this.#busy(query) };
  }

  async #busy(query: BusyQuery): Promise<readonly Busy[]> {
    const unknown = await this.#unknownAmong(query);
    const { startsAt, endsAt } = query;
    return [...(await this.#bookings.busy(query)), ...unknown.map((resourceId) => ({ resourceId, startsAt, endsAt }))];
  }

  /** Providers whose calendars can't be known. Throws the trouble of one where nobody is left. */
  async #unknownAmong({ clinicId, resourceIds }: BusyQuery): Promise<string[]> {
    const providers = await this.#heeding.look.mirror.of(clinicId, resourceIds);
    if (providers.every(({ copy }) => copy === null) || !(await this.#heeding.isConnected(clinicId))) return [];
    const troubles = await Promise.all(providers.map((each) => this.#troubleWith(each)));
    const first = troubles.find((trouble) => trouble !== null);
    if (first && !troubles.includes(null)) throw first;
    return providers.flatMap(({ providerId }, index) => (troubles[index] ? [providerId] : []));
  }

  async #troubleWith({ copy }: ProviderCopy): Promise<CalendarTrouble | null> {
    const verdict = copy === null ? 'serve' : verdictOn(copy, this.#heeding.maxAgeMs);
    if (verdict === 'serve' || copy === null) return null;
    if (verdict !== 'ask') return verdict;
    try {
      await this.#lookAt(copy);
      return null;
    } catch (error) {
      if (error instanceof CalendarTrouble) return error;
      throw error;
    }
  }

  #lookAt(copy: Mirrored): Promise<void> {
    const key = `${copy.clinicId} ${copy.calendarId}`;
    const under = this.#looks.get(key);
    if (under) return under;
    const look = lookAt(copy, this.#heeding.look, AbortSignal.timeout(ASKED_LIMIT_MS)).finally(() =>
      this.#looks.delete(key),
    );
    this.#looks.set(key, look);
    return look;
  }
}
