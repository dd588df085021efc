import type { Instant, Service } from './clinic.ts';

/** A half-open stretch of time, `[startsAt, endsAt)`. */
export interface Interval {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** A time at which a provider could give a service; `startsAt`..`endsAt` is what the customer is told. */
export interface Slot extends Interval {
  readonly serviceId: string;
  readonly providerId: string;
}

const MINUTE_MS = 60_000;

/** How long a wished or chosen slot stays held while the caller gives name and number; a lapsed hold frees itself. */
export const HOLD_MS = 5 * MINUTE_MS;

export function overlaps(a: Interval, b: Interval): boolean {
  return a.startsAt < b.endsAt && b.startsAt < a.endsAt;
}

/** The time a slot takes out of its provider's day: the appointment with the service's buffers around it. */
export function blockedBy(slot: Interval, service: Service): Interval {
  return {
    startsAt: slot.startsAt - service.bufferBeforeMinutes * MINUTE_MS,
    endsAt: slot.endsAt + service.bufferAfterMinutes * MINUTE_MS,
  };
}

export function sameSlot(a: Slot, b: Slot): boolean {
  return a.startsAt === b.startsAt && a.providerId === b.providerId && a.serviceId === b.serviceId;
}
