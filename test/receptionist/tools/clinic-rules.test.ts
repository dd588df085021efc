/** What a clinic's own facts and policies do to checking and booking. */
import { describe, expect, it } from 'vitest';
import type { Clinic, Provider, Service } from '../../../src/domain/clinic.ts';
import { openDesk, radiance } from '../desk.ts';

const NAME = { customer_name: 'Jane Miller' };
const LASER = { service: 'laser hair removal', when: 'tomorrow at 2 PM' };
const BOTOX = { service: 'botox', when: 'tomorrow at 2 PM' };

function withService(slug: string, changes: Partial<Service>): Clinic {
  const services = radiance.services.map((service) => (service.slug === slug ? { ...service, ...changes } : service));
  return { ...radiance, services };
}

function withPriya(changes: Partial<Provider>): Clinic {
  const [priya, ...others] = radiance.providers;
  if (!priya) throw new Error('the demo clinic has changed');
  return { ...radiance, providers: [{ ...priya, ...changes }, ...others] };
}

describe('the laser that exists once', () => {
  it('is not offered, held or booked for two at one time, though two could work it', async () => {
    const first = openDesk();
    expect(await first.check(LASER)).toMatchObject({ exact_match: true });
    const second = openDesk({ bookings: first.bookings, conversationId: 'second' });
    const answer = await second.check(LASER);
    expect(answer).toMatchObject({ exact_match: false, fully_booked: false });
    expect(answer.slots.map(({ starts_at }) => starts_at)).not.toContain('2026-11-24T14:00:00-05:00');
    await first.book({ slot_id: 1, ...NAME });
    expect(await openDesk({ bookings: first.bookings, conversationId: 'third' }).check(LASER)).toMatchObject({
      exact_match: false,
    });
  });

  it('goes along with an appointment that is moved', async () => {
    const first = openDesk();
    await first.check(LASER);
    const { appointment_id } = await first.book({ slot_id: 1, ...NAME });
    await first.check({ ...LASER, when: 'tomorrow at 4 PM', appointment_id });
    expect(await first.use('reschedule_appointment', { appointment_id, slot_id: 1 })).toMatchObject({ success: true });
    const isFree = async (when: string): Promise<unknown> =>
      (await openDesk({ bookings: first.bookings, conversationId: when }).check({ ...LASER, when })).exact_match;
    expect([await isFree('tomorrow at 2 PM'), await isFree('tomorrow at 4 PM')]).toEqual([true, false]);
  });

  it('keeps nobody from what needs none', async () => {
    const first = openDesk();
    await first.check(LASER);
    const second = openDesk({ bookings: first.bookings, conversationId: 'second' });
    expect(await second.check(BOTOX)).toMatchObject({ exact_match: true });
  });

  it('is two lasers where the clinic has two', async () => {
    const [laser] = radiance.resources;
    if (!laser) throw new Error('the demo clinic has changed');
    const clinic = { ...radiance, resources: [laser, { ...laser, id: 'laser-2', name: 'Second laser' }] };
    const first = openDesk({ clinic });
    await first.check(LASER);
    const second = openDesk({ clinic, bookings: first.bookings, conversationId: 'second' });
    expect(await second.check(LASER)).toMatchObject({ exact_match: true });
    await second.book({ slot_id: 1, ...NAME });
  });

  it('broken and in no list is no free time at all', async () => {
    const answer = await openDesk({ clinic: { ...radiance, resources: [] } }).check(LASER);
    expect(answer).toMatchObject({ slots: [], next_available: [] });
  });
});

describe('a provider', () => {
  it('is asked for by any name that callers use, in a tool and in a sentence', async () => {
    const clinic = withPriya({ aliases: ['Pri', 'Dr. Sherman'] });
    for (const provider of ['pri', 'doctor Sherman']) {
      const answer = await openDesk({ clinic }).check({ ...BOTOX, provider });
      expect(answer.slots).toMatchObject([{ provider: 'Priya Sharma' }]);
    }
  });

  it('takes their own time for a service', async () => {
    const botox = radiance.services[0]?.id ?? '';
    const desk = openDesk({ clinic: withPriya({ ownMinutes: { [botox]: 50 } }) });
    await desk.check({ ...BOTOX, provider: 'Priya' });
    await desk.book({ slot_id: 1, ...NAME });
    const [booked] = desk.bookings.appointments(radiance.id);
    expect(Number(booked?.endsAt) - Number(booked?.startsAt)).toBe(50 * 60_000);
  });

  it('on time off is offered on other days, and nobody is told why', async () => {
    const clinic = withPriya({ timeOff: [{ from: '2026-11-24', to: '2026-11-25', between: null }] });
    const answer = await openDesk({ clinic }).check({ ...BOTOX, provider: 'Priya' });
    expect(answer).toMatchObject({ slots: [], fully_booked: false });
    expect(answer.next_available[0]?.starts_at).toMatch(/^2026-11-26/);
    expect(answer.guidance).toContain('Priya Sharma has no more working hours then');
  });
});

describe('a service for patients whom the clinic knows', () => {
  const clinic = {
    ...radiance,
    services: radiance.services.map((service) => ({ ...service, newPatients: service.slug === 'consultation' })),
  };

  it('is not booked for somebody new, who hears what is', async () => {
    const desk = openDesk({ clinic });
    await desk.check(BOTOX);
    const answer = await desk.refused('book_appointment', { slot_id: 1, ...NAME });
    expect(answer).toMatchObject({ error: 'against_policy', services: ['Consultation'] });
    expect(answer.user_message).toContain('For a first visit we can book Consultation.');
    expect(answer.user_message).toContain('take a message');
    expect(desk.bookings.appointments(clinic.id)).toEqual([]);
  });

  it('is booked once the clinic knows them', async () => {
    const desk = openDesk({ clinic });
    await desk.check({ service: 'consultation', when: 'tomorrow at 9 AM' });
    await desk.book({ slot_id: 1, ...NAME });
    await desk.check(BOTOX);
    await desk.book({ slot_id: desk.dealings().choice, ...NAME });
    expect(desk.bookings.appointments(clinic.id)).toHaveLength(2);
  });

  it('is for nobody new where all are, and a message is offered', async () => {
    const closed = { ...radiance, services: radiance.services.map((service) => ({ ...service, newPatients: false })) };
    const desk = openDesk({ clinic: closed });
    await desk.check(BOTOX);
    const answer = await desk.refused('book_appointment', { slot_id: 1, ...NAME });
    expect(answer.user_message).toContain('take a message');
  });
});

describe('a service with a minimum age', () => {
  const clinic = withService('botox', { minimumAge: 18 });

  it.each([
    [undefined, 'invalid_arguments', 'Is the patient at least 18 years old?'],
    ['yes', 'invalid_arguments', 'Is the patient at least 18 years old?'],
    [false, 'against_policy', 'from 18 years on. Shall I take a message'],
  ])('is not booked with the answer %s', async (old_enough, error, sentence) => {
    const desk = openDesk({ clinic });
    await desk.check(BOTOX);
    const answer = await desk.refused('book_appointment', { slot_id: 1, ...NAME, old_enough });
    expect(answer.error).toBe(error);
    expect(answer.user_message).toContain(sentence);
    expect(desk.bookings.appointments(clinic.id)).toEqual([]);
  });

  it('is booked for whoever is old enough', async () => {
    const desk = openDesk({ clinic });
    await desk.check(BOTOX);
    await desk.book({ slot_id: 1, ...NAME, old_enough: true });
    expect(desk.bookings.appointments(clinic.id)).toHaveLength(1);
  });
});

it('tells how to prepare once it is booked', async () => {
  const desk = openDesk({ clinic: withService('botox', { preparation: 'Please come without make-up.' }) });
  await desk.check(BOTOX);
  const { spoken } = await desk.book({ slot_id: 1, ...NAME });
  expect(spoken).toMatch(/^You're booked for Botox .*\. Please come without make-up\.$/);
});

describe('the policies of a clinic', () => {
  it('that code holds are told before those in staff’s words', async () => {
    const services = radiance.services.map((service) => ({ ...service, newPatients: service.slug === 'consultation' }));
    const clinic = { ...radiance, services, rules: { ...radiance.rules, cancellationHours: 48 } };
    const { policies } = await openDesk({ clinic }).use('get_clinic_info', { topic: 'policies' });
    expect(policies).toEqual([
      'Appointments can be cancelled or moved until 48 hours before, later only by staff.',
      'New patients can book Consultation; the rest is for patients the clinic knows.',
      ...radiance.policies,
    ]);
  });

  it('are told with the service that they are about', async () => {
    const clinic = withService('botox', { minimumAge: 18, preparation: 'Come without make-up.' });
    const { services } = await openDesk({ clinic }).use('get_clinic_info', { topic: 'services' });
    expect(services).toContainEqual(expect.objectContaining({ minimum_age: 18, preparation: 'Come without make-up.' }));
  });
});
