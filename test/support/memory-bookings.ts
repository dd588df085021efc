/**
 * The book of appointments and holds in memory: what tests and simulations of calls use in place of Postgres. Passes
 * the same contract suite. Each method does its work within one tick, so that racers are in a row by nature.
 */
import { randomUUID } from 'node:crypto';
import type { Fenced } from '../../src/domain/call-keeping.ts';
import type {
  Appointment,
  BookedAppointment,
  BookingRequest,
  BookingResult,
  BookingStore,
  BusyQuery,
  CancelRequest,
  CancelResult,
  CorrectRequest,
  CorrectResult,
  CustomerDetails,
  HoldRequest,
  RescheduleRequest,
  RescheduleResult,
  WaitlistRequest,
} from '../../src/domain/ports.ts';
import { type Busy, type Interval, leavesFree, overlaps, placed, sameSlot, slotOf } from '../../src/domain/slots.ts';
import type { MemoryCallRegister } from './memory-call-register.ts';
import { type MemoryWaitlist, memoryWaitlist } from './memory-waitlist.ts';

/** An appointment as it was asked for, and what it takes: nothing once it is cancelled. */
export interface MemoryAppointment extends BookedAppointment {
  readonly request: BookingRequest;
  readonly takes: readonly Busy[];
}

export interface MemoryBookingStore extends BookingStore {
  /** Active appointments of a clinic, in the order in which they were made. */
  appointments(clinicId: string): readonly MemoryAppointment[];
  customers(clinicId: string): readonly (CustomerDetails & { readonly id: string })[];
  waitlist(clinicId: string): ReturnType<MemoryWaitlist['of']>;
}

/** `owners` knows whose the calls are that changes are fenced by; without it, nobody is stale. */
export function memoryBookingStore(owners?: MemoryCallRegister): MemoryBookingStore {
  const holds = new Map<string, HoldRequest & { readonly takes: readonly Busy[] }>();
  const appointments = new Map<string, MemoryAppointment>();
  const customers = new Map<string, CustomerDetails & { readonly id: string }>();
  const waitlist = memoryWaitlist();

  /** Changes the book for a call's owner. */
  const asOwner =
    <Request extends Fenced, Result>(change: (request: Request) => Result) =>
    async (request: Request): Promise<Result> => {
      owners?.check(request.fence);
      return change(request);
    };
  const ofClinic = (clinicId: string): MemoryAppointment[] =>
    [...appointments.values()].filter(({ request }) => request.clinicId === clinicId);
  const find = (clinicId: string, id: string): MemoryAppointment | undefined =>
    ofClinic(clinicId).find((appointment) => appointment.id === id);

  /** What is taken at a clinic, but for holds that lapsed or are the conversation's own, and what is to be moved. */
  function taken({ clinicId, conversationId, movingId, now }: Omit<BusyQuery, 'resourceIds' | keyof Interval>): Busy[] {
    const mine = holdName(clinicId, conversationId);
    const held = [...holds].filter(
      ([name, hold]) => name !== mine && hold.clinicId === clinicId && hold.expiresAt > now,
    );
    const booked = ofClinic(clinicId).filter(({ id }) => id !== movingId);
    return [...held.map(([, hold]) => hold), ...booked].flatMap(({ takes }) => takes);
  }

  function place(request: HoldRequest | BookingRequest | RescheduleRequest, movingId: string | null) {
    const busy = taken({ ...request, movingId });
    return placed(request.blocks, (resourceId, during) =>
      busy.some((other) => other.resourceId === resourceId && overlaps(other, during)),
    );
  }

  function upsertCustomer(clinicId: string, customer: CustomerDetails): string {
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

  function hold(request: HoldRequest): 'held' | 'taken' {
    const takes = place(request, request.movingId ?? null);
    if (!takes) return 'taken';
    const had = find(request.clinicId, request.movingId ?? '')?.takes ?? [];
    const name = holdName(request.clinicId, request.conversationId);
    holds.set(name, { ...request, takes: takes.flatMap((block) => without(block, had)) });
    return 'held';
  }

  function book(request: BookingRequest): BookingResult {
    const { clinicId, conversationId, slot, customer } = request;
    const known = ofClinic(clinicId).find(
      ({ request: { key }, status }) => status === 'confirmed' && key === request.key,
    );
    if (known) return { kind: 'booked', appointment: answerOf(known), replayed: true };
    const takes = place(request, null);
    if (!takes) return { kind: 'taken' };
    holds.delete(holdName(clinicId, conversationId));
    const whose = {
      customerId: upsertCustomer(clinicId, customer),
      customerName: customer.name,
      customerPhone: customer.phone,
    };
    const made = { ...slotOf(slot), ...whose, id: randomUUID(), status: 'confirmed', version: 1 } as const;
    appointments.set(made.id, { ...made, request, takes });
    return { kind: 'booked', appointment: answerOf(made), replayed: false };
  }

  function correct({ clinicId, appointmentId, customer: said, notes }: CorrectRequest): CorrectResult {
    const before = find(clinicId, appointmentId);
    if (before?.status !== 'confirmed') return { kind: 'not_active' };
    const known = customers.get(`${clinicId} ${before.customerPhone}`);
    const phone = said.phone ?? before.customerPhone;
    const name = said.name || before.customerName;
    const email = said.email || (known?.email ?? null);
    const isKnown = phone === before.customerPhone && name === before.customerName && email === (known?.email ?? null);
    if (isKnown && (notes ?? before.request.notes) === before.request.notes)
      return { kind: 'unchanged', appointment: recordOf(before) };
    const whose = {
      customerId: upsertCustomer(clinicId, { name, phone, email }),
      customerName: name,
      customerPhone: phone,
    };
    const request = { ...before.request, notes: notes ?? before.request.notes };
    const corrected = { ...before, ...whose, request, version: before.version + 1 };
    appointments.set(before.id, corrected);
    return { kind: 'corrected', appointment: recordOf(corrected) };
  }

  function reschedule(request: RescheduleRequest): RescheduleResult {
    const { clinicId, conversationId, key, slot, blocks } = request;
    const before = find(clinicId, request.appointmentId);
    if (before?.status !== 'confirmed') return { kind: 'not_active' };
    if (sameSlot(before, slot)) return { kind: 'rescheduled', appointment: recordOf(before) };
    const takes = place(request, before.id);
    if (!takes) return { kind: 'taken' };
    holds.delete(holdName(clinicId, conversationId));
    const moved = { ...before, ...slotOf(slot), version: before.version + 1 };
    appointments.set(before.id, { ...moved, takes, request: { ...before.request, key } });
    if (leavesFree(before, blocks)) waitlist.match(clinicId, before, request.bookableFrom);
    return { kind: 'rescheduled', appointment: recordOf(moved) };
  }

  function cancel({ clinicId, appointmentId, bookableFrom }: CancelRequest): CancelResult {
    const before = find(clinicId, appointmentId);
    if (before?.status === 'cancelled') return { kind: 'cancelled', appointment: recordOf(before) };
    if (before?.status !== 'confirmed') return { kind: 'not_active' };
    const cancelled = { ...before, status: 'cancelled', version: before.version + 1, takes: [] } as const;
    appointments.set(before.id, cancelled);
    waitlist.match(clinicId, before, bookableFrom);
    return { kind: 'cancelled', appointment: recordOf(cancelled) };
  }

  return {
    async busy({ resourceIds, ...query }) {
      return taken(query)
        .filter((busy) => resourceIds.includes(busy.resourceId) && overlaps(busy, query))
        .sort((a, b) => a.startsAt - b.startsAt || (a.resourceId < b.resourceId ? -1 : 1));
    },
    hold: asOwner(hold),
    async release(clinicId, conversationId, fence) {
      owners?.check(fence);
      holds.delete(holdName(clinicId, conversationId));
    },
    book: asOwner(book),
    correct: asOwner(correct),
    async appointment(clinicId, id) {
      const found = find(clinicId, id);
      return found && recordOf(found);
    },
    appointmentsOf: async (clinicId, phone, after) =>
      ofClinic(clinicId)
        .filter(
          ({ status, customerPhone, startsAt }) =>
            status === 'confirmed' && customerPhone === phone && startsAt > after,
        )
        .sort((a, b) => a.startsAt - b.startsAt || (a.id < b.id ? -1 : 1))
        .map(recordOf),
    reschedule: asOwner(reschedule),
    cancel: asOwner(cancel),
    joinWaitlist: asOwner((request: WaitlistRequest) => waitlist.join(request)),
    appointments: (clinicId) => ofClinic(clinicId).filter(({ status }) => status === 'confirmed'),
    knowsCustomer: async (clinicId, phone) => customers.has(`${clinicId} ${phone}`),
    customers: (clinicId) =>
      [...customers].filter(([name]) => name.startsWith(clinicId)).map(([, customer]) => customer),
    waitlist: (clinicId) => waitlist.of(clinicId),
  };
}

function holdName(clinicId: string, conversationId: string): string {
  return `${clinicId} ${conversationId}`;
}

/** The parts of a stretch of time that a resource is not taken in by these. */
function without(block: Busy, taken: readonly Busy[]): readonly Busy[] {
  return taken
    .filter(({ resourceId }) => resourceId === block.resourceId)
    .reduce<readonly Busy[]>(
      (parts, { startsAt, endsAt }) =>
        parts.flatMap((part) =>
          [
            { ...part, endsAt: Math.min(part.endsAt, startsAt) },
            { ...part, startsAt: Math.max(part.startsAt, endsAt) },
          ].filter((piece) => piece.startsAt < piece.endsAt),
        ),
      [block],
    );
}

function answerOf(appointment: BookedAppointment): Appointment {
  return { ...slotOf(appointment), id: appointment.id, customerId: appointment.customerId };
}

function recordOf(appointment: BookedAppointment): BookedAppointment {
  const { status, customerName, customerPhone, version } = appointment;
  return { ...answerOf(appointment), status, customerName, customerPhone, version };
}
