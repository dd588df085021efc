/** Callers who have an appointment: it is moved or cancelled, as they heard, as it stands, and as the calendar shows it. */
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { wallClock } from '../../src/domain/clinic-time.ts';
import { blocksOf } from '../../src/domain/slots.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { type AvaStand, startAva } from '../support/ava.ts';
import { OPEN, STORY_MS } from '../support/story.ts';

const JORDAN = { name: 'Jordan Lee', phone: '+15550100142' };
const SAM = { name: 'Sam Okafor', phone: '+15550100177' };
const PRIYA = 'priya@radiance.test';
const ELENA = 'elena@radiance.test';
/** The writing is behind the call by a second or so. */
const SOON = { timeout: 15_000, interval: 50 };
const ANOTHER_TELEPHONE = '+15550103333';
/** Tomorrow at 2 PM. */
const BOOKED_AT = Date.parse('2026-11-24T14:00:00-05:00');

for (const brain of ['receptionist', 'clumsy'] as const) {
  describe.concurrent(`with a model that is a ${brain}`, () => {
    let ava: AvaStand;
    beforeAll(async () => {
      ava = await startAva({ at: OPEN, pace: 2, openai: { brain } });
    });
    afterAll(() => ava.stop());

    it('an appointment found by the caller’s number is moved, not doubled', { timeout: STORY_MS }, async ({
      expect,
    }) => {
      const id = await booked(ava, JORDAN, 'Priya Sharma');
      await vi.waitFor(() => expect(shown(ava, PRIYA)).toMatchObject([{ startsAt: BOOKED_AT }]), SOON);
      const call = ava.place(scenario('reschedule', JORDAN), { from: JORDAN.phone });
      await call.ended;
      const { outcome, toolCalls } = await ava.conversation(call);
      expect(call.heardText).toMatch(/found your appointment: Botox tomorrow, .* at 2 PM with Priya Sharma/);
      expect(call.heardText).toMatch(/moved: you're now booked for Botox on Wednesday, .* \d+ PM with Priya Sharma\./);
      expect(outcome).toBe('rescheduled');
      expect(toolCalls.map(({ name }) => name)).not.toContain('book_appointment');
      const [row, ...others] = await standing(ava, id);
      expect(others).toEqual([]);
      expect(row).toMatchObject({ id, status: 'confirmed', version: 2, taken: 1 });
      expect(wallClock(Number(row?.startsAt), ava.clinic.timeZone).date).toBe('2026-11-25');
      await vi.waitFor(
        () => expect(shown(ava, PRIYA)).toEqual([{ summary: 'Botox: Jordan Lee', startsAt: row?.startsAt }]),
        SOON,
      );
    });

    it('an appointment is found by name and number from another telephone, and cancelled', {
      timeout: STORY_MS,
    }, async ({ expect }) => {
      const id = await booked(ava, SAM, 'Dr. Elena Ruiz');
      await vi.waitFor(() => expect(shown(ava, ELENA)).toMatchObject([{ startsAt: BOOKED_AT }]), SOON);
      const call = ava.place(scenario('cancel', SAM), { from: ANOTHER_TELEPHONE });
      await call.ended;
      const { outcome } = await ava.conversation(call);
      const cancelled = /Your appointment for Botox tomorrow, .* at 2 PM with Dr\. Elena Ruiz is cancelled\./;
      expect(call.heardText).toMatch(cancelled);
      expect(outcome).toBe('cancelled');
      expect(await standing(ava, id)).toMatchObject([{ id, status: 'cancelled', version: 2, taken: 0 }]);
      await vi.waitFor(() => expect(shown(ava, ELENA)).toEqual([]), SOON);
    });
  });
}

/** Somebody's Botox appointment, made in an earlier conversation. */
async function booked(
  { clinic, database, clock }: AvaStand,
  who: typeof JORDAN,
  providerName: string,
): Promise<string> {
  const service = clinic.services.find(({ slug }) => slug === 'botox');
  const provider = clinic.providers.find(({ name }) => name === providerName);
  if (!service || !provider) throw new Error('the demo clinic has changed');
  const endsAt = BOOKED_AT + service.minutes * 60_000;
  const slot = { serviceId: service.id, providerId: provider.id, startsAt: BOOKED_AT, endsAt };
  const result = await postgresBookingStore(database).book({
    clinicId: clinic.id,
    conversationId: crypto.randomUUID(),
    channel: 'web',
    key: `earlier ${providerName}`,
    slot,
    blocks: blocksOf(slot, service, clinic),
    customer: { ...who, email: null },
    notes: null,
    now: clock.now(),
  });
  if (result.kind !== 'booked') throw new Error('tomorrow at two is taken');
  return result.appointment.id;
}

/** What a provider's calendar shows. */
function shown({ google }: AvaStand, calendarId: string) {
  return google
    .live(calendarId)
    .map(({ summary, start }) => ({ summary, startsAt: Date.parse(start?.dateTime ?? '') }));
}

/** What stands in the book of this appointment's provider: rows, and time taken. */
function standing({ clinic, database }: AvaStand, id: string) {
  return database.withClinic(
    clinic.id,
    'standing',
    (sql) => sql`
      select a.id, a.status, a.version, a.starts_at as "startsAt",
             (select count(*)::int from occupied where appointment_id = a.id) as taken
      from appointments a
      where provider_id = (select provider_id from appointments where id = ${id})
      order by created_at`,
  );
}
