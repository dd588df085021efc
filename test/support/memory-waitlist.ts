/** The waitlist in memory, as the book of appointments has it. */
import { randomUUID } from 'node:crypto';
import type { BookedAppointment, WaitlistRequest } from '../../src/domain/ports.ts';
import type { Slot } from '../../src/domain/slots.ts';

/** Who waits, and the time that was found for them. */
export interface MemoryWaiter extends WaitlistRequest {
  readonly id: string;
  readonly match: Pick<Slot, 'providerId' | 'startsAt' | 'endsAt'> | null;
}

export interface MemoryWaitlist {
  join(request: WaitlistRequest): string;
  match(clinicId: string, freed: BookedAppointment, bookableFrom: number): void;
  /** A clinic's entries, in the order in which they were made. */
  of(clinicId: string): readonly MemoryWaiter[];
}

export function memoryWaitlist(): MemoryWaitlist {
  const entries = new Map<string, MemoryWaiter>();
  const waiting = (clinicId: string): MemoryWaiter[] =>
    [...entries.values()].filter((entry) => entry.clinicId === clinicId && entry.match === null);
  return {
    join(request) {
      const known = waiting(request.clinicId).find((entry) => isSameWish(entry, request));
      const id = known?.id ?? randomUUID();
      entries.set(id, { ...request, id, match: null });
      return id;
    },
    match(clinicId, freed, bookableFrom) {
      const { providerId, startsAt, endsAt } = freed;
      const first = waiting(clinicId).find((entry) => startsAt >= bookableFrom && suits(entry, freed));
      if (first) entries.set(first.id, { ...first, match: { providerId, startsAt, endsAt } });
    },
    of: (clinicId) => [...entries.values()].filter((entry) => entry.clinicId === clinicId),
  };
}

function isSameWish(a: WaitlistRequest, b: WaitlistRequest): boolean {
  return a.customerPhone === b.customerPhone && a.serviceId === b.serviceId && a.providerId === b.providerId;
}

function suits(entry: WaitlistRequest, freed: BookedAppointment): boolean {
  return (
    entry.serviceId === freed.serviceId &&
    (entry.providerId ?? freed.providerId) === freed.providerId &&
    entry.customerPhone !== freed.customerPhone &&
    entry.from <= freed.startsAt &&
    (entry.until === null || freed.startsAt < entry.until)
  );
}
