import { z } from 'zod';
import type { BookedAppointment } from '../../domain/ports.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import {
  appointmentName,
  appointmentToChange,
  bookableFrom,
  callersAppointment,
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
    const known = await callersAppointment(args.appointment_id, context);
    // Cancelled again it is as cancelled as before, however late.
    if ('ok' in known && known.ok.status === 'cancelled') return cancelled(known.ok, context);
    const theirs = await appointmentToChange(args.appointment_id, context);
    if ('failure' in theirs) return theirs.failure;
    const appointment = theirs.ok;
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
