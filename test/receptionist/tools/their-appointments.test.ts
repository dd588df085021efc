/** The caller's own appointments: found, moved, cancelled; and nobody else's. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BookingStore } from '../../../src/domain/ports.ts';
import { CALLER, confirmation, type Desk, type DeskSetup, occupy, openDesk, radiance } from '../desk.ts';

const [priya = ''] = radiance.providers.map(({ id }) => id);
const NOBODYS = '00000000-0000-4000-8000-00000000dead';
const found = z.strictObject({
  success: z.literal(true),
  guidance: z.string(),
  appointments: z.array(
    z.strictObject({
      appointment_id: z.string(),
      starts_at: z.string(),
      service: z.string(),
      provider: z.string(),
      spoken: z.string(),
    }),
  ),
});

/** A call in which an appointment for tomorrow at 2 PM with Priya is made: the book, and what it is called there. */
async function booked(who: { name?: string; phone?: string; service?: string } = {}) {
  const { name = 'Jordan Lee', phone = CALLER, service = 'hydrafacial' } = who;
  const desk = openDesk({ callerPhone: phone, conversationId: 'the first call' });
  await desk.check({ service, when: 'tomorrow at 2 PM', provider: 'Priya' });
  const { appointment_id: id } = await desk.book({ slot_id: 1, customer_name: name });
  return { bookings: desk.bookings, id };
}

const another = (bookings: Desk['bookings'], setup: DeskSetup = {}): Desk =>
  openDesk({ bookings, conversationId: 'another call', ...setup });
const find = async (desk: Desk, args: unknown = {}) => found.parse(await desk.use('find_appointments', args));
const move = async (desk: Desk, id: string, slot: unknown = 1) =>
  confirmation.parse(await desk.use('reschedule_appointment', { appointment_id: id, slot_id: slot }));
const startsOf = ({ bookings }: Desk) => bookings.appointments(radiance.id).map(({ startsAt }) => startsAt);
const at = (time: string): number => Date.parse(`2026-11-24T${time}:00-05:00`);

/** One refused call with all that any of the tools wants. */
const ask = (desk: Desk, tool: string, id: string) =>
  desk.refused(tool, { appointment_id: id, slot_id: 1, service: 'hydrafacial', when: 'tomorrow at 2 PM' });

describe('finding appointments', () => {
  it('tells those under the caller’s number, in words that can be read out', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings);
    expect((await find(desk)).appointments).toEqual([
      {
        appointment_id: id,
        starts_at: '2026-11-24T14:00:00-05:00',
        service: 'Hydrafacial',
        provider: 'Priya Sharma',
        spoken: 'Hydrafacial tomorrow, Tuesday, November 24th at 2 PM with Priya Sharma',
      },
    ]);
    expect(desk.dealings().theirs).toEqual([id]);
  });

  it('tells nothing that is over or cancelled', async () => {
    const { bookings, id } = await booked();
    expect((await find(another(bookings, { now: at('14:00') }))).appointments).toEqual([]);
    await another(bookings).use('cancel_appointment', { appointment_id: id });
    expect((await find(another(bookings))).appointments).toEqual([]);
  });

  it.each([
    ['a withheld number', null],
    ['another number', '+12125550199'],
  ])('takes name and phone number from %s', async (_, callerPhone) => {
    const { bookings } = await booked();
    const desk = another(bookings, { callerPhone });
    const answer = await find(desk, { customer_phone: '212 555 0142', customer_name: 'jordan lee' });
    expect(answer.appointments).toHaveLength(1);
  });

  it('asks for a name with another number, whether or not there is anything under it', async () => {
    const { bookings } = await booked();
    const asked = async (phone: string) =>
      another(bookings, { callerPhone: null }).refused('find_appointments', { customer_phone: phone });
    expect(await asked('212 555 0142')).toMatchObject({ error: 'invalid_arguments' });
    expect(await asked('212 555 0142')).toEqual(await asked('212 555 0143'));
  });

  it('gives a stranger who knows a number the answer that they get where there is nothing', async () => {
    const { bookings } = await booked();
    const asked = (phone: string, name: string) =>
      find(another(bookings, { callerPhone: null }), { customer_phone: phone, customer_name: name });
    const nothing = await asked('212 555 0143', 'Jordan Lee');
    expect(nothing.appointments).toEqual([]);
    for (const name of ['Jordan', 'Sam Hill', 'L', 'Jordan Leeds']) {
      expect(await asked('212 555 0142', name)).toEqual(nothing);
    }
  });

  it('lets one who shares a phone find their own by name from elsewhere', async () => {
    const { bookings } = await booked();
    const desk = another(bookings);
    await desk.check({ service: 'botox', when: 'Friday at 10 AM' });
    await desk.book({ slot_id: 1, customer_name: 'Robin Quill' });
    const elsewhere = another(bookings, { callerPhone: null });
    const theirs = await find(elsewhere, { customer_phone: CALLER, customer_name: 'Robin Quill' });
    expect(theirs.appointments.map(({ service }) => service)).toEqual(['Botox']);
  });
});

describe('moving an appointment', () => {
  it('keeps it the same one, with the same person, at the new time alone', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings);
    await find(desk);
    await desk.check({ service: 'hydrafacial', when: 'tomorrow at 4 PM', appointment_id: id });
    expect(await move(desk, id)).toEqual({
      success: true,
      appointment_id: id,
      starts_at: '2026-11-24T16:00:00-05:00',
      service: 'Hydrafacial',
      provider: 'Priya Sharma',
      spoken:
        "Your appointment is moved: you're now booked for Hydrafacial tomorrow, Tuesday, November 24th at 4 PM with Priya Sharma.",
    });
    expect(startsOf(desk)).toEqual([at('16:00')]);
    expect(desk.dealings()).toMatchObject({ moved: [id], booked: [], moving: null, choice: null });
  });

  it('made again has one effect and one answer', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings);
    await desk.check({ service: 'hydrafacial', when: 'tomorrow at 4 PM', appointment_id: id });
    const first = await move(desk, id);
    for (const slot of ['slot_1', 1, 'the first one']) expect(await move(desk, id, slot)).toEqual(first);
    expect(bookings.appointments(radiance.id)[0]?.version).toBe(2);
  });

  it('half an hour on, into its own time, is offered, held and done', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings);
    const answer = await desk.check({ service: 'hydrafacial', when: 'tomorrow at 2:30 PM', appointment_id: id });
    expect(answer).toMatchObject({ exact_match: true, slots: [{ provider: 'Priya Sharma' }] });
    const rival = another(bookings, { conversationId: 'a rival', callerPhone: '+12125550177' });
    const theirs = await rival.check({ service: 'botox', when: 'tomorrow at 3 PM', provider: 'Priya' });
    expect(theirs.exact_match).toBe(false);
    await move(desk, id);
    expect(startsOf(desk)).toEqual([at('14:30')]);
  });

  it('is offered with the person it is with, or whoever the caller asks for', async () => {
    const { bookings, id } = await booked();
    const providersFor = async (provider?: string) => {
      const desk = another(bookings);
      const answer = await desk.check({ service: 'anything', when: 'Friday', appointment_id: id, provider });
      return new Set(answer.slots.map((slot) => slot.provider));
    };
    expect(await providersFor()).toEqual(new Set(['Priya Sharma']));
    expect(await providersFor('Maya Chen')).toEqual(new Set(['Maya Chen']));
  });

  it('is refused with fresh times where somebody was quicker', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings);
    await desk.check({ service: 'hydrafacial', when: 'tomorrow', appointment_id: id });
    const [first] = desk.dealings().offers.latest;
    const from = new Date(first?.startsAt ?? 0).toISOString();
    await occupy(bookings, radiance, priya, from, new Date((first?.startsAt ?? 0) + 3_600_000).toISOString());
    const answer = await desk.refused('reschedule_appointment', { appointment_id: id, slot_id: first?.slotId });
    expect(answer.error).toBe('slot_taken');
    expect(answer.slots?.length).toBeGreaterThan(0);
    expect(startsOf(desk)).toContain(at('14:00'));
  });

  it('takes no time of another service', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings);
    await desk.check({ service: 'botox', when: 'tomorrow at 4 PM' });
    const answer = await desk.refused('reschedule_appointment', { appointment_id: id, slot_id: 1 });
    expect(answer.error).toBe('slot_not_offered');
    expect(startsOf(desk)).toEqual([at('14:00')]);
  });

  it('is not to be done by a second booking', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings);
    await desk.check({ service: 'hydrafacial', when: 'tomorrow at 4 PM', appointment_id: id });
    const refused = await desk.refused('book_appointment', { slot_id: 1, customer_name: 'Jordan Lee' });
    expect(refused).toMatchObject({ error: 'invalid_arguments', details: expect.stringContaining(id) });
    await desk.check({ service: 'hydrafacial', when: 'tomorrow at 4 PM' });
    await desk.book({ slot_id: desk.dealings().choice, customer_name: 'Jordan Lee' });
    expect(startsOf(desk)).toEqual([at('14:00'), at('16:00')]);
  });

  it('checked again after the choice is answered with it, and with the tool that moves', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings);
    const wish = { service: 'hydrafacial', when: 'tomorrow at 4 PM', appointment_id: id };
    expect((await desk.check(wish)).guidance).toContain(`reschedule_appointment for appointment_id ${id}`);
    expect((await desk.check(wish)).guidance).toMatch(/already chosen.*reschedule_appointment/);
  });
});

describe('cancelling an appointment', () => {
  it('frees its time and says so; made again it gives the same answer', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings);
    const cancel = () => desk.use('cancel_appointment', { appointment_id: id, reason: 'on holiday' });
    const first = await cancel();
    expect(first).toEqual({
      success: true,
      appointment_id: id,
      spoken:
        'Your appointment for Hydrafacial tomorrow, Tuesday, November 24th at 2 PM with Priya Sharma is cancelled.',
    });
    expect(await cancel()).toEqual(first);
    expect(startsOf(desk)).toEqual([]);
    expect(desk.dealings().cancelled).toEqual([id]);
  });

  it('and booking the same time again in the same call makes a new one', async () => {
    const desk = openDesk();
    await desk.check({ service: 'botox', when: 'tomorrow at 2 PM' });
    const first = await desk.book({ slot_id: 1, customer_name: 'Jordan Lee' });
    await desk.use('cancel_appointment', { appointment_id: first.appointment_id });
    const second = await desk.book({ slot_id: 1, customer_name: 'Jordan Lee' });
    expect(second.appointment_id).not.toBe(first.appointment_id);
    expect(second.starts_at).toBe(first.starts_at);
    expect(desk.dealings().booked).toMatchObject([{ appointmentId: second.appointment_id }]);
  });
});

describe('an appointment so soon that only staff may change it', () => {
  const strict = { ...radiance, rules: { ...radiance.rules, cancellationHours: 48 } };

  it.each(['reschedule_appointment', 'cancel_appointment', 'check_availability'])(
    'is left as it is by %s, and the caller hears who can',
    async (tool) => {
      const { bookings, id } = await booked();
      const desk = another(bookings, { clinic: strict });
      const answer = await ask(desk, tool, id);
      expect(answer).toMatchObject({ error: 'against_policy', user_message: expect.stringContaining('our team') });
      expect(startsOf(desk)).toEqual([at('14:00')]);
    },
  );

  it('is as cancelled as before where it was cancelled in time', async () => {
    const { bookings, id } = await booked();
    await another(bookings).use('cancel_appointment', { appointment_id: id });
    const desk = another(bookings, { clinic: strict });
    expect(await desk.use('cancel_appointment', { appointment_id: id })).toMatchObject({ success: true });
  });
});

describe('an appointment that is the caller’s', () => {
  it('and was cancelled can not be moved, and they are told why', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings);
    await desk.use('cancel_appointment', { appointment_id: id });
    const answer = await ask(desk, 'reschedule_appointment', id);
    expect(answer).toMatchObject({ error: 'appointment_not_found', user_message: expect.stringMatching(/cancelled/) });
  });

  it.each(['reschedule_appointment', 'cancel_appointment'])(
    'and has begun is not to be touched by %s',
    async (tool) => {
      const { bookings, id } = await booked();
      const answer = await ask(another(bookings, { now: at('14:00') }), tool, id);
      expect(answer.error).toBe('appointment_not_found');
      expect(bookings.appointments(radiance.id)).toHaveLength(1);
    },
  );

  it.each(['reschedule_appointment', 'cancel_appointment'] as const)(
    'and is gone by the moment of %s is not said to be changed',
    async (tool) => {
      const { bookings, id } = await booked();
      const gone: Partial<BookingStore> = {
        cancel: async () => ({ kind: 'not_active' }),
        reschedule: async () => ({ kind: 'not_active' }),
      };
      const desk = another(bookings, { faults: () => gone });
      await desk.check({ service: 'hydrafacial', when: 'tomorrow at 4 PM', appointment_id: id });
      expect((await ask(desk, tool, id)).error).toBe('appointment_not_found');
      expect(desk.dealings()).toMatchObject({ moved: [], cancelled: [] });
    },
  );
});

describe('an appointment that is somebody else’s', () => {
  const TOOLS = ['reschedule_appointment', 'cancel_appointment', 'check_availability'];

  it.each(TOOLS)('can not be told by %s from one that does not exist, and stays as it is', async (tool) => {
    const { bookings, id } = await booked();
    for (const callerPhone of [null, '+12125550199']) {
      const nobodys = await ask(another(bookings, { callerPhone }), tool, NOBODYS);
      expect(nobodys).toMatchObject({ error: 'not_callers_appointment', appointments: [] });
      expect(await ask(another(bookings, { callerPhone }), tool, id)).toEqual(nobodys);
      expect(await ask(another(bookings, { callerPhone }), tool, 'slot-999-invented')).toEqual(nobodys);
    }
    expect(bookings.appointments(radiance.id)).toMatchObject([{ id, version: 1 }]);
  });

  it.each(TOOLS)('is answered by %s with the caller’s own', async (tool) => {
    const { bookings, id } = await booked();
    expect(await ask(another(bookings), tool, NOBODYS)).toMatchObject({ appointments: [{ appointment_id: id }] });
  });

  it('can not be reached by an id that another clinic’s caller knows', async () => {
    const { bookings, id } = await booked();
    const clinic = { ...radiance, id: 'another clinic' };
    const answer = await ask(another(bookings, { clinic }), 'cancel_appointment', id);
    expect(answer.error).toBe('not_callers_appointment');
  });

  it('becomes theirs for the rest of the call once they have named it', async () => {
    const { bookings, id } = await booked();
    const desk = another(bookings, { callerPhone: null });
    await find(desk, { customer_phone: CALLER, customer_name: 'Jordan Lee' });
    expect(await desk.use('cancel_appointment', { appointment_id: id })).toMatchObject({ success: true });
    const next = another(bookings, { callerPhone: null, conversationId: 'a third call' });
    expect((await ask(next, 'cancel_appointment', id)).error).toBe('not_callers_appointment');
  });
});
