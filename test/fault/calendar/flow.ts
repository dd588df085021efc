/** Bookings, moves and cancellations that flow over many calendars, and what the calendars must show in the end. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { postgresBookingStore } from '../../../db/bookings.ts';
import type { Database } from '../../../db/postgres.ts';
import { bookingRequest, cancelRequest, MINUTE_MS, moveRequest, radiance } from '../../contract/booking-requests.ts';
import type { GoogleSim } from '../../sim/google/server.ts';
import type { Random } from '../../support/seed.ts';

const DAY_MS = 24 * 60 * MINUTE_MS;

export interface Flow {
  /** Begins `perSecond` changes a second, until `stop`: bookings only, or moves and cancellations too. */
  start(perSecond: number, what?: 'bookings' | 'changes'): void;
  /** Books so many at once. */
  bookAll(bookings: number): Promise<void>;
  /** Resolves when the last change is committed, or has failed. */
  stop(): Promise<void>;
  /** How many changes were committed, and how many Postgres did not answer for. */
  readonly made: { booked: number; moved: number; cancelled: number; unknown: number };
}

interface Place {
  readonly providerId: string;
  readonly startsAt: number;
}

const calendarRow = z.object({ providerId: z.string(), calendarId: z.string() });
export type ProviderCalendar = z.output<typeof calendarRow>;

/** So many providers at Radiance, each with a calendar at the simulated Google. */
export async function openCalendars(database: Database, sim: GoogleSim, count: number): Promise<ProviderCalendar[]> {
  const rows = await database.unbound(
    'providers',
    (sql) => sql`
      insert into providers (clinic_id, name, calendar_id)
      select ${radiance.id}, 'Provider ' || n, 'provider-' || n || '@radiance.test' from generate_series(1, ${count}) as n
      returning id as "providerId", calendar_id as "calendarId"`,
  );
  const calendars = rows.map((row) => calendarRow.parse(row));
  for (const { calendarId } of calendars) sim.calendars.add({ id: calendarId, timeZone: 'America/New_York' });
  return calendars;
}

function wish({ providerId, startsAt }: Place) {
  const endsAt = startsAt + 30 * MINUTE_MS;
  return { startsAt, endsAt, providerId, blocks: [{ anyOf: [providerId], startsAt, endsAt }] };
}

export function openFlow(database: Database, providers: readonly ProviderCalendar[], random: Random): Flow {
  const store = postgresBookingStore(database);
  const made = { booked: 0, moved: 0, cancelled: 0, unknown: 0 };
  const active: string[] = [];
  const underWay = new Set<Promise<void>>();
  // Calendars keep whole seconds.
  const firstAt = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS + DAY_MS;
  let slots = 0;
  let timer: NodeJS.Timeout | undefined;

  /** A time that nobody has had yet. */
  function nextPlace(): Place {
    slots += 1;
    const provider = providers[Math.floor(random() * providers.length)];
    return { providerId: provider?.providerId ?? '', startsAt: firstAt + slots * 30 * MINUTE_MS };
  }

  async function book(): Promise<void> {
    const { blocks, ...times } = wish(nextPlace());
    const request = bookingRequest();
    const result = await store.book({ ...request, key: randomUUID(), slot: { ...request.slot, ...times }, blocks });
    if (result.kind !== 'booked') throw new Error('a time that nobody has had was taken');
    active.push(result.appointment.id);
    made.booked += 1;
  }

  async function move(id: string): Promise<void> {
    const { blocks, ...times } = wish(nextPlace());
    const request = moveRequest(id);
    await store.reschedule({ ...request, key: randomUUID(), slot: { ...request.slot, ...times }, blocks });
    made.moved += 1;
  }

  async function cancel(id: string): Promise<void> {
    active.splice(active.indexOf(id), 1);
    await store.cancel(cancelRequest(id));
    made.cancelled += 1;
  }

  function change(): Promise<void> {
    const dice = random();
    const id = active[Math.floor(random() * active.length)];
    if (id === undefined || dice < 0.5) return book();
    return dice < 0.8 ? move(id) : cancel(id);
  }

  function begin(work: () => Promise<void>): void {
    const ended = work()
      .catch(() => {
        made.unknown += 1;
      })
      .finally(() => underWay.delete(ended));
    underWay.add(ended);
  }

  return {
    made,
    start(perSecond, what = 'changes') {
      timer = setInterval(() => begin(what === 'bookings' ? book : change), 1_000 / perSecond);
    },
    async bookAll(bookings) {
      await Promise.all(Array.from({ length: bookings }, book));
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

const outboxRow = z.object({ due: z.number(), dead: z.number(), reasons: z.string().nullable() });

export async function readOutbox(database: Database): Promise<z.output<typeof outboxRow>> {
  const [row] = await database.unbound(
    'outbox',
    (sql) => sql`
      select count(*) filter (where status = 'due')::int as due, count(*) filter (where status = 'dead')::int as dead,
             string_agg(distinct reason, ', ') as reasons
      from outbox where kind = 'sync_appointment'`,
  );
  return outboxRow.parse(row);
}

const holderRow = z.object({ token: z.string() });

/** The numbers of workers that hold a claim. */
export async function claimHolders(database: Database): Promise<number[]> {
  const rows = await database.unbound(
    'holders',
    (sql) => sql`
      select claim_token as token from outbox
      where claimed_until > now() order by claimed_until desc limit 20`,
  );
  return rows.map((row) => Number.parseInt(holderRow.parse(row).token.slice(0, 8), 16));
}

const bookedRow = z.object({ id: z.string(), calendarId: z.string(), startsAt: z.number() });

/** What the calendars show besides exactly one event for each confirmed appointment; empty where all is well. */
export async function discrepancies(database: Database, sim: GoogleSim): Promise<string[]> {
  const rows = await database.unbound(
    'confirmed',
    (sql) => sql`
      select a.id, p.calendar_id as "calendarId", a.starts_at as "startsAt"
      from appointments a join providers p on p.id = a.provider_id
      where a.status = 'confirmed' and p.calendar_id is not null`,
  );
  const wanted = rows.map((row) => {
    const { id, calendarId, startsAt } = bookedRow.parse(row);
    return `${id} in ${calendarId} at ${new Date(startsAt).toISOString()}`;
  });
  const shown = sim.calendars.all.flatMap(({ id: calendarId }) =>
    sim.live(calendarId).map(({ description, start, extendedProperties }) => {
      const appointment = Object.values(extendedProperties?.private ?? {}).find((value) => value.length === 36);
      return `${appointment ?? description} in ${calendarId} at ${new Date(start?.dateTime ?? 0).toISOString()}`;
    }),
  );
  const missing = wanted.filter((each) => !shown.includes(each)).map((each) => `missing: ${each}`);
  const extra = shown.filter((each) => !wanted.includes(each)).map((each) => `too many: ${each}`);
  const twice = shown.filter((each, n) => shown.indexOf(each) !== n).map((each) => `twice: ${each}`);
  return [...missing, ...extra, ...twice];
}
