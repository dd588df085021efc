/** What every store of a call's effects promises of the fences that they carry. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CallClaim, type CallFence, type CallRegister, StaleOwner } from '../../src/domain/call-keeping.ts';
import type { BookingStore, MessageStore } from '../../src/domain/ports.ts';
import {
  bookingRequest,
  busyQuery,
  cancelRequest,
  correctRequest,
  holdRequest,
  moveRequest,
  radiance,
  waitlistRequest,
} from './booking-requests.ts';
import { booked } from './booking-store.ts';
import { claimed, claimOf, fenceOf } from './call-register.ts';
import { messageOf } from './message-store.ts';

export interface FenceBench {
  readonly register: CallRegister;
  readonly bookings: BookingStore;
  readonly messages: MessageStore;
  /** How many messages and how many who wait the clinic has. */
  count(clinicId: string): Promise<number>;
  close(): Promise<void>;
}

const RACERS = 16;

export function describeCallFences(name: string, open: () => Promise<FenceBench>): void {
  describe(`what a call's owner does ${name}`, () => {
    let bench: FenceBench;
    let call: CallClaim;
    const { id: clinicId } = radiance;

    beforeEach(async () => {
      bench = await open();
      call = claimOf();
    });
    afterEach(() => bench.close());

    /** Everything that a call changes, for the owner whom the fence names. */
    const changes = async (fence: CallFence) => {
      const { bookings, messages } = bench;
      const mine = booked(await bookings.book(bookingRequest()));
      const held = holdRequest({ at: 120 });
      await bookings.hold(held);
      return {
        hold: () => bookings.hold({ ...holdRequest({ at: 240 }), fence }),
        release: () => bookings.release(clinicId, held.conversationId, fence),
        book: () => bookings.book({ ...bookingRequest({ at: 300 }), fence }),
        reschedule: () => bookings.reschedule({ ...moveRequest(mine.id, { at: 360 }), fence }),
        correct: () => bookings.correct({ ...correctRequest(mine.id), fence }),
        cancel: () => bookings.cancel({ ...cancelRequest(mine.id), fence }),
        joinWaitlist: () => bookings.joinWaitlist({ ...waitlistRequest(), fence }),
        leave: () => messages.leave({ ...messageOf(), fence }),
      };
    };
    const standing = async () => [await bench.bookings.busy(busyQuery()), await bench.count(clinicId)];

    it('changes nothing once somebody else has claimed the call', async () => {
      const fence = fenceOf(call, 1);
      const all = Object.entries(await changes(fence));
      await bench.register.claim(call);
      const before = await standing();
      for (const [what, change] of all) await expect(change(), what).rejects.toBeInstanceOf(StaleOwner);
      expect(await standing()).toEqual(before);
    });

    it.each([1, 2])('is done for whoever holds it, at epoch %i', async (epoch) => {
      if (epoch === 2) await bench.register.claim(call);
      for (const [what, change] of Object.entries(await changes(fenceOf(call, epoch))))
        await expect(change(), what).resolves.not.toBe('taken');
      expect(await bench.count(clinicId)).toBe(2);
    });

    it('is refused as stale, not as taken, where both are true', async () => {
      await bench.register.claim(call);
      await bench.bookings.book(bookingRequest());
      const late = bench.bookings.book({ ...bookingRequest(), fence: fenceOf(call, 1) });
      await expect(late).rejects.toBeInstanceOf(StaleOwner);
    });

    it.each([0, 1, 2])('is refused as stale among those who race for a time, who are %i before it', async (place) => {
      await bench.register.claim(call);
      const racers = Array.from({ length: 3 }, (_, n) => (n === place ? { fence: fenceOf(call, 1) } : {}));
      const results = await Promise.allSettled(
        racers.map((owner) => bench.bookings.book({ ...bookingRequest(), ...owner })),
      );
      expect(results[place]).toMatchObject({ reason: expect.any(StaleOwner) });
      const told = results.flatMap((each) => (each.status === 'fulfilled' ? [each.value.kind] : []));
      expect(told.toSorted()).toEqual(['booked', 'taken']);
    });

    it('is done before a claim is answered, or never', async () => {
      await bench.register.claim(call);
      const fence = fenceOf(call, 2);
      const racing = Array.from({ length: RACERS }, (_, n) =>
        bench.bookings.book({ ...bookingRequest({ at: n * 30 }), fence }).catch((error: unknown) => error),
      );
      const claim = bench.register.claim(call).then(async (answer) => ({ answer, stood: await standing() }));
      const results = await Promise.all(racing);
      const { answer, stood } = await claim;
      expect(answer).toEqual(claimed(3));
      expect(await standing()).toEqual(stood);
      const refused = results.filter((result) => result instanceof StaleOwner);
      expect(stood[0]).toHaveLength(RACERS - refused.length);
    });
  });
}
