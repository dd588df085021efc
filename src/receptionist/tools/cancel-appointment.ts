import { z } from 'zod';
import type { BookedAppointment } from '../../domain/ports.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import {
  appointmentName,
  bookableFrom,
  callersAppointment,
  changeable,
  overAlready,
  toldAppointment,
} from './theirs.ts';
import { answered, defineTool, optionalText, type ToolContext } from './tool.ts';

const schema = z.object({
  appointment_id: appointmentName,
  reason: optionalText(300, 'Why, in the caller’s words, where they said it. Do not ask for it.'),
});

export const cancelAppointment = defineTool({
  name: 'cancel_appointment',
  description:
    'Cancels an appointment of the caller’s. Call it once they have said yes to cancelling that very one. Say that it is ' +
    'cancelled only when this answers with success, and say it in the words of `spoken`.',
  schema,
  async run(args, context) {
    const { clinic, bookings } = context;
    const theirs = await callersAppointment(args.appointment_id, context);
    if ('failure' in theirs) return theirs.failure;
    const appointment = theirs.ok;
    // Cancelled again it is as cancelled as before, however late.
    if (appointment.status === 'cancelled') return cancelled(appointment, context);
    const open = changeable(appointment, context);
    if ('failure' in open) return open.failure;
    const result = await bookings.cancel({
      clinicId: clinic.id,
      appointmentId: appointment.id,
      reason: args.reason ?? null,
      bookableFrom: bookableFrom(clinic, context.now()),
    });
    return result.kind === 'cancelled' ? cancelled(result.appointment, context) : overAlready(appointment, context);
  },
});

function cancelled(appointment: BookedAppointment, context: ToolContext): ToolOutcome {
  const { appointment_id, spoken } = toldAppointment(appointment, context);
  return answered({ appointment_id, spoken: `Your appointment for ${spoken} is cancelled.` }, [
    { type: 'cancelled', appointmentId: appointment.id },
  ]);
}
