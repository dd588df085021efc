/** What a book of appointments promises when many ask at once. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BookingStore } from '../../src/domain/ports.ts';
import { type Interval, overlaps, placed } from '../../src/domain/slots.ts';
import { type BookingWish, bookingRequest, busyQuery, holdRequest, lumen, radiance } from './booking-requests.ts';

const RACERS = 50;
const INSERTS = 1_200;
const AT_ONCE = 20;

export function describeBookingRaces(store: () => BookingStore): void {
  describe('under contention', () => {
    it(`books a slot for exactly one of ${RACERS} racers`, async () => {
      const results = await Promise.all(Array.from({ length: RACERS }, () => store().book(bookingRequest())));
      expect(results.filter(({ kind }) => kind === 'booked')).toHaveLength(1);
      expect(await store().busy(busyQuery())).toHaveLength(1);
    });

    it(`holds a slot for exactly one of ${RACERS} racers`, async () => {
      const results = await Promise.all(Array.from({ length: RACERS }, () => store().hold(holdRequest())));
      expect(results.filter((result) => result === 'held')).toHaveLength(1);
    });

    it(`makes one appointment of one request made ${RACERS} times at once`, async () => {
      const request = bookingRequest();
      const results = await Promise.all(Array.from({ length: RACERS }, () => store().book(request)));
      const ids = new Set(results.map((result) => (result.kind === 'booked' ? result.appointment.id : 'none')));
      expect(ids.size).toBe(1);
      expect(results.filter((result) => result.kind === 'booked' && !result.replayed)).toHaveLength(1);
    });

    it('answers each clinic with its own alone, though both ask for the same resources at once', async () => {
      await store().book(bookingRequest());
      const query = busyQuery();
      const asked = [query, { ...query, clinicId: lumen.id }, query];
      const answers = await Promise.all(asked.map((each) => store().busy(each)));
      expect(answers.map(({ length }) => length)).toEqual([1, 0, 1]);
    });

    it('lets conversations trade their holds between providers, crosswise', async () => {
      const [one, other] = [holdRequest().conversationId, holdRequest().conversationId];
      await store().hold(holdRequest({ conversationId: one, provider: 0 }));
      await store().hold(holdRequest({ conversationId: other, provider: 1 }));
      for (let round = 0; round < 20; round += 1) {
        const [mine, theirs] = round % 2 === 0 ? [1, 0] : [0, 1];
        await Promise.all([
          store().hold(holdRequest({ conversationId: one, provider: mine })),
          store().hold(holdRequest({ conversationId: other, provider: theirs })),
        ]);
      }
      expect(await store().busy(busyQuery())).toHaveLength(2);
    });

    it('gives two devices of a kind to two of many racers, whichever order they name them in', async () => {
      const devices = [randomUUID(), randomUUID()];
      const wishes = Array.from({ length: RACERS }, (_, n) => ({
        provider: n % radiance.providers.length,
        devices: [n % 2 === 0 ? devices : devices.toReversed()],
      }));
      const results = await Promise.all(wishes.map((wish) => store().book(bookingRequest(wish))));
      expect(results.filter(({ kind }) => kind === 'booked')).toHaveLength(2);
    });

    it(`never overlaps in ${INSERTS} random bookings and holds, ${AT_ONCE} at once, and refuses none without cause`, async () => {
      const random = lcg(20_260_302);
      const asked = Array.from({ length: INSERTS }, () => randomWish(random));
      const results = await inLanes(asked, AT_ONCE, async (wish) => {
        if (wish.held) await store().hold(holdRequest(wish));
        return store().book(bookingRequest(wish));
      });

      const busy = await store().busy(busyQuery());
      for (const [index, a] of busy.entries()) {
        for (const b of busy.slice(index + 1)) expect(a.resourceId === b.resourceId && overlaps(a, b)).toBe(false);
      }
      const refused = asked.filter((_, index) => results[index]?.kind === 'taken').map((wish) => bookingRequest(wish));
      const isTaken = (resourceId: string, during: Interval) =>
        busy.some((taken) => taken.resourceId === resourceId && overlaps(taken, during));
      for (const { blocks } of refused) expect(placed(blocks, isTaken)).toBeUndefined();
      const made = results.filter(({ kind }) => kind === 'booked').length;
      expect(busy).toHaveLength(made);
      expect(made).toBeGreaterThan(radiance.providers.length * 5);
    }, 60_000);
  });
}

function randomWish(random: (below: number) => number): BookingWish & { held: boolean } {
  return {
    conversationId: randomUUID(),
    provider: random(radiance.providers.length),
    at: random(60) * 10,
    minutes: 15 + random(4) * 15,
    buffer: random(3) * 5,
    phone: `+1555012${1000 + random(200)}`,
    held: random(4) === 0,
  };
}

/** Runs `work` over all items, `lanes` at a time, answers in order. */
async function inLanes<Item, Answer>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const queue = items.entries();
  const lane = async () => {
    for (const [index, item] of queue) answers[index] = await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return answers;
}

/** The same "random" numbers on every run: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function lcg(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
