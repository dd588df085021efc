import { describeCallFences } from '../contract/call-fences.ts';
import { memoryBookingStore } from './memory-bookings.ts';
import { memoryCallRegister } from './memory-call-register.ts';
import { memoryMessageStore } from './memory-messages.ts';

describeCallFences('in memory', async () => {
  const register = memoryCallRegister();
  const [bookings, messages] = [memoryBookingStore(register), memoryMessageStore(register)];
  return {
    register,
    bookings,
    messages,
    count: async (clinicId) => messages.of(clinicId).length + bookings.waitlist(clinicId).length,
    close: async () => {},
  };
});
