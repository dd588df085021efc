import { z } from 'zod';
import { isNameOf } from '../../domain/names.ts';
import { phoneOf } from './phone.ts';
import { toldAppointment } from './theirs.ts';
import { answered, defineTool, failed, optionalText } from './tool.ts';

const schema = z.object({
  customer_phone: optionalText(
    60,
    'The number it was booked under. Leave out to use the number the caller is calling from.',
  ),
  customer_name: optionalText(120, 'The name it was booked under; needed where it is another number than theirs.'),
});

export const findAppointments = defineTool({
  name: 'find_appointments',
  description:
    'The caller’s own appointments to come. Use it before one is moved, cancelled or spoken of; tell what `spoken` says.',
  schema,
  async run(args, context) {
    const { clinic, bookings, callerPhone } = context;
    const phone = phoneOf(args.customer_phone, context);
    if ('failure' in phone) return phone.failure;
    const { customer_name: name } = args;
    const isTheirNumber = phone.ok === callerPhone;
    // Asked before anything is looked up: whether it is asked says nothing about what there is.
    if (!isTheirNumber && name === undefined) {
      const details = 'customer_name is needed for another number than the caller’s';
      return failed('invalid_arguments', 'What name is the appointment under?', { details });
    }
    const found = (await bookings.appointmentsOf(clinic.id, phone.ok, context.now())).filter(
      ({ customerName }) => isTheirNumber || isNameOf(name ?? '', customerName),
    );
    return answered({ appointments: found.map((each) => toldAppointment(each, context)), guidance: guidance(found) }, [
      { type: 'found', appointmentIds: found.map(({ id }) => id) },
    ]);
  },
});

function guidance(found: readonly unknown[]): string {
  if (found.length > 1) return 'Ask which one the caller means, unless they have said it.';
  if (found.length === 1) return 'Tell the caller which one you found.';
  return (
    'Say that you find no appointment, and ask whether it may be under another name or phone number. ' +
    'Say nothing about anybody else’s.'
  );
}
