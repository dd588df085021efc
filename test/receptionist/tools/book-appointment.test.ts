import { describe, expect, it } from 'vitest';
import { memoryBookingStore } from '../../support/memory-bookings.ts';
import { CALLER, type Desk, type DeskSetup, fillDay, occupy, openDesk, radiance } from '../desk.ts';

const [priya = '', elena = ''] = radiance.providers.map((provider) => provider.id);
const NAME = { customer_name: 'Jordan Lee' };
const starts = (slots: readonly { readonly starts_at: string }[] = []): string[] => slots.map((slot) => slot.starts_at);

/** A desk at which tomorrow at 2 PM with Priya was found and chosen: `slot_1`. */
async function withChoice(setup: DeskSetup = {}): Promise<Desk> {
  const desk = openDesk(setup);
  await desk.check({ service: 'botox', when: 'tomorrow at 2 PM', provider: 'Priya' });
  return desk;
}

/** A desk at which tomorrow's times were offered, none chosen. */
async function withOffers(setup: DeskSetup = {}): Promise<Desk> {
  const desk = openDesk(setup);
  await desk.check({ service: 'botox', when: 'tomorrow' });
  return desk;
}

const booked = (desk: Desk) => desk.bookings.appointments(radiance.id);

describe('a chosen time', () => {
  it('is booked with what the caller gave, and told as the contract says', async () => {
    const desk = await withChoice();
    const answer = await desk.book({
      slot_id: 'slot_1',
      customer_name: '  Jordan Lee ',
      customer_email: 'jordan dot lee at example dot com',
      notes: 'allergic to lidocaine',
    });
    expect(answer).toEqual({
      success: true,
      appointment_id: booked(desk)[0]?.id,
      starts_at: '2026-11-24T14:00:00-05:00',
      service: 'Botox',
      provider: 'Priya Sharma',
      spoken: "You're booked for Botox tomorrow, Tuesday, November 24th at 2 PM with Priya Sharma.",
    });
    expect(booked(desk)).toHaveLength(1);
    expect(booked(desk)[0]).toMatchObject({
      providerId: priya,
      startsAt: Date.parse('2026-11-24T14:00:00-05:00'),
      endsAt: Date.parse('2026-11-24T14:30:00-05:00'),
      request: {
        customer: { name: 'Jordan Lee', phone: CALLER, email: 'jordan.lee@example.com' },
        notes: 'allergic to lidocaine',
        channel: 'voice',
      },
    });
    expect(desk.dealings()).toMatchObject({ choice: null, booked: [{ slotId: 'slot_1' }] });
  });

  it('some days off is said with "on"', async () => {
    const desk = openDesk();
    await desk.check({ service: 'filler', when: 'Friday at 4 PM', provider: 'Dr. Ruiz' });
    const { spoken } = await desk.book({ slot_id: 'slot_1', ...NAME });
    expect(spoken).toBe("You're booked for Dermal filler on Friday, November 27th at 4 PM with Dr. Elena Ruiz.");
  });

  it.each([
    'slot_1',
    ' slot_1 ',
    1,
    '1',
    '2026-11-24T14:00:00-05:00',
    '2026-11-24T14:00:00',
    '2026-11-24T19:00:00.000Z',
    'tomorrow at 2 PM',
    'two o’clock',
    'yes',
    'the first one',
    'one',
    'SLOT_1',
    'slot_one',
    '2026-11-24T20:00:00+01:00',
  ])('may be named %j', async (name) => {
    const desk = await withChoice();
    const answer = await desk.book({ slot_id: name, ...NAME });
    expect(answer.starts_at).toBe('2026-11-24T14:00:00-05:00');
  });

  it('blocks its buffers as well', async () => {
    const services = radiance.services.map((service) => ({
      ...service,
      bufferBeforeMinutes: 10,
      bufferAfterMinutes: 20,
    }));
    const desk = await withChoice({ clinic: { ...radiance, services } });
    await desk.book({ slot_id: 'slot_1', ...NAME });
    expect(booked(desk)[0]?.request.blocks).toEqual([
      {
        anyOf: [expect.any(String)],
        startsAt: Date.parse('2026-11-24T13:50:00-05:00'),
        endsAt: Date.parse('2026-11-24T14:50:00-05:00'),
      },
    ]);
  });

  it('leaves an appointment beside it for a second booking in the same call', async () => {
    const desk = await withChoice();
    await desk.book({ slot_id: 'slot_1', ...NAME });
    await desk.check({ service: 'hydrafacial', when: 'Friday at 10 AM' });
    await desk.book({ slot_id: desk.dealings().choice, ...NAME });
    expect(booked(desk)).toHaveLength(2);
    expect(desk.dealings().booked).toHaveLength(2);
  });
});

describe('another time than the caller chose', () => {
  it('is asked about once, and nothing is booked', async () => {
    const desk = await withOffers();
    desk.say('the first one please');
    const answer = await desk.refused('book_appointment', { slot_id: 'slot_3', ...NAME });
    expect(answer).toMatchObject({
      error: 'slot_not_offered',
      user_message: expect.stringMatching(/which one.*, or /),
    });
    expect(answer.slots?.map((slot) => slot.slot_id)).toEqual(['slot_1', 'slot_3']);
    expect(booked(desk)).toEqual([]);
    desk.say('the second one');
    await desk.book({ slot_id: 2, ...NAME });
    expect(desk.dealings().booked).toMatchObject([{ slotId: 'slot_3' }]);
  });

  it('is booked where it is for another service, or was booked before', async () => {
    const desk = await withChoice();
    await desk.check({ service: 'hydrafacial', when: 'Friday at 10 AM' });
    const first = await desk.book({ slot_id: 'slot_1', ...NAME });
    await desk.check({ service: 'botox', when: 'Friday at 2 PM' });
    expect(await desk.book({ slot_id: 'slot_1', ...NAME })).toEqual(first);
    expect(booked(desk)).toHaveLength(1);
  });
});

describe('the same booking made again', () => {
  it('ten times has one effect and one answer', async () => {
    const desk = await withChoice();
    const answers = [];
    for (let n = 0; n < 10; n++) answers.push(await desk.book({ slot_id: n % 2 ? 'slot_1' : 1, ...NAME }));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(booked(desk)).toHaveLength(1);
    expect(desk.dealings().booked).toHaveLength(1);
  });

  it('twice at once has one effect and one answer', async () => {
    const desk = await withChoice();
    const [one, two] = await Promise.all([
      desk.book({ slot_id: 'slot_1', ...NAME }),
      desk.book({ slot_id: 'slot_1', ...NAME }),
    ]);
    expect(one).toEqual(two);
    expect(booked(desk)).toHaveLength(1);
  });

  it('after an answer that was lost finds what was committed', async () => {
    let lost = true;
    const desk = await withChoice({
      faults: (bookings) => ({
        async book(request) {
          const result = await bookings.book(request);
          if (!lost) return result;
          lost = false;
          throw new Error('connection reset around COMMIT');
        },
      }),
    });
    expect((await desk.refused('book_appointment', { slot_id: 'slot_1', ...NAME })).error).toBe('internal_error');
    expect(desk.dealings()).toMatchObject({ choice: 'slot_1', stuck: 'internal_error' });
    const answer = await desk.book({ slot_id: 'slot_1', ...NAME });
    expect(answer.appointment_id).toBe(booked(desk)[0]?.id);
    expect(booked(desk)).toHaveLength(1);
    expect(desk.dealings().stuck).toBeNull();
  });
});

describe('the same booking with a corrected detail', () => {
  it('keeps the appointment, has the correction in the book, and reads back what is stored', async () => {
    const desk = await withChoice();
    const first = await desk.book({ slot_id: 'slot_1', customer_name: 'Jordan Lee' });
    const again = await desk.book({ slot_id: 'slot_1', customer_name: 'Jordan Leigh', customer_phone: '212 555 0199' });
    expect(again.appointment_id).toBe(first.appointment_id);
    expect(again.spoken).toMatch(/^I've corrected that: .+ is under Jordan Leigh, \(212\) 555-0199\.$/);
    expect(booked(desk)).toMatchObject([{ customerName: 'Jordan Leigh', customerPhone: '+12125550199' }]);
    expect(desk.dealings().booked).toHaveLength(1);
  });

  it('takes nothing back that was left out the second time', async () => {
    const desk = await withChoice();
    const given = { customer_phone: '212 555 0199', customer_email: 'jo@mail.test', notes: 'Has a dog.' };
    await desk.book({ slot_id: 'slot_1', customer_name: 'Jordan Lee', ...given });
    await desk.book({ slot_id: 'slot_1', customer_name: 'Jordan Leigh' });
    expect(booked(desk)).toMatchObject([
      { customerName: 'Jordan Leigh', customerPhone: '+12125550199', request: { notes: 'Has a dog.' } },
    ]);
    expect(desk.bookings.customers(radiance.id)).toMatchObject([{ email: 'jo@mail.test' }]);
  });

  it('in the same breath is no correction: nobody has said anything in between', async () => {
    const desk = await withChoice({ callerAnswers: false });
    desk.say('Yes, please.');
    const first = await desk.book({ slot_id: 'slot_1', customer_name: 'Jordan Lee' });
    expect(await desk.book({ slot_id: 'slot_1', customer_name: 'John Smith' })).toEqual(first);
    expect(booked(desk)).toMatchObject([{ customerName: 'Jordan Lee' }]);
    desk.say('It is Leigh, with a g.');
    await desk.book({ slot_id: 'slot_1', customer_name: 'Jordan Leigh' });
    await desk.book({ slot_id: 'slot_1', customer_name: 'John Smith' });
    expect(booked(desk)).toMatchObject([{ customerName: 'Jordan Leigh' }]);
  });

  it('of an appointment that was cancelled in that moment says so', async () => {
    const desk = await withChoice({
      faults: (bookings) => ({
        async correct(request) {
          await bookings.cancel({ ...request, reason: null, bookableFrom: 0 });
          return bookings.correct(request);
        },
      }),
    });
    await desk.book({ slot_id: 'slot_1', ...NAME });
    const refused = await desk.refused('book_appointment', { slot_id: 'slot_1', customer_name: 'Jordan Leigh' });
    expect(refused.error).toBe('appointment_not_found');
  });
});

describe('a time that was never offered', () => {
  it.each(['slot_99', 'slot_0', '7', 'abc', 'undefined', '{"slot_id":1}', '-1'])(
    'named %j after a choice is answered with the choice',
    async (name) => {
      const desk = await withChoice();
      const answer = await desk.refused('book_appointment', { slot_id: name, ...NAME });
      expect(answer).toMatchObject({ error: 'slot_not_offered', user_message: expect.stringContaining('tomorrow') });
      expect(answer.slots?.map((slot) => slot.slot_id)).toEqual(['slot_1']);
      expect(answer.guidance).toContain('slot_1');
      expect(booked(desk)).toEqual([]);
      expect(desk.dealings().choice).toBe('slot_1');
    },
  );

  it.each(['tomorrow at 5 PM', '17:00', 'Friday at 2 PM', '3 PM'])(
    'named %j is answered with fresh times near it, never with the choice as if it were meant',
    async (name) => {
      const desk = await withChoice();
      const answer = await desk.refused('book_appointment', { slot_id: name, ...NAME });
      expect(answer.error).toBe('slot_not_offered');
      expect(answer.guidance).toMatch(/Nothing was booked/);
      expect(answer.slots?.length).toBeGreaterThan(0);
      expect(answer.user_message).toMatch(/I could do/);
      expect(booked(desk)).toEqual([]);
      expect(desk.dealings().choice).toBeNull();
    },
  );

  it('named by a moment is never taken for another time of that day', async () => {
    const desk = openDesk();
    await desk.check({ service: 'botox', when: 'tomorrow at 10 AM', provider: 'Priya' });
    const answer = await desk.refused('book_appointment', { slot_id: '2026-11-24T14:00', ...NAME });
    expect(answer.error).toBe('slot_not_offered');
    expect(booked(desk)).toEqual([]);
  });

  it('before anything was looked for is answered with the next step', async () => {
    const desk = openDesk();
    const answer = await desk.refused('book_appointment', { slot_id: 'slot_1', ...NAME });
    expect(answer).toMatchObject({
      error: 'slot_not_offered',
      slots: [],
      guidance: expect.stringContaining('check_availability'),
    });
  });

  it('far away in time costs no endless search', async () => {
    let reads = 0;
    const desk = await withChoice({
      faults: (bookings) => ({
        busy(query) {
          reads += 1;
          return bookings.busy(query);
        },
      }),
    });
    reads = 0;
    await desk.refused('book_appointment', { slot_id: 'May 5th 1990 at 2 PM', ...NAME });
    expect(reads).toBeLessThan(8);
  });
});

describe('words that fit several offers', () => {
  it('are asked about, and nothing is booked', async () => {
    const desk = await withOffers();
    const answer = await desk.refused('book_appointment', { slot_id: 'tomorrow', ...NAME });
    expect(answer).toMatchObject({
      error: 'slot_not_offered',
      user_message: expect.stringMatching(/which one.*, or .*\?$/),
    });
    expect(answer.slots?.length).toBeGreaterThan(1);
    expect(booked(desk)).toEqual([]);
  });
});

describe('a time that somebody else has taken', () => {
  it('comes with fresh times that are really free, and a choice among them', async () => {
    const desk = await withOffers();
    const [, second] = desk.dealings().offers.latest;
    if (!second) throw new Error('two offers are needed');
    const span = [second.startsAt, second.endsAt].map((at) => new Date(at).toISOString());
    for (const provider of [priya, elena])
      await occupy(desk.bookings, radiance, provider, span[0] ?? '', span[1] ?? '');
    const answer = await desk.refused('book_appointment', { slot_id: second.slotId, ...NAME });
    expect(answer).toMatchObject({
      error: 'slot_taken',
      user_message: expect.stringMatching(/just taken.*I could do/),
    });
    expect(answer.slots?.length).toBeGreaterThan(0);
    expect(starts(answer.slots).map((at) => Date.parse(at))).not.toContain(second.startsAt);
    const next = await desk.book({ slot_id: answer.slots?.[0]?.slot_id, ...NAME });
    expect(starts(answer.slots)[0]).toBe(next.starts_at);
    expect(desk.dealings().booked).toHaveLength(1);
  });

  it('is offered with another provider at the same time', async () => {
    const bookings = memoryBookingStore();
    const slow = await withOffers({ bookings });
    const quick = await withOffers({ bookings, conversationId: 'quick' });
    const first = await quick.book({ slot_id: 1, ...NAME });
    const answer = await slow.refused('book_appointment', { slot_id: 1, ...NAME });
    expect(answer.error).toBe('slot_taken');
    expect(starts(answer.slots)).toContain(first.starts_at);
    expect(answer.slots?.find((slot) => slot.starts_at === first.starts_at)?.provider).not.toBe(first.provider);
  });

  it('on a day that filled up comes with the next days', async () => {
    const desk = await withOffers();
    await fillDay(desk.bookings, radiance, '2026-11-24');
    const answer = await desk.refused('book_appointment', { slot_id: 1, ...NAME });
    expect(answer.error).toBe('slot_taken');
    expect(starts(answer.slots)[0]).toBe('2026-11-25T09:00:00-05:00');
  });

  it('goes to one of two callers who book it at once', async () => {
    const bookings = memoryBookingStore();
    const desks = await Promise.all(['one', 'two'].map((conversationId) => withOffers({ bookings, conversationId })));
    const answers = await Promise.all(desks.map((desk) => desk.use('book_appointment', { slot_id: 1, ...NAME })));
    expect(answers.filter((answer) => answer.success)).toHaveLength(1);
    expect(bookings.appointments(radiance.id)).toHaveLength(1);
  });
});

describe('a time that has passed meanwhile', () => {
  it('is refused, with fresh times to come', async () => {
    const desk = openDesk();
    await desk.check({ service: 'botox', when: 'today at 11:30' });
    desk.wait(91 * 60_000);
    const answer = await desk.refused('book_appointment', { slot_id: 'slot_1', ...NAME });
    expect(answer.error).toBe('slot_in_past');
    expect(starts(answer.slots).every((at) => at > '2026-11-23T12:00')).toBe(true);
    expect(booked(desk)).toEqual([]);
  });
});

describe('how to reach the customer', () => {
  it('is asked for where the number is withheld', async () => {
    const desk = await withChoice({ callerPhone: null });
    const answer = await desk.refused('book_appointment', { slot_id: 'slot_1', ...NAME });
    expect(answer).toMatchObject({
      error: 'invalid_arguments',
      user_message: 'What phone number can we reach you at?',
    });
    expect(answer.details).toContain('customer_phone');
    await desk.book({
      slot_id: 'slot_1',
      ...NAME,
      customer_phone: 'two one two, five five five, zero one seven seven',
    });
    expect(booked(desk)[0]?.request.customer.phone).toBe('+12125550177');
  });

  it('may be another number than the caller’s', async () => {
    const desk = await withChoice();
    await desk.book({ slot_id: 'slot_1', ...NAME, customer_phone: '(212) 555-0177' });
    expect(booked(desk)[0]?.request.customer.phone).toBe('+12125550177');
  });

  it.each(['555', 'I don’t know', 'withheld', '0'])('is asked for again after %j', async (customer_phone) => {
    const desk = await withChoice();
    const answer = await desk.refused('book_appointment', { slot_id: 'slot_1', ...NAME, customer_phone });
    expect(answer).toMatchObject({ error: 'invalid_arguments', user_message: expect.stringContaining('phone number') });
    expect(booked(desk)).toEqual([]);
  });

  it.each([
    ['Jordan@Example.com', 'jordan@example.com'],
    ['j o r d a n at example dot com', 'jordan@example.com'],
    ['', null],
    [null, null],
  ])('by email %j is %j', async (customer_email, email) => {
    const desk = await withChoice();
    await desk.book({ slot_id: 'slot_1', ...NAME, customer_email });
    expect(booked(desk)[0]?.request.customer.email).toBe(email);
  });

  it('by an email that is none is asked for once more', async () => {
    const desk = await withChoice();
    const answer = await desk.refused('book_appointment', {
      slot_id: 'slot_1',
      ...NAME,
      customer_email: 'jordan lee example',
    });
    expect(answer).toMatchObject({ error: 'invalid_arguments', user_message: expect.stringContaining('spell it') });
    expect(booked(desk)).toEqual([]);
    expect(desk.dealings().choice).toBe('slot_1');
  });
});

describe('what changed under the conversation', () => {
  it('a service that is gone is refused', async () => {
    const bookings = memoryBookingStore();
    const clinic = { ...radiance, services: [...radiance.services] };
    const desk = await withChoice({ bookings, clinic });
    clinic.services.length = 0;
    expect((await desk.refused('book_appointment', { slot_id: 'slot_1', ...NAME })).error).toBe('unknown_service');
    expect(bookings.appointments(radiance.id)).toEqual([]);
  });

  it('a book out of reach is an internal error, reported once, and the choice stands', async () => {
    const broken = new Error('no route to host');
    const desk = await withChoice({ faults: () => ({ book: () => Promise.reject(broken) }) });
    const answer = await desk.refused('book_appointment', { slot_id: 'slot_1', ...NAME });
    expect(answer).toMatchObject({ error: 'internal_error', user_message: expect.stringMatching(/call you back/) });
    expect(desk.breakages).toEqual([{ tool: 'book_appointment', error: broken }]);
    expect(desk.dealings().choice).toBe('slot_1');
  });
});
