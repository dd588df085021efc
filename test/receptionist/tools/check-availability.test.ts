import { describe, expect, it } from 'vitest';
import { HOLD_MS } from '../../../src/domain/holds.ts';
import type { BookingStore } from '../../../src/domain/ports.ts';
import { memoryBookingStore } from '../../support/memory-bookings.ts';
import { fillDay, lumen, MONDAY_MORNING, occupy, openDesk, radiance } from '../desk.ts';

const [priya = '', elena = '', maya = ''] = radiance.providers.map((provider) => provider.id);
const starts = (slots: readonly { readonly starts_at: string }[]): string[] => slots.map((slot) => slot.starts_at);

describe('a wished time that is free', () => {
  it('is the one offer, held for this caller and for nobody else', async () => {
    const bookings = memoryBookingStore();
    const desk = openDesk({ bookings });
    const answer = await desk.check({ service: 'Botox', when: 'tomorrow at 2 PM', provider: 'Priya' });
    expect(answer).toMatchObject({
      slots: [
        {
          slot_id: 'slot_1',
          number: 1,
          starts_at: '2026-11-24T14:00:00-05:00',
          spoken: 'tomorrow, Tuesday, November 24th at 2 PM',
          provider: 'Priya Sharma',
        },
      ],
      exact_match: true,
      fully_booked: false,
      next_available: [],
    });
    expect(answer.guidance).toContain('slot_1');
    expect(desk.dealings().choice).toBe('slot_1');
    const other = await openDesk({ bookings, conversationId: 'other' }).check({
      service: 'Botox',
      when: 'tomorrow at 2 PM',
      provider: 'Priya',
    });
    expect(other).toMatchObject({ exact_match: false, fully_booked: false });
    expect(starts(other.slots)).not.toContain('2026-11-24T14:00:00-05:00');
  });

  it('is free to others again when the hold has lapsed', async () => {
    const bookings = memoryBookingStore();
    const wish = { service: 'Botox', when: 'tomorrow at 2 PM', provider: 'Priya' };
    await openDesk({ bookings }).check(wish);
    const other = openDesk({ bookings, conversationId: 'other' });
    other.wait(HOLD_MS);
    expect((await other.check(wish)).exact_match).toBe(true);
  });

  it.each([
    [{ when: 'tomorrow at 2 PM' }],
    [{ date: '2026-11-24', time: '14:00' }],
    [{ date: 'tomorrow', time: '2 PM' }],
    [{ date: '2026-11-24', date_to: '2026-11-24', time: '14:00' }],
    [{ when: 'the 24th at two' }],
    [{ when: 'Tuesday', time: 'two in the afternoon' }],
    [{ when: 'tomorrow at 2 PM', date: '2030-01-01', time: '09:00' }],
    [{ when: '  Tomorrow at 2 p.m.  ', provider: 'anyone', date: '', time: null }],
    [{ date: '2026-11-24T19:00:00Z' }],
    [{ date: '2026-11-24T20:00:00+01:00' }],
    [{ date: '2026-11-24T00:00:00Z', time: '2pm' }],
    [{ date: '2026-11-24', time: '2026-11-24T14:00:00-05:00' }],
    [{ date: '2026-11-24', time: '14:00:00' }],
    [{ date: '2026-11-24', date_to: 'null', time: 'two o’clock', provider: 'N/A' }],
    [{ when: 'tomorrow at 2 PM', provider: 'no preference' }],
    [{ when: 'tomorrow at 2 PM', provider: 'any doctor', date: 'any', time: 'flexible' }],
    [{ when: 'tomorrow at 2 PM', date: 'the day after never', time: '14:00' }],
  ])('is understood from %j', async (args) => {
    const answer = await openDesk().check({ service: 'botox', ...args });
    expect(starts(answer.slots)).toEqual(['2026-11-24T14:00:00-05:00']);
    expect(answer.exact_match).toBe(true);
  });

  it('said as "eight" is in the half of the day that the model names', async () => {
    const evenings = {
      ...radiance,
      hours: radiance.hours.map((each) => ({ ...each, opens: '07:00', closes: '21:00' })),
    };
    const desk = (): ReturnType<typeof openDesk> => openDesk({ clinic: evenings });
    const evening = await desk().check({ service: 'botox', when: 'tomorrow at eight', time: '20:00' });
    expect(starts(evening.slots)).toEqual(['2026-11-24T20:00:00-05:00']);
    const plain = await desk().check({ service: 'botox', when: 'tomorrow at eight' });
    expect(starts(plain.slots)).toEqual(['2026-11-24T08:00:00-05:00']);
    const sure = await desk().check({ service: 'botox', when: 'tomorrow at 8 AM', time: '20:00' });
    expect(starts(sure.slots)).toEqual(['2026-11-24T08:00:00-05:00']);
  });
});

describe('several free times', () => {
  it('are offered by number, and hold nothing', async () => {
    const bookings = memoryBookingStore();
    const desk = openDesk({ bookings });
    const answer = await desk.check({ service: 'Hydrafacial', when: 'next week' });
    expect(answer).toMatchObject({ exact_match: false, fully_booked: false, next_available: [] });
    expect(answer.slots.map((slot) => slot.number)).toEqual(answer.slots.map((_, index) => index + 1));
    expect(desk.dealings().choice).toBeNull();
    expect(answer.guidance).toContain('at most three');
    const span = { startsAt: MONDAY_MORNING, endsAt: MONDAY_MORNING + 14 * 86_400_000 };
    const taken = {
      clinicId: radiance.id,
      resourceIds: [priya, elena, maya],
      conversationId: 'other',
      now: MONDAY_MORNING,
    };
    expect(await bookings.busy({ ...taken, ...span })).toEqual([]);
  });

  it('are of the coming week where no day was named', async () => {
    const { slots } = await openDesk().check({ service: 'consultation' });
    expect(starts(slots).every((at) => at >= '2026-11-23' && at < '2026-11-30')).toBe(true);
  });

  it('are only those of the provider and the part of the day that were wished', async () => {
    const { slots } = await openDesk().check({
      service: 'Hydrafacial',
      when: 'this week in the morning',
      provider: 'Maya',
    });
    expect(slots.length).toBeGreaterThan(0);
    expect(new Set(slots.map((slot) => slot.provider))).toEqual(new Set(['Maya Chen']));
    expect(starts(slots).every((at) => at.slice(11, 13) < '12')).toBe(true);
  });

  it('near a wished time that is taken are told as such', async () => {
    const desk = openDesk();
    await occupy(desk.bookings, radiance, priya, '2026-11-24T14:00:00-05:00', '2026-11-24T14:30:00-05:00');
    const answer = await desk.check({ service: 'botox', when: 'tomorrow at 2 PM', provider: 'Priya' });
    expect(answer.exact_match).toBe(false);
    expect(answer.guidance).toMatch(/not free: say so/);
    expect(starts(answer.slots)).toContain('2026-11-24T13:30:00-05:00');
  });

  it('of June are found when only "June" was said', async () => {
    const answer = await openDesk({ now: Date.parse('2027-05-10T10:00:00-04:00') }).check({
      service: 'botox',
      when: 'June',
    });
    expect(starts(answer.slots).every((at) => at.startsWith('2027-06'))).toBe(true);
  });
});

describe('a day named after several were asked about', () => {
  it.each([
    ['next week', 'How about Wednesday at 4 PM?', '2026-12-02T16:00:00-05:00'],
    ['the week after next', 'Thursday at ten', '2026-12-10T10:00:00-05:00'],
    ['in December', 'the 3rd at ten', '2026-12-03T10:00:00-05:00'],
    ['next week', 'this Wednesday at 4 PM', '2026-11-25T16:00:00-05:00'],
    ['next week', 'tomorrow at 2 PM', '2026-11-24T14:00:00-05:00'],
    ['tomorrow', 'Wednesday at 4 PM', '2026-11-25T16:00:00-05:00'],
  ])('"%s", then "%s", is the one among them', async (first, then, startsAt) => {
    const desk = openDesk();
    await desk.check({ service: 'Consultation', provider: 'Priya', when: first });
    const { slots } = await desk.check({ service: 'Consultation', provider: 'Priya', when: then });
    expect(starts(slots)).toEqual([startsAt]);
  });

  it('stays among them from day to day, until the talk is of another one', async () => {
    const desk = openDesk();
    const said = ['next week', 'Wednesday at 4 PM', 'or Friday at 4 PM', 'tomorrow at 4 PM', 'Friday at 4 PM'];
    const found: (string | undefined)[] = [];
    for (const when of said) found.push((await desk.check({ service: 'Consultation', when })).slots[0]?.starts_at);
    expect(found.map((at) => at?.slice(0, 10)).slice(1)).toEqual([
      '2026-12-02',
      '2026-12-04',
      '2026-11-24',
      '2026-11-27',
    ]);
  });
});

describe('a day without room', () => {
  it('that is fully booked is said to be, with the next free times', async () => {
    const desk = openDesk();
    await fillDay(desk.bookings, radiance, '2026-11-24');
    const answer = await desk.check({ service: 'Hydrafacial', when: 'tomorrow at 3 PM' });
    expect(answer).toMatchObject({ slots: [], exact_match: false, fully_booked: true });
    expect(answer.next_available.length).toBeGreaterThan(0);
    expect(starts(answer.next_available)[0]).toBe('2026-11-25T09:00:00-05:00');
    expect(answer.guidance).toMatch(/fully booked tomorrow.*Never promise the wished time/);
    desk.say('the second one');
    expect(desk.dealings().choice).toBe('slot_2');
  });

  it('that is closed is not called fully booked', async () => {
    const desk = openDesk({ clinic: lumen, now: Date.parse('2026-12-23T10:00:00-08:00') });
    const closed = await desk.check({ service: 'skin check', when: 'on the 25th' });
    expect(closed).toMatchObject({ slots: [], fully_booked: false, exact_match: false });
    expect(closed.guidance).toMatch(/no appointments.*Christmas Day/);
    const weekend = await desk.check({ service: 'skin check', when: 'Sunday' });
    expect(weekend).toMatchObject({ slots: [], fully_booked: false });
    expect(starts(weekend.next_available)[0]).toBe('2026-12-28T08:30:00-08:00');
  });

  it('that is over is not called fully booked', async () => {
    const answer = await openDesk({ now: Date.parse('2026-11-23T23:50:00-05:00') }).check({
      service: 'botox',
      when: 'today',
    });
    expect(answer).toMatchObject({ slots: [], fully_booked: false });
    expect(starts(answer.next_available)[0]).toBe('2026-11-24T09:00:00-05:00');
  });

  it('of one provider says who is fully booked, not that the clinic is', async () => {
    const desk = openDesk();
    await occupy(desk.bookings, radiance, priya, '2026-11-24T00:00:00-05:00', '2026-11-24T23:59:00-05:00');
    const answer = await desk.check({ service: 'botox', when: 'tomorrow', provider: 'Priya' });
    expect(answer.fully_booked).toBe(true);
    expect(answer.guidance).toMatch(/fully booked with Priya Sharma tomorrow.*or to look with somebody else/);
  });

  it('at the wished time of day is told as such', async () => {
    const desk = openDesk();
    for (const id of [priya, elena])
      await occupy(desk.bookings, radiance, id, '2026-11-24T00:00:00-05:00', '2026-11-24T12:00:00-05:00');
    const answer = await desk.check({ service: 'botox', when: 'tomorrow morning' });
    expect(answer.slots.length).toBeGreaterThan(0);
    expect(answer.guidance).toMatch(/Nothing is free at the wished time of day: say so/);
  });

  it('of one provider names who has none', async () => {
    const desk = openDesk({ clinic: lumen, now: Date.parse('2026-11-23T10:00:00-08:00') });
    const answer = await desk.check({ service: 'skin check', when: 'Friday', provider: 'Dr. Weber' });
    expect(answer).toMatchObject({ slots: [], fully_booked: false });
    expect(answer.guidance).toContain('Dr. Jonas Weber');
    expect(new Set(answer.next_available.map((slot) => slot.provider))).toEqual(new Set(['Dr. Jonas Weber']));
  });

  it('at the end of the booking window is answered with earlier days', async () => {
    const short = { ...radiance, rules: { ...radiance.rules, horizonDays: 3 } };
    const desk = openDesk({ clinic: short });
    await fillDay(desk.bookings, short, '2026-11-26');
    const answer = await desk.check({ service: 'botox', when: 'Thursday' });
    expect(answer.fully_booked).toBe(true);
    expect(starts(answer.next_available)[0]?.slice(0, 10)).toBe('2026-11-23');
  });

  it('in a window with no room at all says so', async () => {
    const short = { ...radiance, rules: { ...radiance.rules, horizonDays: 1 } };
    const desk = openDesk({ clinic: short });
    await fillDay(desk.bookings, short, '2026-11-23');
    await fillDay(desk.bookings, short, '2026-11-24');
    const answer = await desk.check({ service: 'botox', when: 'tomorrow', provider: 'Priya' });
    expect(answer).toMatchObject({ slots: [], next_available: [], fully_booked: true });
    expect(answer.guidance).toMatch(/Nothing is free with Priya Sharma/);
  });
});

describe('a buffer', () => {
  it('that reaches past midnight meets what is booked there', async () => {
    const night = {
      ...radiance,
      hours: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opens: '00:00', closes: '24:00' })),
      services: radiance.services.map((service) => ({ ...service, bufferBeforeMinutes: 15, bufferAfterMinutes: 15 })),
    };
    const desk = openDesk({ clinic: night });
    await occupy(desk.bookings, night, priya, '2026-11-25T00:00:00-05:00', '2026-11-25T00:30:00-05:00');
    const late = await desk.check({ service: 'botox', when: 'tomorrow at 11:30 PM', provider: 'Priya' });
    expect(late.exact_match).toBe(false);
    const dawn = openDesk({ clinic: night });
    await occupy(dawn.bookings, night, priya, '2026-11-23T23:30:00-05:00', '2026-11-24T00:00:00-05:00');
    const early = await dawn.check({ service: 'botox', when: 'tomorrow at midnight', provider: 'Priya' });
    expect(early.exact_match).toBe(false);
  });
});

describe('a check after the choice', () => {
  it('is answered with the choice, however often it comes', async () => {
    const desk = openDesk();
    await desk.check({ service: 'botox', when: 'tomorrow' });
    desk.say('the second one please');
    const chosen = desk.dealings().offers.latest[1]?.slotId;
    for (const args of [
      { service: 'botox', when: 'tomorrow' },
      { service: 'Botox', date: '2026-11-24' },
      { service: 'botox' },
    ]) {
      const again = await desk.check(args);
      expect(again.slots.map((slot) => slot.slot_id)).toEqual([chosen]);
      expect(again).toMatchObject({ exact_match: true, fully_booked: false, next_available: [] });
      expect(again.guidance).toMatch(/Do not check again/);
      expect(desk.dealings().choice).toBe(chosen);
    }
  });

  it.each([
    ['another day', { service: 'botox', when: 'Friday at 2 PM' }],
    ['another service', { service: 'hydrafacial', when: 'tomorrow at 2 PM' }],
    ['another time', { service: 'botox', when: 'tomorrow at 4 PM' }],
    ['another provider', { service: 'botox', when: 'tomorrow at 2 PM', provider: 'Elena' }],
  ])('for %s is a new search', async (_, args) => {
    const desk = openDesk();
    await desk.check({ service: 'botox', when: 'tomorrow at 2 PM', provider: 'Priya' });
    const answer = await desk.check(args);
    expect(answer.guidance).not.toMatch(/already chosen/);
    expect(answer.exact_match).toBe(true);
  });

  it('with a day and time of the model’s own is answered with the choice, kept anew', async () => {
    const bookings = memoryBookingStore();
    const desk = openDesk({ bookings });
    await desk.check({ service: 'botox', when: 'tomorrow at 2 PM', provider: 'Priya' });
    desk.wait(HOLD_MS - 1);
    const again = await desk.check({ service: 'botox', date: '2026-11-27', time: '09:00' });
    expect(starts(again.slots)).toEqual(['2026-11-24T14:00:00-05:00']);
    const other = openDesk({ bookings, conversationId: 'other', now: MONDAY_MORNING + HOLD_MS + 1 });
    const taken = await other.check({ service: 'botox', when: 'tomorrow at 2 PM', provider: 'Priya' });
    expect(taken.exact_match).toBe(false);
  });

  it('never says that a time is free which somebody else was given meanwhile', async () => {
    const desk = openDesk();
    await desk.check({ service: 'botox', when: 'tomorrow at 2 PM', provider: 'Priya' });
    desk.wait(HOLD_MS + 1);
    const { bookings } = desk;
    const other = openDesk({ bookings, conversationId: 'other', now: MONDAY_MORNING + HOLD_MS + 1 });
    await other.check({ service: 'botox', when: 'tomorrow at 2 PM', provider: 'Priya' });
    const again = await desk.check({ service: 'botox', when: 'tomorrow at 2 PM', provider: 'Priya' });
    expect(again.exact_match).toBe(false);
    expect(starts(again.slots)).not.toContain('2026-11-24T14:00:00-05:00');
    expect(desk.dealings().choice).toBeNull();
  });

  it('of a time that has passed is a new search', async () => {
    const desk = openDesk();
    await desk.check({ service: 'botox', when: 'today at noon' });
    desk.wait(3 * 3_600_000);
    expect((await desk.check({ service: 'botox' })).guidance).not.toMatch(/already chosen/);
  });

  it('is a new search once the caller wants another time', async () => {
    const desk = openDesk();
    await desk.check({ service: 'botox', when: 'tomorrow at 2 PM' });
    desk.say('yes but later');
    expect((await desk.check({ service: 'botox', when: 'tomorrow afternoon' })).guidance).not.toMatch(/already chosen/);
  });
});

describe('a time snatched between reading and holding', () => {
  it('is searched for again, and found with somebody else', async () => {
    let holds = 0;
    const desk = openDesk({
      faults: (bookings): Partial<BookingStore> => ({
        async hold(request) {
          holds += 1;
          if (holds === 1) {
            const span = [request.slot.startsAt, request.slot.endsAt].map((at) => new Date(at).toISOString());
            await occupy(bookings, radiance, request.slot.providerId, span[0] ?? '', span[1] ?? '');
          }
          return bookings.hold(request);
        },
      }),
    });
    const answer = await desk.check({ service: 'botox', when: 'tomorrow at 2 PM' });
    expect(answer.exact_match).toBe(true);
    expect(answer.slots[0]?.provider).toBe('Dr. Elena Ruiz');
    expect(holds).toBe(2);
  });

  it('again and again is given up, and never called kept', async () => {
    let holds = 0;
    const desk = openDesk({
      faults: () => ({
        hold() {
          holds += 1;
          return Promise.resolve('taken');
        },
      }),
    });
    const answer = await desk.check({ service: 'botox', when: 'tomorrow at 2 PM' });
    expect(answer.exact_match).toBe(false);
    expect(starts(answer.slots)).not.toContain('2026-11-24T14:00:00-05:00');
    expect(answer.slots.length).toBeGreaterThan(0);
    expect(desk.dealings().choice).toBeNull();
    expect(holds).toBe(3);
  });
});

describe('what cannot be looked for', () => {
  it.each([
    ['unknown_service', { service: 'a haircut', when: 'tomorrow' }, /Botox, Dermal filler/],
    ['unknown_service', { service: 'botox and filler' }, /Did you mean Botox or Dermal filler\?/],
    ['unknown_provider', { service: 'botox', provider: 'Dr. House' }, /Priya Sharma or Dr\. Elena Ruiz/],
    ['unknown_provider', { service: 'hydrafacial', provider: 'Priya or Maya' }, /Did you mean/],
    ['provider_not_available_for_service', { service: 'laser', provider: 'Dr. Ruiz' }, /Priya Sharma or Maya Chen/],
    ['slot_in_past', { service: 'botox', date: '2026-11-22' }, /already passed/],
    ['slot_in_past', { service: 'botox', when: 'yesterday at 2' }, /already passed/],
    ['outside_booking_window', { service: 'botox', date: '2027-06-01' }, /January 22nd/],
    ['outside_booking_window', { service: 'botox', when: 'in May' }, /January 22nd/],
    ['invalid_arguments', { service: 'botox', date: 'soonish' }, /Which day/],
    ['invalid_arguments', { service: 'botox', date: '2026-02-30' }, /Which day/],
    ['invalid_arguments', { service: 'botox', date: '2026-11-26', date_to: '2026-11-24' }, /Which days/],
    ['invalid_arguments', { service: 'botox', when: 'tomorrow', time: '25:00' }, /What time/],
    ['invalid_arguments', { service: 'botox', time: 'teatime' }, /What time/],
  ])('%s: %j', async (error, args, message) => {
    const desk = openDesk();
    const answer = await desk.refused('check_availability', args);
    expect(answer.error).toBe(error);
    expect(answer.user_message).toMatch(message);
    expect(desk.breakages).toEqual([]);
    expect(desk.dealings().offers.latest).toEqual([]);
  });

  it('a day range that begins in the past is searched from today', async () => {
    const { slots } = await openDesk().check({ service: 'botox', date: '2026-11-01', date_to: '2026-11-24' });
    expect(starts(slots).every((at) => at >= '2026-11-23T11:00')).toBe(true);
  });
});

describe('a book that is out of reach', () => {
  it.each(['busy', 'hold'] as const)(
    'while it is asked for %s is an internal error with a way out, told once',
    async (method) => {
      const broken = new Error('connection refused to postgres://secret@db');
      const desk = openDesk({ faults: () => ({ [method]: () => Promise.reject(broken) }) });
      const answer = await desk.refused('check_availability', { service: 'botox', when: 'tomorrow at 2 PM' });
      expect(answer.error).toBe('internal_error');
      expect(answer.user_message).toMatch(/someone call you back/);
      expect(JSON.stringify(answer)).not.toContain('secret');
      expect(desk.breakages).toEqual([{ tool: 'check_availability', error: broken }]);
      expect(desk.dealings().stuck).toBe('internal_error');
    },
  );
});

describe('every weekday, at ten minutes to midnight', () => {
  it.each([0, 1, 2, 3, 4, 5, 6])('"tomorrow at 2 PM" is found, %i days on', async (day) => {
    const now = Date.parse('2026-11-23T23:50:00-05:00') + day * 86_400_000;
    const answer = await openDesk({ now }).check({ service: 'botox', when: 'tomorrow at 2 PM' });
    expect(answer.exact_match).toBe(true);
    expect(Date.parse(answer.slots[0]?.starts_at ?? '') - now).toBe((14 * 60 + 10) * 60_000);
    expect(answer.slots[0]?.spoken).toMatch(/^tomorrow, /);
  });
});
