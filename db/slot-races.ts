/**
 * How a slot is booked, however many want it in the same moment: one of them tries; who comes to the same node while an
 * attempt is under way waits for its end, and then all who waited are told by one read whether anything is left for
 * them. Most of those who race for a slot lose, and cost next to nothing so. Whoever has waited once and still may win
 * tries for themselves: no attempt that fails, or hangs, keeps the others longer than itself. That no slot is given
 * twice is not this file's doing, but the locks' and the constraint's.
 */
import type { Appointment, BookingRequest, BookingResult } from '../src/domain/ports.ts';
import { type Interval, overlaps, placed, resourcesOf, slotOf } from '../src/domain/slots.ts';
import {
  activeIn,
  clearHolds,
  insertAppointment,
  lockResources,
  occupy,
  selectActive,
  selectTakenOutside,
} from './booking-statements.ts';
import { asOwner, ownersIn, refuseStale, selectOwners } from './call-register.ts';
import type { Database, Sql } from './postgres.ts';
import { SharedReads } from './shared-reads.ts';
import { busyFor, selectTaken, subjectOf, type Taken, type TakenQuery, takenIn } from './taken-time.ts';

/** What needs no lock to be known of those who want a slot. */
interface Outlook {
  /** Epochs by call. */
  readonly owners: ReadonlyMap<string, number>;
  readonly taken: readonly Taken[];
  /** By key: a slot may be taken by this very request. */
  readonly active: ReadonlyMap<string, Appointment>;
}

export class SlotRaces {
  readonly #database: Database;
  /** The attempts under way, by slot. */
  readonly #attempts = new Map<string, Promise<BookingResult>>();
  readonly #outlooks = new SharedReads<BookingRequest, Outlook>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** `id`: of the appointment, where it is made. Throws as `Database.onConnection`, and `StaleOwner`. */
  async book(request: BookingRequest, id: string): Promise<BookingResult> {
    const slot = subjectOf(takenQuery(request));
    const underWay = this.#attempts.get(slot);
    const answer = underWay && (await this.#answerAfter(underWay, slot, request, id));
    return answer ?? this.#attempt(slot, request, id);
  }

  /** What has become clear by the end of somebody else's attempt; undefined: nothing. */
  async #answerAfter(
    underWay: Promise<BookingResult>,
    slot: string,
    request: BookingRequest,
    id: string,
  ): Promise<BookingResult | undefined> {
    await underWay.catch(() => undefined);
    const outlook = await this.#outlooks.ask(slot, request, async (depart) =>
      outlookIn(
        await this.#database.readClinic(request.clinicId, 'book_outlook', (sql) => askOutlook(sql, request, depart())),
      ),
    );
    return foregone(request, id, outlook);
  }

  #attempt(slot: string, request: BookingRequest, id: string): Promise<BookingResult> {
    const attempt = this.#database
      .onConnection(request.clinicId, 'book', async (clinic) => {
        const outlook = outlookIn(await clinic.read((sql) => askOutlook(sql, request, [request])));
        const answer = foregone(request, id, outlook);
        return answer ?? clinic.change((sql) => asOwner(sql, request.fence, () => take(sql, request, id)));
      })
      .finally(() => {
        if (this.#attempts.get(slot) === attempt) this.#attempts.delete(slot);
      });
    this.#attempts.set(slot, attempt);
    return attempt;
  }
}

function takenQuery({ clinicId, blocks }: BookingRequest): TakenQuery {
  const startsAt = Math.min(...blocks.map((block) => block.startsAt));
  const endsAt = Math.max(...blocks.map((block) => block.endsAt));
  return { clinicId, resourceIds: resourcesOf(blocks), startsAt, endsAt };
}

/** What is taken, and then the keys: what is read later knows more. `all` want what the first of them wants. */
function askOutlook(sql: Sql, first: BookingRequest, all: readonly BookingRequest[]) {
  const fences = all.flatMap(({ fence }) => fence ?? []);
  const keys = all.map(({ key }) => key);
  return [selectOwners(sql, fences), selectTaken(sql, takenQuery(first)), selectActive(sql, keys)] as const;
}

function outlookIn([owners, taken, active]: readonly [
  readonly unknown[],
  readonly unknown[],
  readonly unknown[],
]): Outlook {
  return { owners: ownersIn(owners), taken: takenIn(taken), active: activeIn(active) };
}

/**
 * A slot that is taken is so for whoever asks now, so that those who lose neither wait for the winners' locks nor keep
 * them waiting. Undefined: it has to be tried. Throws `StaleOwner`.
 */
function foregone(request: BookingRequest, id: string, { owners, taken, active }: Outlook): BookingResult | undefined {
  refuseStale(owners, request.fence);
  const busy = busyFor(request, taken);
  const isTaken = (resourceId: string, during: Interval): boolean =>
    busy.some((other) => other.resourceId === resourceId && overlaps(other, during));
  return alreadyBooked(request, id, active) ?? (placed(request.blocks, isTaken) ? undefined : { kind: 'taken' });
}

/** What a request's key has led to already, in an attempt of its own or by another request. */
function alreadyBooked(
  { key }: BookingRequest,
  id: string,
  active: ReadonlyMap<string, Appointment>,
): BookingResult | undefined {
  const found = active.get(key);
  return found && { kind: 'booked', appointment: found, replayed: found.id !== id };
}

async function take(sql: Sql, request: BookingRequest, id: string): Promise<BookingResult> {
  const { clinicId, conversationId, slot, blocks, now } = request;
  const resourceIds = resourcesOf(blocks);
  const [, active, outside] = await Promise.all([
    lockResources(sql, { conversationId, resourceIds }),
    selectActive(sql, [request.key]),
    selectTakenOutside(sql, blocks),
  ]);
  const booked = alreadyBooked(request, id, activeIn(active));
  if (booked !== undefined) return booked;
  if (outside.length > 0) return { kind: 'taken' };
  const [, customerId] = await Promise.all([
    clearHolds(sql, { conversationId, resourceIds, now }),
    insertAppointment(sql, request, id),
    occupy(sql, { clinicId, blocks, appointmentId: id }),
  ]);
  return { kind: 'booked', appointment: { id, customerId, ...slotOf(slot) }, replayed: false };
}
