import type { Clinic, Instant, Service } from './clinic.ts';
import { MINUTE_MS } from './clinic-time.ts';

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

/** A stretch of time that needs one of these resources (providers, rooms, devices): the first that is free in it. */
export interface Block extends Interval {
  readonly anyOf: readonly string[];
}

/** A stretch of time in which a resource is taken. */
export interface Busy extends Interval {
  readonly resourceId: string;
}

export function overlaps(a: Interval, b: Interval): boolean {
  return a.startsAt < b.endsAt && b.startsAt < a.endsAt;
}

/**
 * What a slot takes: its provider, and one of each kind of room or device that the service needs, for the appointment
 * with the service's buffers around it. Of a kind that the clinic has none of, nothing is ever free.
 */
export function blocksOf(slot: Slot, service: Service, clinic: Pick<Clinic, 'resources'>): readonly Block[] {
  return blocksFor(service, clinic)(slot);
}

/** As `blocksOf`, for many slots of a service. */
export function blocksFor(
  service: Service,
  { resources }: Pick<Clinic, 'resources'>,
): (slot: Slot) => readonly Block[] {
  const needed = service.needs.map((wanted) => resources.filter(({ kind }) => kind === wanted).map(({ id }) => id));
  return (slot) => {
    const startsAt = slot.startsAt - service.bufferBeforeMinutes * MINUTE_MS;
    const endsAt = slot.endsAt + service.bufferAfterMinutes * MINUTE_MS;
    return [[slot.providerId], ...needed].map((anyOf) => ({ anyOf, startsAt, endsAt }));
  };
}

/** What takes up each block; undefined where one of them finds none of its resources free. */
export function placed(
  blocks: readonly Block[],
  isTaken: (resourceId: string, during: Interval) => boolean,
): readonly Busy[] | undefined {
  const found: Busy[] = [];
  for (const block of blocks) {
    const resourceId = block.anyOf.find((id) => !isTaken(id, block));
    if (resourceId === undefined) return undefined;
    found.push({ resourceId, startsAt: block.startsAt, endsAt: block.endsAt });
  }
  return found;
}

/** Every resource that may be taken for these blocks. */
export function resourcesOf(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap(({ anyOf }) => anyOf);
}

/** The slot alone, of an offer or whatever else holds one. */
export function slotOf({ serviceId, providerId, startsAt, endsAt }: Slot): Slot {
  return { serviceId, providerId, startsAt, endsAt };
}

export function sameSlot(a: Slot, b: Slot): boolean {
  return a.startsAt === b.startsAt && a.providerId === b.providerId && a.serviceId === b.serviceId;
}

/** Whether a slot that is given up stays free, where these blocks are taken instead. */
export function leavesFree(slot: Slot, blocks: readonly Block[]): boolean {
  return !blocks.some((block) => block.anyOf.includes(slot.providerId) && overlaps(block, slot));
}
