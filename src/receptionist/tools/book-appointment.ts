import { z } from 'zod';
import { type Service, serviceById } from '../../domain/clinic.ts';
import { emailIn } from '../../domain/emails.ts';
import type { Offer } from '../../domain/offers.ts';
import { readablePhone } from '../../domain/phone-numbers.ts';
import type { Appointment, CustomerDetails } from '../../domain/ports.ts';
import { blocksOf, slotOf } from '../../domain/slots.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import { refusal } from './admission.ts';
import { bookingKey, freshTimes, offerChosen, slotName } from './offered.ts';
import { phoneOf } from './phone.ts';
import { toldAppointment } from './theirs.ts';
import { answered, defineTool, failed, optionalText, personName, type Resolved, type ToolContext } from './tool.ts';

const schema = z.object({
  slot_id: slotName,
  customer_name: personName,
  customer_phone: optionalText(60, 'Leave out to use the number the caller is calling from.'),
  customer_email: optionalText(200, 'Email address, where the caller gave one.'),
  notes: optionalText(500, 'Anything staff should know for the visit.'),
  old_enough: z
    .boolean()
    .optional()
    .catch(undefined)
    .describe('Only where the service has a minimum age: whether the patient is that old, as the caller said.'),
});

export const bookAppointment = defineTool({
  name: 'book_appointment',
  description:
    'Books a time that check_availability offered and the caller chose. Say that it is booked only when this answers ' +
    'with success, and say it in the words of `spoken`. Called again for the same slot_id with another name, number or ' +
    'email, it corrects them.',
  schema,
  async run(args, context) {
    if (context.dealings.moving !== null) return wouldBeSecond(context.dealings.moving);
    const chosen = await offerChosen(args.slot_id, context);
    if ('failure' in chosen) return chosen.failure;
    const service = serviceById(context.clinic, chosen.ok.serviceId);
    if (!service) return failed('unknown_service', "I'm sorry, we no longer offer that.");
    const customer = resolveCustomer(args, context);
    if ('failure' in customer) return customer.failure;
    const refused = await refusal(service, customer.ok, args.old_enough ?? null, context);
    if (refused) return refused;
    const said = { ...customer.ok, isPhoneGiven: args.customer_phone !== undefined, notes: args.notes ?? null };
    return book(chosen.ok, service, said, context);
  },
});

interface Said extends CustomerDetails {
  /** The caller named it; else it is the one they call from. */
  readonly isPhoneGiven: boolean;
  readonly notes: string | null;
}

async function book(offer: Offer, service: Service, said: Said, context: ToolContext): Promise<ToolOutcome> {
  const { clinic, conversationId } = context;
  const slot = slotOf(offer);
  const result = await context.bookings.book({
    clinicId: clinic.id,
    conversationId,
    channel: context.channel,
    key: bookingKey(conversationId, slot),
    slot,
    blocks: blocksOf(slot, service, clinic),
    customer: { name: said.name, phone: said.phone, email: said.email },
    notes: said.notes,
    now: context.now(),
  });
  if (result.kind === 'taken') return freshTimes('slot_taken', offer, context);
  // A model that books for two names in one breath has made one of them up.
  const isSaidSince = !context.dealings.fresh?.includes(result.appointment.id);
  return result.replayed && isSaidSince
    ? correct(result.appointment.id, offer, said, context)
    : confirmation(result.appointment, offer, context);
}

/** Booked once more, it is as before but for what the caller said otherwise since. */
async function correct(appointmentId: string, offer: Offer, said: Said, context: ToolContext): Promise<ToolOutcome> {
  const { clinic, bookings } = context;
  const customer = { name: said.name, phone: said.isPhoneGiven ? said.phone : null, email: said.email };
  const result = await bookings.correct({ clinicId: clinic.id, appointmentId, customer, notes: said.notes });
  switch (result.kind) {
    case 'unchanged':
      return confirmation(result.appointment, offer, context);
    case 'corrected': {
      const { appointment } = result;
      const { spoken, ...facts } = toldAppointment(appointment, context);
      const whose = `${appointment.customerName}, ${readablePhone(appointment.customerPhone, clinic.phone)}`;
      return answered({ ...facts, spoken: `I've corrected that: ${spoken} is under ${whose}.` }, [
        { type: 'booked', appointmentId: appointment.id, slotId: offer.slotId },
      ]);
    }
    case 'not_active':
      return failed(
        'appointment_not_found',
        "I'm sorry, that appointment was just cancelled. What would you like to do?",
      );
  }
}

function confirmation(appointment: Appointment, offer: Offer, context: ToolContext): ToolOutcome {
  const { spoken, ...facts } = toldAppointment(appointment, context);
  const preparation = serviceById(context.clinic, appointment.serviceId)?.preparation ?? '';
  return answered({ ...facts, spoken: `You're booked for ${spoken}. ${preparation}`.trimEnd() }, [
    { type: 'booked', appointmentId: appointment.id, slotId: offer.slotId },
  ]);
}

/** A caller who is moving an appointment would come away with two. */
function wouldBeSecond(appointmentId: string): ToolOutcome {
  return failed('invalid_arguments', 'One moment, please.', {
    details:
      `These times were looked up to move appointment ${appointmentId}: call reschedule_appointment. ` +
      'For a further appointment call check_availability without appointment_id first.',
  });
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
