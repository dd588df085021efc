import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { freeSlots } from '../../src/domain/availability.ts';
import { providersOf } from '../../src/domain/clinic.ts';
import { isoWithOffset, wallClock } from '../../src/domain/clinic-time.ts';
import { serviceNamed } from '../../src/domain/naming.ts';
import { blocksOf } from '../../src/domain/slots.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { type AvaStand, startAva } from '../support/ava.ts';

/** A Monday, ten in the morning in New York. */
const MONDAY = '2026-11-23T15:00:00Z';

let ava: AvaStand;
beforeAll(async () => {
  ava = await startAva({ at: MONDAY });
});
afterAll(() => ava.stop());

describe('what callers wish for', () => {
  it('a provider by name, next week, Wednesday at four', { timeout: 60_000 }, async () => {
    const call = ava.place(scenario('named-provider'));
    await call.ended;
    const { appointments, toolCalls, outcome } = await ava.conversation(call);
    expect(outcome).toBe('appointment_scheduled');
    expect(appointments.map(({ service, provider }) => [service, provider])).toEqual([
      ['Consultation', 'Priya Sharma'],
    ]);
    const startsAt = appointments[0]?.startsAt ?? 0;
    expect(wallClock(startsAt, ava.clinic.timeZone)).toMatchObject({ weekday: 3, minute: 16 * 60 });
    expect(toolCalls.filter((tool) => tool.name === 'book_appointment').map((tool) => tool.success)).toEqual([true]);
    expect(call.heardText).toMatch(/booked for Consultation .*4 PM with Priya Sharma/);
    const id = appointments[0]?.id ?? '';
    const due = await ava.database.withClinic(
      ava.clinic.id,
      'test',
      (sql) => sql`select kind, status from outbox where subject_id = ${id}`,
    );
    expect(due).toEqual([{ kind: 'sync_appointment', status: 'due' }]);
  });

  it('another day after all: only the second is booked, and the first is free again', { timeout: 60_000 }, async () => {
    const call = ava.place(scenario('indecisive'));
    await call.ended;
    const { appointments, outcome } = await ava.conversation(call);
    expect(outcome).toBe('appointment_scheduled');
    expect(appointments).toHaveLength(1);
    const { date, minute } = wallClock(appointments[0]?.startsAt ?? 0, ava.clinic.timeZone);
    expect(date).toBe('2026-11-25');
    expect(minute).toBeLessThan(12 * 60);
    const held = await ava.database.withClinic(ava.clinic.id, 'test', (sql) => sql`select 1 from holds`);
    expect(held).toHaveLength(0);
  });

  it('a day that is full: she says so and never promises it', { timeout: 60_000 }, async () => {
    await fillTomorrow(ava, 'Hydrafacial');
    const call = ava.place(scenario('fully-booked'));
    await call.ended;
    const { appointments, toolCalls, outcome } = await ava.conversation(call);
    expect(call.heardText).toMatch(/fully booked/i);
    expect(call.heardText).toMatch(/Wednesday|Thursday|November 25th/);
    expect(call.heardText).not.toMatch(/3 PM/);
    expect(appointments).toEqual([]);
    expect(['browsing', 'info_only']).toContain(outcome);
    const held = await ava.database.withClinic(ava.clinic.id, 'test', (sql) => sql`select 1 from holds`);
    expect(held).toHaveLength(0);
    expect(toolCalls[0]).toMatchObject({ name: 'check_availability', success: true });
  });
});

/** Books every time of tomorrow for a service, as other callers would. */
async function fillTomorrow({ clinic, database, clock }: AvaStand, name: string): Promise<void> {
  const found = serviceNamed(clinic, name);
  if (found.kind !== 'one') throw new Error(`no service ${name}`);
  const service = found.item;
  const bookings = postgresBookingStore(database);
  const question = {
    clinic,
    service,
    providers: providersOf(clinic, service),
    days: { from: '2026-11-24', to: '2026-11-24' },
    busy: new Map(),
    now: clock.now(),
  };
  for (const slot of freeSlots(question)) {
    await bookings.book({
      clinicId: clinic.id,
      conversationId: crypto.randomUUID(),
      channel: 'web',
      key: `fill ${slot.providerId} ${isoWithOffset(slot.startsAt, clinic.timeZone)}`,
      slot,
      blocks: blocksOf(slot, service, clinic),
      customer: { name: 'Somebody Else', phone: '+15550188888', email: null },
      notes: null,
      now: clock.now(),
    });
  }
}
