/** How times are found and told, shared by the tools that offer them. */
import { bookableDays, type DayRange, freeSlots, within } from '../../domain/availability.ts';
import { type Clinic, type Instant, type Provider, providerById, providersOf } from '../../domain/clinic.ts';
import { addDays, instantOf, isoWithOffset } from '../../domain/clinic-time.ts';
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

/** What is free for a wish, and where there is nothing, what is free next. One or two queries. */
export async function findTimes(wish: Wish, context: ToolContext): Promise<Times> {
  const { clinic } = context;
  const now = context.now();
  const providers = wish.provider ? [wish.provider] : providersOf(clinic, wish.service);
  const findings = search(wish, clinic, providers, await busyOn(wish.days, providers, context), now);
  const next = findings.slots.length > 0 ? [] : await nextTimes(wish, providers, context);
  return { ...findings, next };
}

async function nextTimes(wish: Wish, providers: readonly Provider[], context: ToolContext): Promise<Slot[]> {
  const { clinic } = context;
  const now = context.now();
  const horizon = bookableDays(clinic, now);
  for (let from = addDays(wish.days.to, 1); from <= horizon.to; from = addDays(from, LOOK_AHEAD_DAYS)) {
    const days = { from, to: addDays(from, LOOK_AHEAD_DAYS - 1) };
    const busy = await busyOn(days, providers, context);
    const free = freeSlots({ clinic, service: wish.service, providers, days, busy, now });
    if (free.length > 0) return soonest(free, clinic, NEXT_AVAILABLE);
  }
  return [];
}

async function busyOn(
  wished: DayRange,
  providers: readonly Provider[],
  context: ToolContext,
): Promise<ReadonlyMap<string, readonly Interval[]>> {
  const { clinic } = context;
  const now = context.now();
  const days = within(wished, bookableDays(clinic, now));
  const busy = new Map<string, Interval[]>();
  if (!days) return busy;
  const taken = await context.bookings.busy({
    clinicId: clinic.id,
    conversationId: context.conversationId,
    providerIds: providers.map((provider) => provider.id),
    startsAt: startOfDay(days.from, clinic),
    endsAt: startOfDay(addDays(days.to, 1), clinic),
    now,
  });
  for (const { providerId, startsAt, endsAt } of taken) {
    busy.set(providerId, [...(busy.get(providerId) ?? []), { startsAt, endsAt }]);
  }
  return busy;
}

/** The first minute that the day has: where the clock skips midnight, the next half hour that it shows. */
function startOfDay(date: string, clinic: Clinic): Instant {
  for (let minute = 0; minute < 180; minute += 30) {
    const at = instantOf(date, minute, clinic.timeZone);
    if (at !== undefined) return at;
  }
  throw new Error(`no start of ${date} in ${clinic.timeZone}`);
}

/** Offers as a model reads them out and names them. */
export function offersToTell(offers: readonly Offer[], clinic: Clinic, now: Instant): Record<string, unknown>[] {
  return offers.map((offer) => ({
    slot_id: offer.slotId,
    number: offer.number,
    starts_at: isoWithOffset(offer.startsAt, clinic.timeZone),
    spoken: spokenMoment(offer.startsAt, now, clinic),
    provider: providerById(clinic, offer.providerId)?.name ?? '',
  }));
}
