import { z } from 'zod';
import { providerById, serviceById } from '../../domain/clinic.ts';
import { isoWithOffset, wallClock } from '../../domain/clinic-time.ts';
import { chosenOffer, type Dealings, type DealingsChange, deal } from '../../domain/dealings.ts';
import { emailIn } from '../../domain/emails.ts';
import { mentionIn, mentionsNothing } from '../../domain/mentions.ts';
import { type Offer, offerNamed } from '../../domain/offers.ts';
import type { Appointment, CustomerDetails } from '../../domain/ports.ts';
import type { Wish } from '../../domain/search.ts';
import { blocksOf } from '../../domain/slots.ts';
import { spokenMoment } from '../../domain/spoken.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import { phoneOf } from './phone.ts';
import { findTimes, offersToTell } from './times.ts';
import { answered, defineTool, failed, optionalText, type Resolved, type ToolContext } from './tool.ts';

const schema = z.object({
  slot_id: z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().trim().min(1).max(120))
    .describe('The slot_id of the offered time that the caller chose, its number, or the caller’s words for it.'),
  customer_name: z.string().trim().min(1).max(120).describe('First and last name as the caller gave them.'),
  customer_phone: optionalText(60, 'Leave out to use the number the caller is calling from.'),
  customer_email: optionalText(200, 'Email address, where the caller gave one.'),
  notes: optionalText(500, 'Anything staff should know for the visit.'),
});

export const bookAppointment = defineTool({
  name: 'book_appointment',
  description:
    'Books a time that check_availability offered and the caller chose. Say that it is booked only when this answers ' +
    'with success, and say it in the words of `spoken`.',
  schema,
  async run(args, context) {
    const { clinic, dealings } = context;
    const named = offerNamed(dealings.offers, args.slot_id, clinic, context.now());
    if (named.kind === 'several') return whichOne(named.offers, context);
    if (named.kind !== 'one') return notOffered(args.slot_id, context);
    const chosen = chosenOffer(dealings);
    if (chosen && contradicts(chosen, named.offer, dealings)) return whichOfBoth(chosen, named.offer, context);
    if (named.offer.startsAt <= context.now()) return freshTimes('slot_in_past', named.offer, context);
    const customer = resolveCustomer(args, context);
    if ('failure' in customer) return customer.failure;
    return book(named.offer, customer.ok, args.notes ?? null, context);
  },
});

async function book(
  offer: Offer,
  customer: CustomerDetails,
  notes: string | null,
  context: ToolContext,
): Promise<ToolOutcome> {
  const { clinic, conversationId } = context;
  const service = serviceById(clinic, offer.serviceId);
  if (!service) return failed('unknown_service', "I'm sorry, we no longer offer that.");
  const slot = {
    serviceId: offer.serviceId,
    providerId: offer.providerId,
    startsAt: offer.startsAt,
    endsAt: offer.endsAt,
  };
  const result = await context.bookings.book({
    clinicId: clinic.id,
    conversationId,
    channel: context.channel,
    key: `${conversationId}/${slot.serviceId}/${slot.providerId}/${slot.startsAt}`,
    slot,
    blocks: blocksOf(slot, service),
    customer,
    notes,
    now: context.now(),
  });
  if (result.kind === 'taken') return freshTimes('slot_taken', offer, context);
  return confirmation(result.appointment, offer, context);
}

function confirmation(appointment: Appointment, offer: Offer, context: ToolContext): ToolOutcome {
  const { clinic } = context;
  const service = serviceById(clinic, appointment.serviceId)?.name ?? '';
  const provider = providerById(clinic, appointment.providerId)?.name ?? '';
  const moment = spokenMoment(appointment.startsAt, context.now(), clinic);
  return answered(
    {
      appointment_id: appointment.id,
      starts_at: isoWithOffset(appointment.startsAt, clinic.timeZone),
      service,
      provider,
      spoken: `You're booked for ${service} ${onDay(moment)} with ${provider}.`,
    },
    [{ type: 'booked', appointmentId: appointment.id, slotId: offer.slotId }],
  );
}

/** "on Tuesday, …" but "tomorrow, …". */
function onDay(moment: string): string {
  return /^(today|tomorrow)\b/.test(moment) ? moment : `on ${moment}`;
}

function resolveCustomer(args: z.infer<typeof schema>, context: ToolContext): Resolved<CustomerDetails> {
  const phone = phoneOf(args.customer_phone, context);
  if ('failure' in phone) return phone;
  const email = args.customer_email === undefined ? null : emailIn(args.customer_email);
  if (email === undefined) {
    const sentence = "I'm sorry, I didn't get that email address. Could you spell it for me?";
    return {
      failure: failed('invalid_arguments', sentence, {
        details: 'customer_email must be an address; leave it out if the caller has none',
      }),
    };
  }
  return { ok: { name: args.customer_name, phone: phone.ok, email } };
}

function whichOne(offers: readonly Offer[], context: ToolContext): ToolOutcome {
  const told = offersToTell(offers, context.clinic, context.now());
  const sentence = `Just to be sure, which one: ${told.map((slot) => `${slot.spoken} with ${slot.provider}`).join(', or ')}?`;
  return failed('slot_not_offered', sentence, { slots: told, guidance: 'Ask which one, then book by its slot_id.' });
}

/** Another time for the same visit than the caller chose, and none that was booked before. */
function contradicts(chosen: Offer, named: Offer, { booked }: Dealings): boolean {
  return (
    chosen.slotId !== named.slotId &&
    chosen.serviceId === named.serviceId &&
    !booked.some(({ slotId }) => slotId === named.slotId)
  );
}

/** The caller chose one time and the model names another: nothing is chosen any more, and both are offered. */
function whichOfBoth(chosen: Offer, named: Offer, context: ToolContext): ToolOutcome {
  const change: DealingsChange = { type: 'offered', slots: [chosen, named], exact: null };
  const { answer } = whichOne(deal(context.dealings, change).offers.latest, context);
  return { answer, changes: [change, { type: 'failed', code: 'slot_not_offered' }] };
}

/** Something was named that nobody offered: the choice that stands, or fresh times near what the words say. */
async function notOffered(words: string, context: ToolContext): Promise<ToolOutcome> {
  const { dealings, clinic } = context;
  const chosen = chosenOffer(dealings);
  const basis = chosen ?? dealings.offers.latest[0] ?? dealings.offers.earlier[0];
  if (!basis) {
    return failed('slot_not_offered', 'Let me first look what times are free. Which day would suit you?', {
      slots: [],
      guidance: 'No time was offered in this conversation. Call check_availability first.',
    });
  }
  if (chosen && mentionsNothing(mentionIn(words, context.now(), clinic.timeZone))) {
    const told = offersToTell([chosen], clinic, context.now());
    return failed('slot_not_offered', `Shall I book ${told[0]?.spoken ?? 'that time'} for you?`, {
      slots: told,
      guidance: `That slot_id does not exist. The caller chose ${chosen.slotId}: book that one.`,
    });
  }
  return freshTimes('slot_not_offered', basis, context, words);
}

const APOLOGIES = {
  slot_taken: "I'm sorry, that time was just taken.",
  slot_in_past: "I'm sorry, that time has already passed.",
  slot_not_offered: "I'm sorry, I can't book that time.",
} as const;

/** Refuses, and says what is free around the refused time, read anew. */
async function freshTimes(
  code: keyof typeof APOLOGIES,
  refused: Offer,
  context: ToolContext,
  words = '',
): Promise<ToolOutcome> {
  const { clinic, dealings } = context;
  const wish = wishNear(refused, words, context);
  const times = wish ? await findTimes(wish, context) : null;
  const change: DealingsChange = {
    type: 'offered',
    slots: times ? (times.slots.length > 0 ? times.slots : times.next) : [],
    exact: null,
  };
  const { latest } = deal(dealings, change).offers;
  const told = offersToTell(latest, clinic, context.now());
  const alternatives = told.slice(0, 3).map((slot) => slot.spoken);
  const question = alternatives.length === 1 ? 'Would that work for you?' : 'Which would you like?';
  const sentence =
    alternatives.length > 0
      ? `${APOLOGIES[code]} I could do ${alternatives.join(', or ')}. ${question}`
      : APOLOGIES[code];
  return failed(
    code,
    sentence,
    { slots: told, guidance: 'Nothing was booked. Offer these times and let the caller choose.' },
    [change],
  );
}

function wishNear(refused: Offer, words: string, { clinic, now }: ToolContext): Wish | null {
  const service = serviceById(clinic, refused.serviceId);
  if (!service) return null;
  const said = mentionIn(words, now(), clinic.timeZone);
  const { date, minute } = wallClock(refused.startsAt, clinic.timeZone);
  const days = said.days ?? { from: date, to: date };
  const { weekdays } = said;
  return { service, provider: null, days, weekdays, soonest: false, at: said.at?.minute ?? minute, part: null };
}
