/** What every book of appointments and holds promises. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Appointment, BookingResult, BookingStore, CustomerDetails } from '../../src/domain/ports.ts';
import type { MemoryWaiter } from '../support/memory-waitlist.ts';
import { describeBookingChanges } from './booking-changes.ts';
import { describeBookingRaces } from './booking-races.ts';
import {
  bookingRequest,
  busyQuery,
  cancelRequest,
  HOLD_MS,
  holdRequest,
  lumen,
  MINUTE_MS,
  MORNING,
  NOW,
  radiance,
} from './booking-requests.ts';

export interface BookingBench {
  /** Empty, but for the seeded clinics. */
  readonly store: BookingStore;
  customers(clinicId: string): Promise<readonly CustomerDetails[]>;
  /** In the order in which they joined. */
  waitlist(clinicId: string): Promise<readonly MemoryWaiter[]>;
  close(): Promise<void>;
}

export function booked(result: BookingResult): Appointment {
  if (result.kind !== 'booked') throw new Error(`expected a booking, not "${result.kind}"`);
  return result.appointment;
}

/** A wish for one time, with these devices. */
const there = (...devices: string[][]) => ({ at: 60, devices });

export function describeBookingStore(name: string, open: () => Promise<BookingBench>): void {
  describe(`the booking store ${name}`, () => {
    let bench: BookingBench;
    let store: BookingStore;

    beforeEach(async () => {
      bench = await open();
      store = bench.store;
    });
    afterEach(() => bench.close());

    describe('booking', () => {
      it('answers the appointment it made', async () => {
        const request = bookingRequest({ at: 60 });
        const result = await store.book(request);
        expect(result).toEqual({
          kind: 'booked',
          appointment: { ...request.slot, id: expect.any(String), customerId: expect.any(String) },
          replayed: false,
        });
      });

      it('takes the time with its buffers out of the day of its provider', async () => {
        await store.book(bookingRequest({ at: 60, minutes: 45, buffer: 15 }));
        expect(await store.busy(busyQuery())).toEqual([
          {
            resourceId: radiance.providers[0]?.id,
            startsAt: MORNING + 45 * MINUTE_MS,
            endsAt: MORNING + 120 * MINUTE_MS,
          },
        ]);
      });

      it('refuses what overlaps by a minute and takes what only touches', async () => {
        await store.book(bookingRequest({ at: 60 }));
        expect(await store.book(bookingRequest({ at: 89 }))).toEqual({ kind: 'taken' });
        expect(await store.book(bookingRequest({ at: 31 }))).toEqual({ kind: 'taken' });
        expect(await store.book(bookingRequest({ at: 90 }))).toMatchObject({ kind: 'booked' });
        expect(await store.book(bookingRequest({ at: 30 }))).toMatchObject({ kind: 'booked' });
      });

      it('refuses where only the buffers overlap', async () => {
        await store.book(bookingRequest({ at: 60, buffer: 10 }));
        expect(await store.book(bookingRequest({ at: 90 }))).toEqual({ kind: 'taken' });
        expect(await store.book(bookingRequest({ at: 100 }))).toMatchObject({ kind: 'booked' });
      });

      it('gives the same time to two providers', async () => {
        await store.book(bookingRequest({ provider: 0 }));
        expect(await store.book(bookingRequest({ provider: 1 }))).toMatchObject({ kind: 'booked' });
      });

      it('leaves nothing behind of what it refused', async () => {
        await store.book(bookingRequest({ at: 60 }));
        await store.book(bookingRequest({ at: 60, phone: '+15550127777' }));
        expect(await store.busy(busyQuery())).toHaveLength(1);
        expect((await bench.customers(radiance.id)).map(({ phone }) => phone)).toEqual(['+15550123456']);
      });
    });

    describe('a device that a slot needs besides its provider', () => {
      const [one, other] = [randomUUID(), randomUUID()];

      it('is taken with the provider, and keeps everybody else from that time', async () => {
        await store.book(bookingRequest({ ...there([one]), provider: 0, buffer: 10 }));
        expect(await store.book(bookingRequest({ ...there([one]), provider: 1 }))).toEqual({ kind: 'taken' });
        expect(await store.hold(holdRequest({ ...there([one]), provider: 1 }))).toBe('taken');
        expect(await store.book(bookingRequest({ at: 100, devices: [[one]], provider: 1 }))).toMatchObject({
          kind: 'booked',
        });
      });

      it('is the first that is free of those that would do, until none is left', async () => {
        const booked = async (provider: number) =>
          (await store.book(bookingRequest({ ...there([one, other]), provider }))).kind;
        expect([await booked(0), await booked(1), await booked(2)]).toEqual(['booked', 'booked', 'taken']);
        const query = { ...busyQuery(), resourceIds: [one, other] };
        expect((await store.busy(query)).map(({ resourceId }) => resourceId).toSorted()).toEqual(
          [one, other].toSorted(),
        );
      });

      it('is kept by a hold, and free again when that is let go', async () => {
        const { conversationId } = holdRequest();
        expect(await store.hold(holdRequest({ ...there([one], [other]), conversationId }))).toBe('held');
        expect(await store.book(bookingRequest({ ...there([other]), provider: 1 }))).toEqual({ kind: 'taken' });
        await store.release(radiance.id, conversationId);
        expect(await store.book(bookingRequest({ ...there([other]), provider: 1 }))).toMatchObject({ kind: 'booked' });
      });

      it('is taken by nobody where the provider is not free', async () => {
        await store.book(bookingRequest({ at: 60 }));
        expect(await store.book(bookingRequest(there([one])))).toEqual({ kind: 'taken' });
        expect(await store.busy({ ...busyQuery(), resourceIds: [one] })).toEqual([]);
      });
    });

    describe('the idempotency key', () => {
      it('answers the first appointment when the same request is made again', async () => {
        const request = bookingRequest();
        const first = booked(await store.book(request));
        expect(await store.book(request)).toEqual({ kind: 'booked', appointment: first, replayed: true });
        expect(await store.busy(busyQuery())).toHaveLength(1);
      });

      it('is free again once its appointment is cancelled', async () => {
        const request = bookingRequest();
        const first = booked(await store.book(request));
        await store.cancel(cancelRequest(first.id));
        expect(await store.busy(busyQuery())).toEqual([]);
        const second = await store.book(request);
        expect(second).toMatchObject({ kind: 'booked', replayed: false });
        expect(booked(second).id).not.toBe(first.id);
      });

      it('belongs to one clinic', async () => {
        await store.book(bookingRequest({ key: 'the same key' }));
        const other = await store.book(bookingRequest({ key: 'the same key', clinic: lumen }));
        expect(other).toMatchObject({ kind: 'booked', replayed: false });
      });

      it('of a slot that was taken hits nothing later', async () => {
        const winner = booked(await store.book(bookingRequest()));
        const late = bookingRequest();
        expect(await store.book(late)).toEqual({ kind: 'taken' });
        await store.cancel(cancelRequest(winner.id));
        expect(await store.book(late)).toMatchObject({ kind: 'booked', replayed: false });
      });
    });

    describe('a hold', () => {
      it('keeps others out until it lapses', async () => {
        expect(await store.hold(holdRequest())).toBe('held');
        expect(await store.hold(holdRequest())).toBe('taken');
        expect(await store.book(bookingRequest())).toEqual({ kind: 'taken' });
        expect(await store.book(bookingRequest({ now: NOW + HOLD_MS }))).toMatchObject({ kind: 'booked' });
      });

      it('gives way to another hold once it has lapsed', async () => {
        await store.hold(holdRequest());
        expect(await store.hold(holdRequest({ now: NOW + HOLD_MS }))).toBe('held');
      });

      it('shows as busy to others, until it lapses, and never to its own conversation', async () => {
        const hold = holdRequest();
        await store.hold(hold);
        expect(await store.busy(busyQuery())).toHaveLength(1);
        expect(await store.busy(busyQuery({ conversationId: hold.conversationId }))).toEqual([]);
        expect(await store.busy(busyQuery({ now: NOW + HOLD_MS }))).toEqual([]);
      });

      it('shows as busy to whom it must, though its own conversation and a later moment ask in the same breath', async () => {
        const hold = holdRequest();
        await store.hold(hold);
        const asked = [{}, { conversationId: hold.conversationId }, { now: NOW + HOLD_MS }, {}];
        const answers = await Promise.all(asked.map((wish) => store.busy(busyQuery(wish))));
        expect(answers.map(({ length }) => length)).toEqual([1, 0, 0, 1]);
      });

      it('is no obstacle to its own conversation, and gone once that has booked', async () => {
        const conversationId = randomUUID();
        await store.hold(holdRequest({ conversationId, at: 60 }));
        expect(await store.hold(holdRequest({ conversationId, at: 75 }))).toBe('held');
        await store.book(bookingRequest({ conversationId, at: 90 }));
        expect(await store.busy(busyQuery())).toMatchObject([{ startsAt: MORNING + 90 * MINUTE_MS }]);
      });

      it('is replaced by the next one of its conversation, at another provider too', async () => {
        const conversationId = randomUUID();
        await store.hold(holdRequest({ conversationId, provider: 0 }));
        await store.hold(holdRequest({ conversationId, provider: 1, at: 60 }));
        expect(await store.busy(busyQuery())).toMatchObject([{ resourceId: radiance.providers[1]?.id }]);
      });

      it('stays where the next one is refused', async () => {
        const conversationId = randomUUID();
        await store.book(bookingRequest({ at: 60 }));
        await store.hold(holdRequest({ conversationId, at: 0 }));
        expect(await store.hold(holdRequest({ conversationId, at: 60 }))).toBe('taken');
        expect(await store.book(bookingRequest({ at: 0 }))).toEqual({ kind: 'taken' });
      });

      it('is dropped by its own conversation, in its own clinic, as often as it likes', async () => {
        const { conversationId } = holdRequest();
        await store.hold(holdRequest({ conversationId }));
        await store.release(lumen.id, conversationId);
        await store.release(radiance.id, randomUUID());
        expect(await store.busy(busyQuery())).toHaveLength(1);
        await store.release(radiance.id, conversationId);
        await store.release(radiance.id, conversationId);
        expect(await store.busy(busyQuery())).toEqual([]);
      });
    });

    describe('reading what is busy', () => {
      it('finds what reaches into the asked stretch, and not what only touches it', async () => {
        for (const at of [0, 30, 90]) await store.book(bookingRequest({ at }));
        const asked = { ...busyQuery(), startsAt: MORNING + 30 * MINUTE_MS, endsAt: MORNING + 90 * MINUTE_MS };
        expect(await store.busy(asked)).toMatchObject([{ startsAt: MORNING + 30 * MINUTE_MS }]);
      });

      it('finds a day-long block from any minute of it', async () => {
        await store.book(bookingRequest({ minutes: 24 * 60 }));
        const late = MORNING + (24 * 60 - 1) * MINUTE_MS;
        expect(await store.busy({ ...busyQuery(), startsAt: late, endsAt: late + MINUTE_MS })).toHaveLength(1);
      });

      it('answers only the resources asked for, and nothing for none', async () => {
        await store.book(bookingRequest({ provider: 0 }));
        await store.book(bookingRequest({ provider: 1 }));
        const second = radiance.providers[1]?.id ?? '';
        expect(await store.busy({ ...busyQuery(), resourceIds: [second] })).toMatchObject([{ resourceId: second }]);
        expect(await store.busy({ ...busyQuery(), resourceIds: [] })).toEqual([]);
      });

      it('shows a clinic nothing of another, even by its ids', async () => {
        await store.book(bookingRequest());
        await store.hold(holdRequest({ at: 60 }));
        expect(await store.busy({ ...busyQuery(), clinicId: lumen.id })).toEqual([]);
      });
    });

    describe('a customer', () => {
      it('is one person a phone number, filled in and corrected by what is said later, erased by nothing', async () => {
        const first = booked(await store.book(bookingRequest({ at: 0, name: 'Katherine', email: 'kate@mail.test' })));
        const second = booked(await store.book(bookingRequest({ at: 30, name: 'Catherine Vale', email: null })));
        const third = booked(await store.book(bookingRequest({ at: 60, name: '', email: '' })));
        expect(new Set([first.customerId, second.customerId, third.customerId]).size).toBe(1);
        expect(await bench.customers(radiance.id)).toMatchObject([
          { name: 'Catherine Vale', phone: '+15550123456', email: 'kate@mail.test' },
        ]);
      });

      it('is known by their number from the first booking on, at that clinic alone', async () => {
        const { phone } = bookingRequest().customer;
        expect(await store.knowsCustomer(radiance.id, phone)).toBe(false);
        await store.book(bookingRequest());
        expect(await store.knowsCustomer(radiance.id, phone)).toBe(true);
        expect(await store.knowsCustomer(radiance.id, '+15550129999')).toBe(false);
        expect(await store.knowsCustomer(lumen.id, phone)).toBe(false);
      });

      it('is somebody else at another clinic, though the number is the same', async () => {
        const here = booked(await store.book(bookingRequest({ name: 'Ada Quinn' })));
        const there = booked(await store.book(bookingRequest({ clinic: lumen, name: 'Bea Quinn' })));
        expect(here.customerId).not.toBe(there.customerId);
        expect(await bench.customers(radiance.id)).toMatchObject([{ name: 'Ada Quinn' }]);
        expect(await bench.customers(lumen.id)).toMatchObject([{ name: 'Bea Quinn' }]);
      });
    });

    describeBookingChanges(() => bench);
    describeBookingRaces(() => store);
  });
}
