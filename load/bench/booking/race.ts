/** Many callers who were offered the same few times, and all want theirs in the same moment. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../../../db/postgres.ts';
import { freeSlots } from '../../../src/domain/availability.ts';
import type { Clinic } from '../../../src/domain/clinic.ts';
import { addDays, instantOrSkip, wallClock } from '../../../src/domain/clinic-time.ts';
import type { BookingStore } from '../../../src/domain/ports.ts';
import type { Slot } from '../../../src/domain/slots.ts';
import { caller, phoneOf } from './caller.ts';

export interface Race {
  readonly clinic: Clinic;
  readonly bookings: BookingStore;
  readonly owner: Database;
  readonly now: () => number;
  readonly racers: number;
  readonly slots: number;
}

export interface RaceResult {
  /** Appointments that racers were told of, and that are in the book. */
  readonly winners: number;
  readonly inTheBook: number;
  /** Pairs of rows of the clinic that overlap, ahead of now. */
  readonly overlaps: number;
  /** Of those who lost, how many were told no other time. */
  readonly emptyHanded: number;
  /** ms, from the attempt to the answer. */
  readonly winnersMs: readonly number[];
  readonly losersMs: readonly number[];
}

/** Beyond the fortnight that is nearly full. */
const DAYS_AHEAD = 16;
const DAYS = 7;

export async function race(setting: Race): Promise<RaceResult> {
  const { clinic, bookings, now, racers } = setting;
  const slots = await freeTimes(setting);
  const field = Array.from({ length: racers }, (_, n) => {
    const slot = slots[n % slots.length];
    return caller({ clinic, bookings, now, phone: phoneOf(n), offered: slot ? [slot] : [] });
  });
  const winnersMs: number[] = [];
  const losersMs: number[] = [];
  let emptyHanded = 0;
  await Promise.all(
    field.map(async (who) => {
      const begunAt = performance.now();
      const answer = await who.use('book_appointment', { slot_id: '1', customer_name: 'Ada Quinn' });
      const tookMs = performance.now() - begunAt;
      if (answer.success) winnersMs.push(tookMs);
      else if (answer['error'] !== 'slot_taken') throw new Error(`a racer was answered ${JSON.stringify(answer)}`);
      else {
        losersMs.push(tookMs);
        if (!Array.isArray(answer['slots']) || answer['slots'].length === 0) emptyHanded += 1;
      }
    }),
  );
  const conversationIds = field.map(({ conversationId }) => conversationId);
  return { winners: winnersMs.length, winnersMs, losersMs, emptyHanded, ...(await inspect(setting, conversationIds)) };
}

/** As many free times as wanted, none of which stands in the way of another. */
async function freeTimes({ clinic, bookings, now, slots }: Race): Promise<Slot[]> {
  const service = clinic.services.find(({ slug }) => slug === 'consultation');
  if (service === undefined) throw new Error('the clinic gives no consultation');
  const from = addDays(wallClock(now(), clinic.timeZone).date, DAYS_AHEAD);
  const days = { from, to: addDays(from, DAYS) };
  const taken = await bookings.busy({
    clinicId: clinic.id,
    conversationId: randomUUID(),
    resourceIds: clinic.providers.map(({ id }) => id),
    startsAt: instantOrSkip(days.from, 0, clinic.timeZone),
    endsAt: instantOrSkip(addDays(days.to, 1), 0, clinic.timeZone),
    now: now(),
  });
  const busy = new Map(clinic.providers.map(({ id }) => [id, taken.filter(({ resourceId }) => resourceId === id)]));
  // They last as long as times are apart.
  const free = freeSlots({ clinic, service, providers: clinic.providers, days, busy, now: now() }).slice(0, slots);
  if (free.length < slots) throw new Error(`only ${free.length} times are free in ${clinic.name}`);
  return free;
}

async function inspect(
  { owner, clinic, now }: Race,
  conversationIds: readonly string[],
): Promise<Pick<RaceResult, 'inTheBook' | 'overlaps'>> {
  return owner.unbound('inspect', async (sql) => {
    const [row] = await sql<{ booked: number; overlaps: number }[]>`
      select (select count(*)::int from appointments
              where clinic_id = ${clinic.id} and status = 'confirmed'
                and conversation_id in (select id::uuid from json_array_elements_text(${JSON.stringify(conversationIds)}::text::json) as c(id))
             ) as booked,
             (select count(*)::int
              from occupied as a
              join occupied as b on b.clinic_id = a.clinic_id and b.resource_id = a.resource_id and b.id > a.id
                                and b.starts_at < a.ends_at and b.ends_at > a.starts_at
              where a.clinic_id = ${clinic.id} and a.ends_at > ${now()} and b.ends_at > ${now()}
             ) as overlaps`;
    return { inTheBook: row?.booked ?? 0, overlaps: row?.overlaps ?? 0 };
  });
}
