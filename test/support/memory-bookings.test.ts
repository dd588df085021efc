import { describeBookingPrograms } from '../contract/booking-programs.ts';
import { type BookingBench, describeBookingStore } from '../contract/booking-store.ts';
import { memoryBookingStore } from './memory-bookings.ts';

async function openBench(): Promise<BookingBench> {
  const store = memoryBookingStore();
  return {
    store,
    customers: async (clinicId) => store.customers(clinicId),
    waitlist: async (clinicId) => store.waitlist(clinicId),
    close: async () => {},
  };
}

describeBookingStore('in memory', openBench);
describeBookingPrograms('in memory', openBench, { programs: 20, steps: 150 });
