/** A day on which somebody else has every time of a service. */
import { freeSlots } from '../../src/domain/availability.ts';
import { type Clinic, providersOf } from '../../src/domain/clinic.ts';
import { isoWithOffset } from '../../src/domain/clinic-time.ts';
import { serviceNamed } from '../../src/domain/naming.ts';
import type { BookingStore } from '../../src/domain/ports.ts';
import { blocksOf } from '../../src/domain/slots.ts';

export const SOMEBODY_ELSE = { name: 'Somebody Else', phone: '+15550188888' };

export interface FullDay {
  readonly clinic: Clinic;
  readonly service: string;
  readonly date: string;
  readonly now: number;
}

export async function fillDay(bookings: BookingStore, { clinic, service: name, date, now }: FullDay): Promise<void> {
  const found = serviceNamed(clinic, name);
  if (found.kind !== 'one') throw new Error(`no service ${name}`);
  const service = found.item;
  const providers = providersOf(clinic, service);
  const days = { from: date, to: date };
  for (const slot of freeSlots({ clinic, service, providers, days, busy: new Map(), now })) {
    await bookings.book({
      clinicId: clinic.id,
      conversationId: crypto.randomUUID(),
      channel: 'web',
      key: `fill ${slot.providerId} ${isoWithOffset(slot.startsAt, clinic.timeZone)}`,
      slot,
      blocks: blocksOf(slot, service, clinic),
      customer: { ...SOMEBODY_ELSE, email: null },
      notes: null,
      now,
    });
  }
}
