/** A model that guesses: its own dates beside the caller's words, typos, providers that are none. Nothing false is said. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBookingStore } from '../../support/memory-bookings.ts';
import { fillDay, MONDAY_MORNING, openDesk, radiance } from '../desk.ts';

const starts = (slots: readonly { readonly starts_at: string }[]): string[] => slots.map((slot) => slot.starts_at);
const weekdays = (slots: readonly { readonly starts_at: string }[]): number[] =>
  starts(slots).map((at) => new Date(at.slice(0, 10)).getUTCDay());

describe('a model’s own day or time', () => {
  const wish = { service: 'botox', provider: 'Priya' };

  it('gives way to the caller’s words, and the model is told', async () => {
    const answer = await openDesk().check({ ...wish, when: 'tomorrow at 2 PM', date: '2026-11-26', time: '09:00' });
    expect(starts(answer.slots)).toEqual(['2026-11-24T14:00:00-05:00']);
    expect(answer.guidance).toMatch(
      /own words mean tomorrow, Tuesday, November 24th, not 2026-11-26, and 2 PM, not 09:00: go by their words/,
    );
  });

  it('is not spoken of where it agrees, or where the caller said none', async () => {
    for (const args of [
      { when: 'tomorrow at 2 PM', date: '2026-11-24', time: '14:00' },
      { when: 'next week', date: '2026-12-01', date_to: '2026-12-03' },
      { date: '2026-11-26', time: '09:00' },
      { when: 'whenever', date: '2026-11-26', time: '09:00' },
      { when: 'tomorrow afternoon', time: '14:00' },
    ])
      expect((await openDesk().check({ ...wish, ...args })).guidance).not.toMatch(/own words mean/);
  });

  it('makes no wish out of a part of the day', async () => {
    const answer = await openDesk().check({ ...wish, when: 'tomorrow morning', time: '15:00' });
    expect(answer.exact_match).toBe(false);
    expect(starts(answer.slots).every((at) => at < '2026-11-24T12:00')).toBe(true);
    expect(answer.guidance).toMatch(/another part of the day, not 15:00/);
  });

  it.each([
    ['Wednesday at 4 PM', '2026-12-02', '2026-12-02T16:00'],
    ['the 3rd at 2 PM', '2027-01-03', '2027-01-03T14:00'],
    ['Wednesday at 4 PM', '2026-12-03', '2026-11-25T16:00'],
    ['Wednesday at 4 PM', '2026-11-18', '2026-11-25T16:00'],
    ['this Wednesday at 4 PM', '2026-12-02', '2026-11-25T16:00'],
    ['the 3rd at 2 PM', '2026-12-10', '2026-12-03T14:00'],
  ])('may say which %s is meant, and nothing else: %s', async (when, date, at) => {
    const answer = await openDesk().check({ ...wish, when, date });
    expect(starts(answer.slots)).toEqual([`${at}:00-05:00`]);
  });

  it('of a year ago is refused by its whole name, which is true whoever is wrong', async () => {
    const answer = await openDesk().refused('check_availability', { ...wish, date: '2025-11-25', time: '2pm' });
    expect(answer).toMatchObject({
      error: 'slot_in_past',
      user_message: 'Tuesday, November 25th, 2025, has already passed. Which day would you like instead?',
      details: 'Today is 2026-11-23.',
    });
  });
});

describe('a time of which the caller has not been told', () => {
  const wish = { service: 'botox', when: 'tomorrow at 2 PM', provider: 'Priya' };
  const booking = { slot_id: '1', customer_name: 'John Smith' };

  it('is not booked, however exactly it was wished, until they have answered', async () => {
    const desk = openDesk({ callerAnswers: false });
    await desk.check(wish);
    expect(await desk.refused('book_appointment', booking)).toMatchObject({
      error: 'slot_not_offered',
      user_message: 'I have tomorrow, Tuesday, November 24th at 2 PM with Priya Sharma. Shall I book that for you?',
      slots: [{ slot_id: 'slot_1' }],
    });
    expect(desk.bookings.appointments(radiance.id)).toEqual([]);
    desk.say('Yes, please. Jordan Lee.');
    await desk.check(wish);
    expect(await desk.book({ ...booking, customer_name: 'Jordan Lee' })).toMatchObject({ service: 'Botox' });
  });

  it('is not what an appointment is moved to either', async () => {
    const bookings = memoryBookingStore();
    const before = openDesk({ bookings });
    await before.check(wish);
    const { appointment_id } = await before.book(booking);
    const desk = openDesk({ bookings, conversationId: 'another', callerAnswers: false });
    await desk.check({ ...wish, when: 'Thursday at 2 PM', appointment_id });
    const refused = await desk.refused('reschedule_appointment', { appointment_id, slot_id: '1' });
    expect(refused.error).toBe('slot_not_offered');
    desk.say('Yes.');
    expect(await desk.use('reschedule_appointment', { appointment_id, slot_id: '1' })).toMatchObject({ success: true });
  });
});

describe('a service or provider as a clumsy model names it', () => {
  it.each([
    ['hydro facial', 'Hydrafacial'],
    ['bow tox', 'Botox'],
    ['laser', 'Laser hair removal'],
    ['Chemical Peels', 'Chemical peel'],
    ['consulations', 'Consultation'],
  ])('%s is found', async (service, name) => {
    const desk = openDesk();
    await desk.check({ service, when: 'tomorrow' });
    const id = radiance.services.find((each) => each.name === name)?.id;
    expect(desk.dealings().offers.latest.every((each) => each.serviceId === id)).toBe(true);
  });

  it.each([
    ['unknown_service', { service: 'botocks' }, 'Did you mean Botox?'],
    ['unknown_provider', { service: 'botox', provider: 'Doctor Reese' }, 'Did you mean Dr. Elena Ruiz?'],
    [
      'unknown_provider',
      { service: 'hydrafacial', provider: 'anyone but Dr. Ruiz' },
      'Would you like to see Priya Sharma or Maya Chen?',
    ],
  ])('is asked about as %s', async (error, args, message) => {
    expect(await openDesk().refused('check_availability', args)).toMatchObject({ error, user_message: message });
  });

  it('that is refused leaves the other', async () => {
    const { slots } = await openDesk().check({ service: 'consultation', provider: 'not Priya' });
    expect(new Set(slots.map((slot) => slot.provider))).toEqual(new Set(['Dr. Elena Ruiz']));
  });
});

describe('wishes that leave days out', () => {
  it('are kept, in what is free and in what is free next', async () => {
    const desk = openDesk();
    expect(weekdays((await desk.check({ service: 'botox', when: 'Tuesday or Thursday' })).slots)).not.toContain(3);
    for (const date of ['2026-11-24', '2026-11-26']) await fillDay(desk.bookings, radiance, date);
    const full = await desk.check({ service: 'botox', when: 'Tuesday or Thursday' });
    expect(full.fully_booked).toBe(true);
    expect(weekdays(full.next_available).every((day) => day === 2 || day === 4)).toBe(true);
    expect(weekdays(full.next_available).length).toBeGreaterThan(0);
  });

  it('are kept whatever day the model adds', async () => {
    const answer = await openDesk().check({ service: 'botox', when: 'any day but Monday', date: '2026-11-30' });
    expect(weekdays(answer.slots).length).toBeGreaterThan(0);
    expect(weekdays(answer.slots)).not.toContain(1);
  });
});

describe('"as soon as possible"', () => {
  it('is the very first time, a later one of that day and the next day’s first', async () => {
    const answer = await openDesk().check({ service: 'botox', when: 'as soon as possible' });
    expect(starts(answer.slots)).toEqual([
      '2026-11-23T11:00:00-05:00',
      '2026-11-23T17:30:00-05:00',
      '2026-11-24T09:00:00-05:00',
    ]);
  });
});

const argument = (...values: readonly string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });

describe('whatever a model asks for', () => {
  const asked = fc.record({
    service: fc.constantFrom('botox', 'hydro facial', 'laser'),
    when: argument(
      'tomorrow',
      'any day but Tuesday',
      'next week after work',
      'Tuesday at 2 PM',
      'ASAP',
      'mañana',
      'the 3rd',
    ),
    date: argument('2026-11-24', '2026-11-25T19:00:00Z', '2025-11-24', 'anytime', '2026-12-01'),
    time: argument('2pm', '14:00', 'morning', 'any', '14:30:00'),
    provider: argument('anyone', 'Priya', 'Dr. Ruiz', 'none', 'Mya'),
  });
  const taken = fc.uniqueArray(fc.constantFrom('2026-11-24', '2026-11-25', '2026-11-26'), { maxLength: 3 });

  it('what is told is free, to come, three times at most, and can be booked as it was told', async () => {
    await fc.assert(
      fc.asyncProperty(asked, taken, fc.nat(), async (args, full, drawn) => {
        const bookings = memoryBookingStore();
        for (const date of full) await fillDay(bookings, radiance, date);
        const desk = openDesk({ bookings });
        const answer = await desk.use('check_availability', args);
        const { latest } = desk.dealings().offers;
        expect(latest.length).toBeLessThanOrEqual(3);
        expect(answer.exact_match === true && answer.fully_booked === true).toBe(false);
        const offer = latest[drawn % Math.max(latest.length, 1)];
        if (!offer) return;
        expect(offer.startsAt).toBeGreaterThanOrEqual(MONDAY_MORNING + 3_600_000);
        const booked = await desk.book({ slot_id: offer.slotId, customer_name: 'Jordan Lee' });
        expect(Date.parse(booked.starts_at)).toBe(offer.startsAt);
        expect(full).not.toContain(booked.starts_at.slice(0, 10));
      }),
      { seed: 7, numRuns: 80 },
    );
  });
});
