/**
 * The book of appointments and holds in memory: what tests and simulations of calls use in place of Postgres. Passes
 * the same contract suite. Each method does its work within one tick, so that racers are in a row by nature.
 */
import { randomUUID } from 'node:crypto';
import type {
  Appointment,
  BookingRequest,
  BookingResult,
  BookingStore,
  CustomerDetails,
  HoldRequest,
} from '../../src/domain/ports.ts';
import { type Busy, type Interval, overlaps, placed } from '../../src/domain/slots.ts';

/** An active appointment as it was asked for, and what it takes. */
export interface BookedAppointment extends Appointment {
  readonly request: BookingRequest;
  readonly takes: readonly Busy[];
}

export interface MemoryBookingStore extends BookingStore {
  /** Active appointments of a clinic, in the order in which they were made. */
  appointments(clinicId: string): readonly BookedAppointment[];
  customers(clinicId: string): readonly (CustomerDetails & { readonly id: string })[];
  cancel(clinicId: string, appointmentId: string): void;
}

export function memoryBookingStore(): MemoryBookingStore {
  const holds = new Map<string, HoldRequest & { readonly takes: readonly Busy[] }>();
  const appointments = new Map<string, BookedAppointment>();
  const customers = new Map<string, CustomerDetails & { readonly id: string }>();

  /** What is taken at a clinic, but for holds that lapsed or are the conversation's own. */
  function taken({ clinicId, conversationId, now }: Pick<HoldRequest, 'clinicId' | 'conversationId' | 'now'>): Busy[] {
    const mine = holdName(clinicId, conversationId);
    const held = [...holds].filter(
      ([name, hold]) => name !== mine && hold.clinicId === clinicId && hold.expiresAt > now,
    );
    const booked = [...appointments.values()].filter(({ request }) => request.clinicId === clinicId);
    return [...held.map(([, hold]) => hold), ...booked].flatMap(({ takes }) => takes);
  }

  function place(request: HoldRequest | BookingRequest): readonly Busy[] | undefined {
    const busy = taken(request);
    return placed(request.blocks, (resourceId: string, during: Interval) =>
      busy.some((other) => other.resourceId === resourceId && overlaps(other, during)),
    );
  }

  function upsertCustomer({ clinicId, customer }: BookingRequest): string {
    const name = `${clinicId} ${customer.phone}`;
    const before = customers.get(name);
    const id = before?.id ?? randomUUID();
    customers.set(name, {
      id,
      phone: customer.phone,
      name: customer.name || (before?.name ?? ''),
      email: customer.email || (before?.email ?? null),
    });
    return id;
  }

  function book(request: BookingRequest): BookingResult {
    for (const appointment of appointments.values()) {
      const { clinicId, key } = appointment.request;
      if (clinicId === request.clinicId && key === request.key) {
        return { kind: 'booked', appointment: answerOf(appointment), replayed: true };
      }
    }
    const takes = place(request);
    if (!takes) return { kind: 'taken' };
    holds.delete(holdName(request.clinicId, request.conversationId));
    const { serviceId, providerId, startsAt, endsAt } = request.slot;
    const customerId = upsertCustomer(request);
    const appointment = { id: randomUUID(), customerId, serviceId, providerId, startsAt, endsAt };
    appointments.set(appointment.id, { ...appointment, request, takes });
    return { kind: 'booked', appointment, replayed: false };
  }

  return {
    async busy({ resourceIds, clinicId, ...query }) {
      return taken({ clinicId, ...query })
        .filter((busy) => resourceIds.includes(busy.resourceId) && overlaps(busy, query))
        .sort((a, b) => a.startsAt - b.startsAt || (a.resourceId < b.resourceId ? -1 : 1));
    },
    async hold(request) {
      const takes = place(request);
      if (!takes) return 'taken';
      holds.set(holdName(request.clinicId, request.conversationId), { ...request, takes });
      return 'held';
    },
    async release(clinicId, conversationId) {
      holds.delete(holdName(clinicId, conversationId));
    },
    book: async (request) => book(request),
    appointments: (clinicId) => [...appointments.values()].filter(({ request }) => request.clinicId === clinicId),
    customers: (clinicId) =>
      [...customers].filter(([name]) => name.startsWith(clinicId)).map(([, customer]) => customer),
    cancel(clinicId, appointmentId) {
      if (appointments.get(appointmentId)?.request.clinicId === clinicId) appointments.delete(appointmentId);
    },
  };
}

function holdName(clinicId: string, conversationId: string): string {
  return `${clinicId} ${conversationId}`;
}

function answerOf({ id, customerId, serviceId, providerId, startsAt, endsAt }: BookedAppointment): Appointment {
  return { id, customerId, serviceId, providerId, startsAt, endsAt };
}
