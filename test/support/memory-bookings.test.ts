import { describeBookingStore } from '../contract/booking-store.ts';
import { memoryBookingStore } from './memory-bookings.ts';

describeBookingStore('in memory', async () => {
  const store = memoryBookingStore();
  return {
    store,
    cancel: async (clinicId, appointmentId) => store.cancel(clinicId, appointmentId),
    customers: async (clinicId) => store.customers(clinicId),
    close: async () => {},
  };
});
