/** Requests to a book of appointments, made in one word. Times count from one fixed morning. */
import { randomUUID } from 'node:crypto';
import type { Clinic } from '../../src/domain/clinic.ts';
import type {
  BookingRequest,
  BusyQuery,
  CancelRequest,
  CorrectRequest,
  HoldRequest,
  RescheduleRequest,
  WaitlistRequest,
} from '../../src/domain/ports.ts';
import { radiance } from '../support/memory-clinics.ts';

export { lumen, radiance } from '../support/memory-clinics.ts';

export const MINUTE_MS = 60_000;
/** 2026-03-02, 9 o'clock in New York. */
export const MORNING = Date.UTC(2026, 2, 2, 14);
/** The evening before: when everything is asked. */
export const NOW = MORNING - 14 * 60 * MINUTE_MS;
export const HOLD_MS = 2 * MINUTE_MS;

export interface Wish {
  readonly clinic?: Clinic;
  /** Index among the clinic's providers. */
  readonly provider?: number;
  /** Minutes from the morning to the start. */
  readonly at?: number;
  readonly minutes?: number;
  /** Minutes blocked on each side. */
  readonly buffer?: number;
  readonly conversationId?: string;
  readonly now?: number;
  /** What is needed besides the provider: one of each of these. */
  readonly devices?: readonly (readonly string[])[];
}

export interface BookingWish extends Wish {
  readonly key?: string;
  readonly phone?: string;
  readonly name?: string;
  readonly email?: string | null;
}

function asked(wish: Wish) {
  const { clinic = radiance, provider = 0, at = 0, minutes = 30, buffer = 0 } = wish;
  const startsAt = MORNING + at * MINUTE_MS;
  const endsAt = startsAt + minutes * MINUTE_MS;
  const given = clinic.providers[provider];
  const serviceId = given?.serviceIds[0];
  if (given === undefined || serviceId === undefined) throw new Error('the seeded clinic has no such provider');
  return {
    clinicId: clinic.id,
    conversationId: wish.conversationId ?? randomUUID(),
    slot: { serviceId, providerId: given.id, startsAt, endsAt },
    blocks: [[given.id], ...(wish.devices ?? [])].map((anyOf) => ({
      anyOf,
      startsAt: startsAt - buffer * MINUTE_MS,
      endsAt: endsAt + buffer * MINUTE_MS,
    })),
    now: wish.now ?? NOW,
  };
}

export function holdRequest(wish: Wish = {}): HoldRequest {
  const request = asked(wish);
  return { ...request, expiresAt: request.now + HOLD_MS };
}

export function bookingRequest(wish: BookingWish = {}): BookingRequest {
  const request = asked(wish);
  const { key = `${request.conversationId} ${request.slot.startsAt}`, phone = '+15550123456' } = wish;
  const customer = { name: wish.name ?? 'Ada Quinn', phone, email: wish.email ?? null };
  return { ...request, key, customer, channel: 'voice', notes: null };
}

/** Moves an appointment to the wished time. */
export function moveRequest(appointmentId: string, wish: Wish = {}): RescheduleRequest {
  const request = asked(wish);
  const key = `${request.conversationId} ${request.slot.startsAt}`;
  return { ...request, appointmentId, key, bookableFrom: request.now };
}

/** Corrects the name alone. */
export function correctRequest(appointmentId: string, changes: Partial<CorrectRequest> = {}): CorrectRequest {
  const customer = { name: 'Catherine Vale', phone: null, email: null };
  return { clinicId: radiance.id, appointmentId, customer, notes: null, ...changes };
}

export function cancelRequest(appointmentId: string, changes: Partial<CancelRequest> = {}): CancelRequest {
  return { clinicId: radiance.id, appointmentId, reason: null, bookableFrom: NOW, ...changes };
}

/** Somebody who waits for what `bookingRequest` books, with whoever is free, from now on. */
export function waitlistRequest(changes: Partial<WaitlistRequest> = {}): WaitlistRequest {
  return {
    clinicId: radiance.id,
    conversationId: randomUUID(),
    serviceId: bookingRequest().slot.serviceId,
    providerId: null,
    from: NOW,
    until: null,
    customerName: 'Bea Ray',
    customerPhone: '+15550127777',
    ...changes,
  };
}

/** All of a clinic's providers, and the devices named, over the day, asked by a stranger to every hold. */
export function busyQuery(wish: Wish = {}): BusyQuery {
  const { clinic = radiance, conversationId = randomUUID(), now = NOW, devices = [] } = wish;
  return {
    clinicId: clinic.id,
    resourceIds: [...clinic.providers.map(({ id }) => id), ...devices.flat()],
    conversationId,
    now,
    startsAt: MORNING - 60 * MINUTE_MS,
    endsAt: MORNING + 24 * 60 * MINUTE_MS,
  };
}
