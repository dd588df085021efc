/** A book of appointments whose answers take their time on a simulated clock: mostly little, now and then too much. */
import type { Clock } from '../../actors/kernel/clock.ts';
import type { BookingStore } from '../../src/domain/ports.ts';
import type { Random } from './seed.ts';

export interface SlowBookings extends BookingStore {
  /** How often a conversation let go of what it held. */
  readonly releases: number;
}

/** `mishaps`: whether it is also far too slow now and then, away, or ahead of the caller with a time. */
export function slowBookings(store: BookingStore, clock: Clock, random: Random, mishaps = true): SlowBookings {
  let releases = 0;
  const waitMs = (): number => {
    const chance = random();
    if (!mishaps || chance < 0.7) return random() * 50;
    return chance < 0.9 ? random() * 3_000 : 6_000 + random() * 6_000;
  };
  const slowly = async <T>(ask: () => Promise<T>): Promise<T> => {
    await new Promise<void>((resolve) => {
      clock.wakeAt(clock.now() + waitMs(), resolve);
    });
    if (mishaps && random() < 0.03) throw new Error('the database is away');
    return ask();
  };
  return {
    get releases() {
      return releases;
    },
    busy: (query) => slowly(() => store.busy(query)),
    hold: (request) => slowly(async () => (mishaps && random() < 0.1 ? 'taken' : store.hold(request))),
    book: (request) => slowly(() => store.book(request)),
    correct: (request) => slowly(() => store.correct(request)),
    appointment: (clinicId, id) => slowly(() => store.appointment(clinicId, id)),
    appointmentsOf: (clinicId, phone, after) => slowly(() => store.appointmentsOf(clinicId, phone, after)),
    reschedule: (request) => slowly(() => store.reschedule(request)),
    cancel: (request) => slowly(() => store.cancel(request)),
    joinWaitlist: (request) => slowly(() => store.joinWaitlist(request)),
    knowsCustomer: (clinicId, phone) => slowly(() => store.knowsCustomer(clinicId, phone)),
    release: (clinicId, conversationId) => {
      releases++;
      return slowly(() => store.release(clinicId, conversationId));
    },
  };
}
