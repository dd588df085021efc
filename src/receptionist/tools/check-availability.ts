import { z } from 'zod';
import { type Clinic, providersOf, type Service } from '../../domain/clinic.ts';
import { wallClock } from '../../domain/clinic-time.ts';
import { chosenOffer, type DealingsChange, deal } from '../../domain/dealings.ts';
import { holdOf } from '../../domain/holds.ts';
import type { Offer } from '../../domain/offers.ts';
import { inRange, type Wish } from '../../domain/search.ts';
import type { Slot } from '../../domain/slots.ts';
import { spokenDay } from '../../domain/spoken.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import { appointmentToChange } from './theirs.ts';
import { findTimes, offersToTell, type Times } from './times.ts';
import { answered, defineTool, optionalText, type ToolContext } from './tool.ts';
import { resolveWish, type WishArguments } from './wish.ts';
import { misreading, type WhenArguments } from './wished-when.ts';

/** How often a search starts again when the wished time is snatched between reading and holding. */
const SNATCHED_TRIES = 3;

const schema = z.object({
  service: z.string().trim().min(1).max(120).describe('The service, in the caller’s words.'),
  date: optionalText(40, 'First day wanted, YYYY-MM-DD, clinic time. Leave out when `when` says it.'),
  date_to: optionalText(40, 'Last day wanted, YYYY-MM-DD, for a range of days.'),
  when: optionalText(200, 'The caller’s own words for the day and time, unchanged: "tomorrow at 2 PM", "next week".'),
  time: optionalText(40, 'HH:MM (24 hours), or morning, afternoon or evening.'),
  provider: optionalText(120, 'Only when the caller asked for somebody by name.'),
  appointment_id: optionalText(60, 'The appointment that is to be moved, where the caller wants another time for one.'),
});

export const checkAvailability = defineTool({
  name: 'check_availability',
  description:
    'Finds free times for a service. Call it when the caller first names a day or time, or asks for other times. ' +
    'Never call it again once the caller has agreed to a time: book that one.',
  schema,
  async run({ appointment_id: movingId, ...args }, context) {
    if (movingId === undefined) return check(args, null, context);
    const moving = await appointmentToChange(movingId, context);
    if ('failure' in moving) return moving.failure;
    const { id, serviceId, providerId } = moving.ok;
    // It stays the same treatment, with the same person unless the caller asks for another.
    return check({ ...args, service: serviceId, provider: args.provider ?? providerId }, id, context);
  },
});

async function check(args: WishArguments, moving: string | null, before: ToolContext): Promise<ToolOutcome> {
  const change: DealingsChange = { type: 'moving', appointmentId: moving };
  const context = { ...before, dealings: deal(before.dealings, change) };
  const wish = resolveWish(args, context.clinic, context.now(), context.dealings.sought);
  if ('failure' in wish) return wish.failure;
  const chosen = chosenOffer(context.dealings);
  if (chosen && staysChosen(args, wish.ok, chosen, context) && (await holdAgain(chosen, wish.ok, context))) {
    return alreadyChosen(chosen, context);
  }
  const times = await findAndHold(wish.ok, context);
  const told = tellTimes(times, wish.ok, misreading(args, wish.ok, context.clinic, context.now()), context);
  return { ...told, changes: [change, { type: 'sought', days: wish.ok.days }, ...told.changes] };
}

/**
 * Whether a check after the choice asks for nothing else. A day or time that is not in the caller's words is the model's
 * own; once the caller names another, the choice is gone (`hear`) or `when` says so.
 */
function staysChosen({ when }: WhenArguments, wish: Wish, chosen: Offer, context: ToolContext): boolean {
  const sameVisit =
    wish.service.id === chosen.serviceId && (wish.provider === null || wish.provider.id === chosen.providerId);
  return sameVisit && (when === undefined || covers(wish, chosen, context));
}

/** The choice is kept for the caller anew, unless it has passed or somebody else was given it meanwhile. */
async function holdAgain(chosen: Offer, { service }: Wish, context: ToolContext): Promise<boolean> {
  return chosen.startsAt > context.now() && (await hold(chosen, service, context)) === 'held';
}

/** Searches, and holds the exact time where there is one; whoever is quicker by a moment makes us search again. */
async function findAndHold(wish: Wish, context: ToolContext): Promise<Times> {
  for (let tries = 0; tries < SNATCHED_TRIES; tries++) {
    const times = await findTimes(wish, context);
    if (!times.exact || (await hold(times.exact, wish.service, context)) === 'held') return times;
  }
  // Snatched again and again: that time is not worth another try, whoever could give it.
  const lost = await findTimes(wish, context);
  return lost.exact ? findTimes(wish, context, [lost.exact]) : lost;
}

function hold(slot: Slot, service: Service, context: ToolContext): Promise<'held' | 'taken'> {
  const { clinic, conversationId, bookings, dealings } = context;
  return bookings.hold(
    holdOf(slot, service, clinic, { conversationId, movingId: dealings.moving, now: context.now() }),
  );
}

/** What a model hears that checks again after the caller chose: the choice, so that no loop can start. */
function alreadyChosen(chosen: Offer, context: ToolContext): ToolOutcome {
  return answered({
    slots: offersToTell([chosen], context.clinic, context.now()),
    exact_match: true,
    fully_booked: false,
    next_available: [],
    guidance:
      `The caller has already chosen this time. Do not check again. Ask for what is missing and call ` +
      `${bookingCall(context)} with slot_id ${chosen.slotId}. Only where the caller has just asked for another time, call ` +
      'again with their own words in `when`.',
  });
}

function tellTimes(times: Times, wish: Wish, misread: string | null, context: ToolContext): ToolOutcome {
  const { clinic } = context;
  const now = context.now();
  const change: DealingsChange = {
    type: 'offered',
    slots: times.slots.length > 0 ? times.slots : times.next,
    exact: times.exact,
  };
  const { latest } = deal(context.dealings, change).offers;
  const told = offersToTell(latest, clinic, now);
  const found = times.slots.length > 0;
  return answered(
    {
      slots: found ? told : [],
      exact_match: times.exact !== null,
      fully_booked: times.fullyBooked,
      next_available: found ? [] : told,
      guidance: [...(misread === null ? [] : [misread]), guidance(times, wish, latest, context)].join(' '),
    },
    [change],
  );
}

function guidance(times: Times, wish: Wish, offers: readonly Offer[], context: ToolContext): string {
  const { clinic } = context;
  const today = wallClock(context.now(), clinic.timeZone).date;
  const single = wish.days.from === wish.days.to;
  const days = single ? spokenDay(wish.days.from, today) : 'on those days';
  if (times.exact) {
    const exact = offers.find((offer) => offer.startsAt === times.exact?.startsAt);
    return `The wished time is free and kept for the caller. Confirm it, ask for what is missing, then call ${bookingCall(context)} with slot_id ${exact?.slotId}.`;
  }
  if (times.slots.length > 0)
    return `${missed(times, wish, clinic)}Offer at most three of these times and let the caller choose.`;
  const who = wish.provider ? ` with ${wish.provider.name}` : '';
  if (times.next.length === 0) {
    return `Nothing is free${who} in the whole booking window. Say so, and offer to take a message for staff.`;
  }
  const reason = times.fullyBooked
    ? `Say that we are fully booked${who} ${single ? days : 'then'}.`
    : `Say that there are no appointments${who} ${single ? days : 'then'}: ${closedReason(wish, context)}.`;
  const others = wish.provider && providersOf(clinic, wish.service).length > 1 ? ' or to look with somebody else' : '';
  return `${reason} Then offer the times in next_available${others}. Never promise the wished time.`;
}

/** What of the wish the offered times do not keep. */
function missed({ slots }: Times, { at, part }: Wish, { timeZone }: Clinic): string {
  if (at !== null) return 'The wished time is not free: say so. ';
  if (part === null || slots.some((slot) => inRange(wallClock(slot.startsAt, timeZone).minute, part))) return '';
  return 'Nothing is free at the wished time of day: say so. ';
}

/** What makes a chosen time the caller's. */
function bookingCall({ dealings: { moving } }: ToolContext): string {
  return moving === null ? 'book_appointment' : `reschedule_appointment for appointment_id ${moving}`;
}

function closedReason(wish: Wish, context: ToolContext): string {
  const single = wish.days.from === wish.days.to;
  const special = context.clinic.specialDays.find(
    (day) => single && day.date === wish.days.from && day.hours.length === 0,
  );
  if (special) return special.reason;
  return `${wish.provider ? wish.provider.name : 'the clinic'} has no more working hours then`;
}

function covers(wish: Wish, chosen: Offer, { clinic }: ToolContext): boolean {
  const { date, weekday, minute } = wallClock(chosen.startsAt, clinic.timeZone);
  return (
    wish.service.id === chosen.serviceId &&
    (wish.provider === null || wish.provider.id === chosen.providerId) &&
    date >= wish.days.from &&
    date <= wish.days.to &&
    (wish.at === null || wish.at === minute) &&
    (wish.part === null || inRange(minute, wish.part)) &&
    (wish.weekdays === null || wish.weekdays.includes(weekday))
  );
}
