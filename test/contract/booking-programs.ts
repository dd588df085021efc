/** Random programs of everything a book of appointments does, step by step against one of paper, and many at once. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { freeSlots } from '../../src/domain/availability.ts';
import type { Service } from '../../src/domain/clinic.ts';
import { wallClock } from '../../src/domain/clinic-time.ts';
import type { BookingRequest, BookingStore } from '../../src/domain/ports.ts';
import type { Busy } from '../../src/domain/slots.ts';
import { type Random, SEED, seededRandom } from '../support/seed.ts';
import { PaperBook, SQUARE_MS, squaresOf } from './booking-model.ts';
import {
  bookingRequest,
  busyQuery,
  cancelRequest,
  HOLD_MS,
  holdRequest,
  MORNING,
  moveRequest,
  NOW,
  radiance,
  type Wish,
} from './booking-requests.ts';
import type { BookingBench } from './booking-store.ts';

const DEVICES = [randomUUID(), randomUUID()];
const AT_ONCE = 12;
/** Everything happens in the first three hours of the day. */
const SQUARES = 36;

export function describeBookingPrograms(
  name: string,
  open: () => Promise<BookingBench>,
  { programs, steps }: { readonly programs: number; readonly steps: number },
): void {
  describe(`${programs} random programs of ${steps} steps with the booking store ${name} (seed ${SEED})`, () => {
    it.each(Array.from({ length: programs }, (_, n) => n))('%i goes as with one of paper', async (n) => {
      const bench = await open();
      try {
        const program = new Program(bench.store, seededRandom(SEED + n));
        for (let step = 0; step < steps; step += 1) {
          const { real, paper } = await program.step();
          expect(real).toEqual(paper);
        }
        const { real, paper } = await program.freeTime();
        expect(real).toEqual(paper);
      } finally {
        await bench.close();
      }
    });

    it(`run ${AT_ONCE} at once, leaves each active appointment its time, and nobody any other`, async () => {
      const bench = await open();
      try {
        const { busy, needed } = await race(bench.store, steps);
        expect(new Set(busy).size).toBe(busy.length);
        expect(busy).toHaveLength(needed);
      } finally {
        await bench.close();
      }
    });
  });
}

/** What the real book says and does, and what the one of paper. */
interface Comparison {
  readonly real: unknown;
  readonly paper: unknown;
}

class Program {
  private readonly paper = new PaperBook();
  private readonly store: BookingStore;
  private readonly random: Random;
  private readonly conversations = Array.from({ length: 4 }, () => randomUUID());
  private readonly made: { readonly id: string; readonly request: BookingRequest }[] = [];
  private now = NOW;

  constructor(store: BookingStore, random: Random) {
    this.store = store;
    this.random = random;
  }

  async step(): Promise<Comparison> {
    const steps = [this.book, this.book, this.bookAgain, this.hold, this.move, this.move, this.cancel, this.pass];
    const answers = await this.pick(steps)?.();
    const stranger = randomUUID();
    return {
      real: [answers?.real, (await this.busy(stranger)).flatMap(squaresOf).toSorted()],
      paper: [answers?.paper, this.paper.taken(stranger, this.now)],
    };
  }

  /** What the clinic's hours leave, less the squares that are taken: the times that callers would be offered. */
  async freeTime(): Promise<Comparison> {
    const service = { ...bufferedService(), minutes: 30, bufferBeforeMinutes: 5, bufferAfterMinutes: 10 };
    const taken = new Set(this.paper.taken('', this.now));
    const free = freeSlots({
      clinic: radiance,
      service,
      providers: radiance.providers,
      days: { from: dayOf(MORNING), to: dayOf(MORNING) },
      busy: await this.busyByResource(),
      now: this.now,
    });
    const expected = radiance.providers.flatMap(({ id }) =>
      Array.from({ length: 18 }, (_, n) => MORNING + n * 30 * 60_000).flatMap((startsAt) => {
        const block = { resourceId: id, startsAt: startsAt - SQUARE_MS, endsAt: startsAt + 40 * 60_000 };
        return squaresOf(block).some((square) => taken.has(square)) ? [] : [`${id} ${startsAt}`];
      }),
    );
    return {
      real: free.map(({ providerId, startsAt }) => `${providerId} ${startsAt}`).toSorted(),
      paper: expected.toSorted(),
    };
  }

  private readonly book = async (request = bookingRequest(this.wish())): Promise<Comparison> => {
    const result = await this.store.book(request);
    const id = result.kind === 'booked' ? result.appointment.id : '';
    const real = result.kind === 'booked' && result.replayed ? 'replayed' : result.kind;
    if (real === 'booked') this.made.push({ id, request });
    return { real, paper: this.paper.book(request, id) };
  };

  /** The very same request: it hits while its appointment stands where it was booked, and books anew after that. */
  private readonly bookAgain = async (): Promise<Comparison | undefined> => {
    const known = this.pick(this.made);
    return known && this.book({ ...known.request, now: this.now });
  };

  private readonly hold = async (): Promise<Comparison> => {
    const movingId = this.random() < 0.3 ? (this.pick(this.made)?.id ?? null) : null;
    const request = { ...holdRequest(this.wish()), movingId };
    return { real: await this.store.hold(request), paper: this.paper.hold(request) };
  };

  private readonly move = async (): Promise<Comparison | undefined> => {
    const known = this.pick(this.made);
    if (!known) return undefined;
    const request = moveRequest(known.id, this.wish());
    const before = await this.store.appointment(radiance.id, known.id);
    const { slot } = request;
    const isThere = before?.startsAt === slot.startsAt && before.providerId === slot.providerId;
    const { kind } = await this.store.reschedule(request);
    return { real: kind, paper: this.paper.reschedule(request, isThere) };
  };

  private readonly cancel = async (): Promise<Comparison | undefined> => {
    const known = this.pick(this.made);
    if (!known) return undefined;
    this.paper.cancel(known.id);
    return { real: (await this.store.cancel(cancelRequest(known.id))).kind, paper: 'cancelled' };
  };

  /** Time passes, and holds lapse; now and then a caller lets go. */
  private readonly pass = async (): Promise<undefined> => {
    this.now += Math.floor(this.random() * HOLD_MS);
    const conversationId = this.pick(this.conversations) ?? '';
    if (this.random() < 0.5) return;
    await this.store.release(radiance.id, conversationId);
    this.paper.release(conversationId);
  };

  private wish(): Wish {
    return { ...randomWish(this.random), conversationId: this.pick(this.conversations) ?? '', now: this.now };
  }

  private pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.random() * items.length)];
  }

  private busy(conversationId: string): Promise<readonly Busy[]> {
    return this.store.busy({ ...busyQuery({ devices: [DEVICES] }), conversationId, now: this.now });
  }

  private async busyByResource(): Promise<ReadonlyMap<string, readonly Busy[]>> {
    const busy = await this.busy(randomUUID());
    return new Map(radiance.providers.map(({ id }) => [id, busy.filter(({ resourceId }) => resourceId === id)]));
  }
}

/** Books, moves and cancels in lanes: the squares that are taken in the end, and how many the active appointments need. */
async function race(store: BookingStore, steps: number) {
  const random = seededRandom(SEED);
  const active = new Map<string, Pick<BookingRequest, 'slot' | 'blocks'>>();
  const lane = async (): Promise<void> => {
    let mine: string | undefined;
    for (let n = 0; n < steps / 4; n += 1) {
      const chance = random();
      const wish = { ...randomWish(random), conversationId: randomUUID() };
      if (mine === undefined) {
        const request = bookingRequest(wish);
        const result = await store.book(request);
        if (result.kind !== 'booked') continue;
        mine = result.appointment.id;
        active.set(mine, request);
      } else if (chance < 0.6) {
        const request = moveRequest(mine, wish);
        const { kind } = await store.reschedule(request);
        // Who is to be moved to where they stand stays, with the time that they had.
        if (kind === 'rescheduled' && !isSamePlace(active.get(mine)?.slot, request.slot)) active.set(mine, request);
      } else {
        await store.cancel(cancelRequest(mine));
        active.delete(mine);
        mine = undefined;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const busy = (await store.busy(busyQuery({ devices: [DEVICES] }))).flatMap(squaresOf);
  const blocks = [...active.values()].flatMap((each) => each.blocks);
  const needed = blocks.reduce((sum, { startsAt, endsAt }) => sum + (endsAt - startsAt), 0);
  return { busy, needed: needed / SQUARE_MS };
}

function isSamePlace(one: BookingRequest['slot'] | undefined, other: BookingRequest['slot']): boolean {
  return one?.startsAt === other.startsAt && one.providerId === other.providerId;
}

/** Every other one needs a device of a kind of which there are two. */
function randomWish(random: Random): Wish {
  const below = (limit: number): number => Math.floor(random() * limit);
  return {
    provider: below(radiance.providers.length),
    at: below(SQUARES) * 5,
    minutes: 15 + below(4) * 15,
    buffer: below(3) * 5,
    devices: random() < 0.5 ? [DEVICES] : [],
  };
}

function bufferedService(): Service {
  const [service] = radiance.services;
  if (!service) throw new Error('the seeded clinic has no service');
  return service;
}

function dayOf(at: number): string {
  return wallClock(at, radiance.timeZone).date;
}
