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
  Busy,
  CustomerDetails,
  HoldRequest,
} from '../../src/domain/ports.ts';
import { type Interval, overlaps } from '../../src/domain/slots.ts';

/** An active appointment as it was asked for. */
export interface BookedAppointment extends Appointment {
  readonly request: BookingRequest;
}

export interface MemoryBookingStore extends BookingStore {
  /** Active appointments of a clinic, in the order in which they were made. */
  appointments(clinicId: string): readonly BookedAppointment[];
  customers(clinicId: string): readonly (CustomerDetails & { readonly id: string })[];
  cancel(clinicId: string, appointmentId: string): void;
}

export function memoryBookingStore(): MemoryBookingStore {
  const holds = new Map<string, HoldRequest>();
  const appointments = new Map<string, BookedAppointment>();
  const customers = new Map<string, CustomerDetails & { readonly id: string }>();

  function isTaken(request: HoldRequest | BookingRequest): boolean {
    const { clinicId, conversationId, slot, now } = request;
    const mine = holdName(clinicId, conversationId);
    for (const [name, hold] of holds) if (name !== mine && hold.expiresAt > now && clashes(hold, request)) return true;
    return [...appointments.values()].some((other) => clashes(other.request, { slot, blocks: request.blocks }));
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
    if (isTaken(request)) return { kind: 'taken' };
    holds.delete(holdName(request.clinicId, request.conversationId));
    const { serviceId, providerId, startsAt, endsAt } = request.slot;
    const customerId = upsertCustomer(request);
    const appointment = { id: randomUUID(), customerId, serviceId, providerId, startsAt, endsAt };
    appointments.set(appointment.id, { ...appointment, request });
    return { kind: 'booked', appointment, replayed: false };
  }

  return {
    async busy({ clinicId, providerIds, conversationId, now, ...span }) {
      const others = [...holds.values()].filter(
        (hold) => hold.expiresAt > now && hold.conversationId !== conversationId,
      );
      const booked = [...appointments.values()].map(({ request }) => request);
      return [...others, ...booked]
        .filter((taken) => taken.clinicId === clinicId && providerIds.includes(taken.slot.providerId))
        .map(
          ({ slot, blocks }): Busy => ({
            providerId: slot.providerId,
            startsAt: blocks.startsAt,
            endsAt: blocks.endsAt,
          }),
        )
        .filter((busy) => overlaps(busy, span))
        .sort((a, b) => a.startsAt - b.startsAt || (a.providerId < b.providerId ? -1 : 1));
    },
    async hold(request) {
      if (isTaken(request)) return 'taken';
      holds.set(holdName(request.clinicId, request.conversationId), request);
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

type Taken = { readonly slot: { readonly providerId: string }; readonly blocks: Interval };

function clashes(a: Taken, b: Taken): boolean {
  return a.slot.providerId === b.slot.providerId && overlaps(a.blocks, b.blocks);
}

function holdName(clinicId: string, conversationId: string): string {
  return `${clinicId} ${conversationId}`;
}

function answerOf({ id, customerId, serviceId, providerId, startsAt, endsAt }: BookedAppointment): Appointment {
  return { id, customerId, serviceId, providerId, startsAt, endsAt };
}
