/** How times are found and told, shared by the tools that offer them. */
import { bookableDays, type DayRange, freeDays, within } from '../../domain/availability.ts';
import {
  type Clinic,
  type Instant,
  type Provider,
  providerById,
  providersOf,
  resourcesFor,
  type Service,
} from '../../domain/clinic.ts';
import { addDays, instantOrSkip, isoWithOffset, MINUTE_MS } from '../../domain/clinic-time.ts';
import type { Offer } from '../../domain/offers.ts';
import { type Findings, search, soonest, type Wish } from '../../domain/search.ts';
import type { Interval, Slot } from '../../domain/slots.ts';
import { spokenMoment } from '../../domain/spoken.ts';
import type { ToolContext } from './tool.ts';

/** How far to look at once when the wished days are full: two weeks of one clinic are one cheap query. */
const LOOK_AHEAD_DAYS = 14;
const NEXT_AVAILABLE = 3;

export interface Times extends Findings {
  /** Where the wished days have nothing: the soonest times after them. */
  readonly next: readonly Slot[];
}

/**
 * What is free for a wish, and where there is nothing, what is free next: one query, and one more for each two weeks that
 * have to be looked at. `lost`: times that somebody else was quicker to take, whatever the book said.
 */
export async function findTimes(wish: Wish, context: ToolContext, lost: readonly Interval[] = []): Promise<Times> {
  const { clinic } = context;
  const now = context.now();
  const providers = wish.provider ? [wish.provider] : providersOf(clinic, wish.service);
  const booked = await busyOn(wish.days, wish.service, providers, context);
  const busy = new Map([...booked, ...providers.map(({ id }) => [id, [...(booked.get(id) ?? []), ...lost]] as const)]);
  const findings = search(wish, clinic, providers, busy, now);
  const next = findings.slots.length > 0 ? [] : await nextTimes(wish, providers, context);
  return { ...findings, next };
}

/** The soonest times after the wished days; where there are none up to the horizon, those before them. */
async function nextTimes(wish: Wish, providers: readonly Provider[], context: ToolContext): Promise<Slot[]> {
  const bookable = bookableDays(context.clinic, context.now());
  const after = within({ from: addDays(wish.days.to, 1), to: bookable.to }, bookable);
  const before = within({ from: bookable.from, to: addDays(wish.days.from, -1) }, bookable);
  const later = after ? await soonestIn(after, wish, providers, context) : [];
  if (later.length > 0 || !before) return later;
  return soonestIn(before, wish, providers, context);
}

async function soonestIn(
  range: DayRange,
  { service, weekdays }: Wish,
  providers: readonly Provider[],
  context: ToolContext,
): Promise<Slot[]> {
  const { clinic } = context;
  const now = context.now();
  for (let from = range.from; from <= range.to; from = addDays(from, LOOK_AHEAD_DAYS)) {
    const days = within({ from, to: addDays(from, LOOK_AHEAD_DAYS - 1) }, range);
    if (!days) break;
    const busy = await busyOn(days, service, providers, context);
    const free = freeDays({ clinic, service, providers, days, busy, now });
    const found = soonest(free, weekdays, clinic, NEXT_AVAILABLE);
    if (found.length > 0) return found;
  }
  return [];
}

/** What is taken on these days, and so near to them that a buffer could reach it. */
async function busyOn(
  wished: DayRange,
  service: Service,
  providers: readonly Provider[],
  context: ToolContext,
): Promise<ReadonlyMap<string, readonly Interval[]>> {
  const { clinic } = context;
  const now = context.now();
  const days = within(wished, bookableDays(clinic, now));
  if (!days) return new Map();
  const taken = await context.bookings.busy({
    clinicId: clinic.id,
    conversationId: context.conversationId,
    movingId: context.dealings.moving,
    resourceIds: [...providers, ...resourcesFor(clinic, service)].map(({ id }) => id),
    startsAt: instantOrSkip(days.from, 0, clinic.timeZone) - service.bufferBeforeMinutes * MINUTE_MS,
    endsAt: instantOrSkip(addDays(days.to, 1), 0, clinic.timeZone) + service.bufferAfterMinutes * MINUTE_MS,
    now,
  });
  const busy = new Map<string, Interval[]>();
  for (const each of taken) {
    const known = busy.get(each.resourceId);
    if (known) known.push(each);
    else busy.set(each.resourceId, [each]);
  }
  return busy;
}

/** An offer as a model reads it out and names it. */
export interface ToldOffer {
  readonly slot_id: string;
  readonly number: number;
  /** ISO 8601 with the clinic's offset. */
  readonly starts_at: string;
  readonly spoken: string;
  readonly provider: string;
}

export function offersToTell(offers: readonly Offer[], clinic: Clinic, now: Instant): ToldOffer[] {
  return offers.map((offer) => ({
    slot_id: offer.slotId,
    number: offer.number,
    starts_at: isoWithOffset(offer.startsAt, clinic.timeZone),
    spoken: spokenMoment(offer.startsAt, now, clinic),
    provider: providerById(clinic, offer.providerId)?.name ?? '',
  }));
}
