import { z } from 'zod';
import { serviceById } from '../../domain/clinic.ts';
import type { Offer } from '../../domain/offers.ts';
import type { BookedAppointment } from '../../domain/ports.ts';
import { blocksOf, slotOf } from '../../domain/slots.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import { bookingKey, freshTimes, offerChosen, slotName } from './offered.ts';
import { appointmentName, appointmentToChange, bookableFrom, overAlready, toldAppointment } from './theirs.ts';
import { answered, defineTool, failed, type ToolContext } from './tool.ts';

const schema = z.object({ appointment_id: appointmentName, slot_id: slotName });

export const rescheduleAppointment = defineTool({
  name: 'reschedule_appointment',
  description:
    'Moves an appointment of the caller’s to a time that check_availability offered for it and the caller chose. Say that ' +
    'it is moved only when this answers with success, and say it in the words of `spoken`.',
  schema,
  async run(args, context) {
    const theirs = await appointmentToChange(args.appointment_id, context);
    if ('failure' in theirs) return theirs.failure;
    const chosen = await offerChosen(args.slot_id, context);
    if ('failure' in chosen) return chosen.failure;
    return move(theirs.ok, chosen.ok, context);
  },
});

async function move(appointment: BookedAppointment, offer: Offer, context: ToolContext): Promise<ToolOutcome> {
  const { clinic, conversationId, bookings } = context;
  const service = serviceById(clinic, offer.serviceId);
  if (!service) return failed('unknown_service', "I'm sorry, we no longer offer that.");
  if (offer.serviceId !== appointment.serviceId) {
    return freshTimes('slot_not_offered', { ...offer, serviceId: appointment.serviceId }, context);
  }
  const slot = slotOf(offer);
  const result = await bookings.reschedule({
    clinicId: clinic.id,
    conversationId,
    appointmentId: appointment.id,
    key: bookingKey(conversationId, slot),
    slot,
    blocks: blocksOf(slot, service, clinic),
    bookableFrom: bookableFrom(clinic, context.now()),
    now: context.now(),
  });
  if (result.kind === 'taken') return freshTimes('slot_taken', offer, context);
  if (result.kind === 'not_active') return overAlready(appointment, context);
  const { spoken, ...facts } = toldAppointment(result.appointment, context);
  return answered({ ...facts, spoken: `Your appointment is moved: you're now booked for ${spoken}.` }, [
    { type: 'moved', appointmentId: appointment.id, slotId: offer.slotId },
  ]);
}
