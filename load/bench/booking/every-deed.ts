/** One conversation that does all that touches the book, so that every statement is run. */
import type { Clinic } from '../../../src/domain/clinic.ts';
import type { BookingStore } from '../../../src/domain/ports.ts';
import { caller, phoneOf } from './caller.ts';

export async function everyDeed(clinic: Clinic, bookings: BookingStore, now: () => number): Promise<void> {
  const who = caller({ clinic, bookings, now, phone: phoneOf(0) });
  const does = async (tool: string, args: object): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await who.use(tool, args);
    if (!answer.success) throw new Error(`${tool} was answered ${JSON.stringify(answer)}`);
    return answer;
  };
  await does('check_availability', { service: 'botox', when: 'tomorrow at 2 PM' });
  await does('check_availability', { service: 'laser hair removal', when: 'as soon as possible' });
  await does('check_availability', { service: 'consultation', when: 'in five weeks' });
  const { appointment_id } = await does('book_appointment', { slot_id: '1', customer_name: 'Ada Quinn' });
  await does('find_appointments', {});
  await does('check_availability', { service: 'consultation', appointment_id, when: 'in six weeks' });
  await does('reschedule_appointment', { appointment_id, slot_id: '1' });
  await does('join_waitlist', { service: 'botox', customer_name: 'Ada Quinn' });
  await does('cancel_appointment', { appointment_id });
  await bookings.release(clinic.id, who.conversationId);
}
