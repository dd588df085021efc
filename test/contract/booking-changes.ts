/** What a book of appointments promises of those that are there: found, moved, cancelled, and waited for. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BookedAppointment, BookingStore } from '../../src/domain/ports.ts';
import {
  bookingRequest,
  busyQuery,
  cancelRequest,
  correctRequest,
  HOLD_MS,
  holdRequest,
  lumen,
  MINUTE_MS,
  MORNING,
  moveRequest,
  NOW,
  radiance,
  type Wish,
  waitlistRequest,
} from './booking-requests.ts';
import { type BookingBench, booked } from './booking-store.ts';

const at = (minutes: number): number => MORNING + minutes * MINUTE_MS;
const [priya = '', elena = ''] = radiance.providers.map(({ id }) => id);

const moving = (movingId: string, wish: Wish) => ({ ...holdRequest(wish), movingId });

export function describeBookingChanges(bench: () => BookingBench): void {
  const store = (): BookingStore => bench().store;
  const made = async (wish: Parameters<typeof bookingRequest>[0] = {}): Promise<string> =>
    booked(await store().book(bookingRequest(wish))).id;
  const standing = async (id: string): Promise<BookedAppointment | undefined> => store().appointment(radiance.id, id);
  const matches = async () => (await bench().waitlist(radiance.id)).map(({ match }) => match);
  const starts = async (): Promise<number[]> => (await store().busy(busyQuery())).map(({ startsAt }) => startsAt);

  describe('finding', () => {
    it('answers an appointment with whose it is, and nothing of another clinic’s', async () => {
      const request = bookingRequest({ at: 60, name: 'Ada Quinn' });
      const appointment = booked(await store().book(request));
      expect(await standing(appointment.id)).toEqual({
        ...appointment,
        status: 'confirmed',
        customerName: 'Ada Quinn',
        customerPhone: '+15550123456',
        version: 1,
      });
      expect(await store().appointment(lumen.id, appointment.id)).toBeUndefined();
      expect(await standing(randomUUID())).toBeUndefined();
    });

    it('answers a customer’s active appointments to come, in order of time', async () => {
      const [late, early, gone] = [await made({ at: 120 }), await made({ at: 0 }), await made({ at: 60 })];
      await made({ at: 180, phone: '+15550127777' });
      await store().cancel(cancelRequest(gone));
      const of = async (after: number) =>
        (await store().appointmentsOf(radiance.id, '+15550123456', after)).map(({ id }) => id);
      expect(await of(NOW)).toEqual([early, late]);
      expect(await of(at(0))).toEqual([late]);
      expect(await store().appointmentsOf(lumen.id, '+15550123456', NOW)).toEqual([]);
      expect(await store().appointmentsOf(radiance.id, '+15550120000', NOW)).toEqual([]);
    });
  });

  describe('correcting whose it is', () => {
    const details = { name: 'Catherine Vale', phone: null, email: null };

    it('changes what was said last, raises the version, and leaves the time as it is', async () => {
      const id = await made({ at: 60, name: 'Katherine Wale', email: 'kate@mail.test' });
      const corrected = { id, customerName: 'Catherine Vale', customerPhone: '+15550123456', version: 2 };
      const request = correctRequest(id, { customer: details });
      expect(await store().correct(request)).toMatchObject({ kind: 'corrected', appointment: corrected });
      expect(await standing(id)).toMatchObject({ ...corrected, startsAt: at(60), status: 'confirmed' });
      expect(await bench().customers(radiance.id)).toMatchObject([{ name: 'Catherine Vale', email: 'kate@mail.test' }]);
      expect(await starts()).toEqual([at(60)]);
    });

    it('made again changes nothing, and so does what was not said', async () => {
      const id = await made({ name: 'Ada Quinn', email: 'ada@mail.test' });
      for (const customer of [
        { ...details, name: 'Ada Quinn' },
        { ...details, name: '', email: 'ada@mail.test' },
      ])
        expect(await store().correct(correctRequest(id, { customer }))).toMatchObject({
          kind: 'unchanged',
          appointment: { id, customerName: 'Ada Quinn', version: 1 },
        });
      expect(await standing(id)).toMatchObject({ version: 1 });
    });

    it('by another number makes it that customer’s, with the email that was given', async () => {
      const id = await made({ name: 'Ada Quinn', email: 'ada@mail.test' });
      const customer = { ...details, name: 'Ada Quinn', phone: '+15550127777' };
      await store().correct(correctRequest(id, { customer }));
      const of = async (phone: string) =>
        (await store().appointmentsOf(radiance.id, phone, NOW)).map(({ customerName }) => customerName);
      expect([await of('+15550123456'), await of('+15550127777')]).toEqual([[], ['Ada Quinn']]);
      const customers = await bench().customers(radiance.id);
      expect(customers.find(({ phone }) => phone === '+15550127777')).toMatchObject({ email: 'ada@mail.test' });
    });

    it('finds nothing to correct in what is cancelled, unknown or another clinic’s', async () => {
      const id = await made();
      expect(await store().correct(correctRequest(id, { clinicId: lumen.id }))).toEqual({ kind: 'not_active' });
      expect(await store().correct(correctRequest(randomUUID()))).toEqual({ kind: 'not_active' });
      await store().cancel(cancelRequest(id));
      expect(await store().correct(correctRequest(id))).toEqual({ kind: 'not_active' });
      expect(await standing(id)).toMatchObject({ customerName: 'Ada Quinn', version: 2 });
    });
  });

  describe('moving', () => {
    it('keeps the appointment, raises its version, takes the new time with its buffers and frees the old', async () => {
      const id = await made({ at: 0 });
      const result = await store().reschedule(moveRequest(id, { at: 120, provider: 1, buffer: 10 }));
      const moved = { id, startsAt: at(120), endsAt: at(150), providerId: elena, version: 2, status: 'confirmed' };
      expect(result).toMatchObject({ kind: 'rescheduled', appointment: moved });
      expect(await standing(id)).toMatchObject(moved);
      expect(await store().busy(busyQuery())).toEqual([{ resourceId: elena, startsAt: at(110), endsAt: at(160) }]);
    });

    it('works to a time that overlaps its own', async () => {
      const id = await made({ at: 0, minutes: 60, buffer: 10 });
      for (const minutes of [30, 15, 45]) {
        const result = await store().reschedule(moveRequest(id, { at: minutes, minutes: 60, buffer: 10 }));
        expect(result).toMatchObject({ kind: 'rescheduled', appointment: { startsAt: at(minutes) } });
      }
      expect(await starts()).toEqual([at(35)]);
    });

    it('to where it stands already changes nothing', async () => {
      const id = await made({ at: 0 });
      const request = moveRequest(id, { at: 60 });
      const first = await store().reschedule(request);
      expect(await store().reschedule(request)).toEqual(first);
      expect(await standing(id)).toMatchObject({ version: 2 });
      expect(await starts()).toEqual([at(60)]);
    });

    it('is refused where others have the time, and leaves everything as it was', async () => {
      const id = await made({ at: 0 });
      await made({ at: 60, phone: '+15550127777' });
      await store().hold(holdRequest({ at: 120 }));
      expect(await store().reschedule(moveRequest(id, { at: 75 }))).toEqual({ kind: 'taken' });
      expect(await store().reschedule(moveRequest(id, { at: 120 }))).toEqual({ kind: 'taken' });
      expect(await standing(id)).toMatchObject({ startsAt: at(0), version: 1 });
      expect(await starts()).toEqual([at(0), at(60), at(120)]);
      const later = moveRequest(id, { at: 120, now: NOW + HOLD_MS });
      expect(await store().reschedule(later)).toMatchObject({ kind: 'rescheduled' });
    });

    it('uses up the hold of its conversation', async () => {
      const { conversationId } = holdRequest();
      const id = await made({ at: 0 });
      await store().hold(holdRequest({ conversationId, at: 60 }));
      await store().reschedule(moveRequest(id, { conversationId, at: 60 }));
      expect(await starts()).toEqual([at(60)]);
    });

    it('finds nothing to move in what is cancelled, unknown or another clinic’s', async () => {
      const id = await made({ at: 0 });
      const foreign = { ...moveRequest(id, { at: 60 }), clinicId: lumen.id };
      expect(await store().reschedule(foreign)).toEqual({ kind: 'not_active' });
      expect(await store().reschedule(moveRequest(randomUUID()))).toEqual({ kind: 'not_active' });
      await store().cancel(cancelRequest(id));
      expect(await store().reschedule(moveRequest(id, { at: 60 }))).toEqual({ kind: 'not_active' });
      expect(await starts()).toEqual([]);
    });

    it('takes its booking key along: the old time can be booked again, the new one not twice', async () => {
      const { conversationId } = holdRequest();
      const wish = { conversationId, at: 0 };
      const id = await made(wish);
      await store().reschedule(moveRequest(id, { ...wish, at: 60 }));
      expect(await store().book(bookingRequest({ ...wish, at: 60 }))).toMatchObject({
        kind: 'booked',
        replayed: true,
        appointment: { id },
      });
      expect(await store().book(bookingRequest(wish))).toMatchObject({ kind: 'booked', replayed: false });
    });

    it('of several to one time succeeds for one of them, crosswise too', async () => {
      const [one, other] = [await made({ at: 0, provider: 0 }), await made({ at: 0, provider: 1 })];
      for (let round = 1; round <= 10; round += 1) {
        const results = await Promise.all([
          store().reschedule(moveRequest(one, { at: round * 60, provider: round % 2 })),
          store().reschedule(moveRequest(other, { at: round * 60, provider: (round + 1) % 2 })),
          store().reschedule(moveRequest(one, { at: round * 60, provider: (round + 1) % 2 })),
        ]);
        expect(results.filter(({ kind }) => kind === 'rescheduled').length).toBeGreaterThan(0);
      }
      const busy = await store().busy(busyQuery());
      expect(new Set(busy.map(({ resourceId, startsAt }) => `${resourceId} ${startsAt}`)).size).toBe(2);
    });
  });

  describe('an appointment that is to be moved', () => {
    it('leaves its time free to be offered, to whoever moves it alone', async () => {
      const id = await made({ at: 0 });
      expect(await store().busy({ ...busyQuery(), movingId: id })).toEqual([]);
      expect(await store().busy({ ...busyQuery(), movingId: randomUUID() })).toHaveLength(1);
    });

    it('lets a time be held that overlaps its own, as far as that is not its own', async () => {
      const id = await made({ at: 0, minutes: 60 });
      expect(await store().hold(moving(id, { at: 30, minutes: 60 }))).toBe('held');
      expect(await store().busy(busyQuery())).toEqual([
        { resourceId: priya, startsAt: at(0), endsAt: at(60) },
        { resourceId: priya, startsAt: at(60), endsAt: at(90) },
      ]);
      expect(await store().hold(moving(id, { at: 60, minutes: 30 }))).toBe('taken');
    });

    it('lets a time be held on both sides of its own, and no time that is another’s', async () => {
      const id = await made({ at: 60 });
      const { conversationId } = holdRequest();
      expect(await store().hold(moving(id, { conversationId, at: 30, minutes: 90 }))).toBe('held');
      expect(await starts()).toEqual([at(30), at(60), at(90)]);
      await made({ at: 150, phone: '+15550127777' });
      expect(await store().hold(moving(id, { conversationId, at: 75, minutes: 90 }))).toBe('taken');
      expect(await starts()).toEqual([at(30), at(60), at(90), at(150)]);
    });
  });

  describe('cancelling', () => {
    it('frees the time, and made again gives the same answer', async () => {
      const id = await made({ at: 0, buffer: 10 });
      const first = await store().cancel(cancelRequest(id, { reason: 'on holiday' }));
      expect(first).toMatchObject({ kind: 'cancelled', appointment: { id, status: 'cancelled', version: 2 } });
      expect(await store().cancel(cancelRequest(id))).toEqual(first);
      expect(await starts()).toEqual([]);
      expect(await standing(id)).toMatchObject({ status: 'cancelled', version: 2 });
    });

    it('finds nothing in what is unknown or another clinic’s', async () => {
      const id = await made();
      expect(await store().cancel(cancelRequest(randomUUID()))).toEqual({ kind: 'not_active' });
      expect(await store().cancel(cancelRequest(id, { clinicId: lumen.id }))).toEqual({ kind: 'not_active' });
      expect(await starts()).toHaveLength(1);
    });

    it('lets the same conversation book the same time again, as a new appointment', async () => {
      const request = bookingRequest();
      const ids: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        const result = await store().book(request);
        expect(result).toMatchObject({ kind: 'booked', replayed: false });
        ids.push(booked(result).id);
        if (round < 2) await store().cancel(cancelRequest(booked(result).id));
      }
      expect(new Set(ids).size).toBe(3);
      expect(await starts()).toHaveLength(1);
    });

    it('many times at once, while others want the time, gives it to one of them', async () => {
      const id = await made();
      const results = await Promise.all(
        Array.from({ length: 10 }, async () => {
          await store().cancel(cancelRequest(id));
          return store().book(bookingRequest());
        }),
      );
      expect(results.filter(({ kind }) => kind === 'booked')).toHaveLength(1);
      expect(await standing(id)).toMatchObject({ version: 2 });
    });
  });

  describe('the waitlist', () => {
    const first = { providerId: priya, startsAt: at(0), endsAt: at(30) };

    it('keeps a customer once for a service and provider, as they said last', async () => {
      const id = await store().joinWaitlist(waitlistRequest());
      const corrected = { customerName: 'Beatrice Ray', from: at(0), until: at(60), conversationId: randomUUID() };
      expect(await store().joinWaitlist(waitlistRequest(corrected))).toBe(id);
      expect(await store().joinWaitlist(waitlistRequest({ providerId: priya }))).not.toBe(id);
      const [entry, ...others] = await bench().waitlist(radiance.id);
      expect(entry).toMatchObject({ ...waitlistRequest(corrected), id, match: null });
      expect(others).toHaveLength(1);
      expect(await bench().waitlist(lumen.id)).toEqual([]);
    });

    it('has the time of a cancelled appointment marked for whoever waits longest', async () => {
      const [one, other] = [await made({ at: 0 }), await made({ at: 60 })];
      await store().joinWaitlist(waitlistRequest({ customerPhone: '+15550127771' }));
      await store().joinWaitlist(waitlistRequest({ customerPhone: '+15550127772' }));
      await store().cancel(cancelRequest(one));
      await store().cancel(cancelRequest(one));
      expect(await matches()).toEqual([first, null]);
      await store().cancel(cancelRequest(other));
      expect(await matches()).toEqual([first, { providerId: priya, startsAt: at(60), endsAt: at(90) }]);
    });

    it('has the old time of a moved appointment marked, where that stays free', async () => {
      const id = await made({ at: 0 });
      await store().joinWaitlist(waitlistRequest());
      await store().reschedule(moveRequest(id, { at: 15 }));
      expect(await matches()).toEqual([null]);
      await store().reschedule(moveRequest(id, { at: 60 }));
      expect(await matches()).toEqual([{ providerId: priya, startsAt: at(15), endsAt: at(45) }]);
    });

    it('marks nothing for those who wait for something else, nor for whoever gives the time up', async () => {
      const id = await made({ at: 0 });
      const others = [
        { serviceId: radiance.services[1]?.id ?? '' },
        { providerId: elena },
        { from: at(1) },
        { until: at(0) },
        { customerPhone: '+15550123456' },
      ];
      for (const [n, wish] of others.entries()) {
        await store().joinWaitlist(waitlistRequest({ customerPhone: `+1555012777${n}`, ...wish }));
      }
      await store().cancel(cancelRequest(id));
      expect(await matches()).toEqual(others.map(() => null));
    });

    it('marks a time for somebody who waits for its provider, up to the moment it begins', async () => {
      const id = await made({ at: 0 });
      await store().joinWaitlist(waitlistRequest({ providerId: priya, from: at(0), until: at(0) + 1 }));
      await store().cancel(cancelRequest(id, { bookableFrom: at(0) }));
      expect(await matches()).toEqual([first]);
    });

    it('marks no time that is too near to be booked', async () => {
      const id = await made({ at: 0 });
      await store().joinWaitlist(waitlistRequest());
      await store().cancel(cancelRequest(id, { bookableFrom: at(0) + 1 }));
      expect(await matches()).toEqual([null]);
    });

    it('takes somebody whose time was found once more', async () => {
      const id = await made();
      const entry = await store().joinWaitlist(waitlistRequest());
      await store().cancel(cancelRequest(id));
      expect(await store().joinWaitlist(waitlistRequest())).not.toBe(entry);
      expect(await matches()).toEqual([first, null]);
    });
  });
}
