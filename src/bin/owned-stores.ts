/**
 * The stores as a call's owner writes to them: whatever is written carries the owner's epoch, and is refused where
 * another node has the call by now. Who learns it that way is told.
 */
import { type CallFence, StaleOwner } from '../domain/call-keeping.ts';
import type { BookingStore, ConversationLog, MessageStore } from '../domain/ports.ts';

export interface OwnedStores {
  readonly bookings: BookingStore;
  readonly messages: MessageStore;
  readonly log: ConversationLog;
}

export function inNameOf(fence: CallFence, stores: OwnedStores, onStale: () => void): OwnedStores {
  const { bookings, messages, log } = stores;
  const watched = async <T>(written: Promise<T>): Promise<T> => {
    try {
      return await written;
    } catch (error) {
      if (error instanceof StaleOwner) onStale();
      throw error;
    }
  };
  return {
    bookings: {
      busy: (query) => bookings.busy(query),
      appointment: (clinicId, appointmentId) => bookings.appointment(clinicId, appointmentId),
      appointmentsOf: (clinicId, phone, after) => bookings.appointmentsOf(clinicId, phone, after),
      knowsCustomer: (clinicId, phone) => bookings.knowsCustomer(clinicId, phone),
      hold: (request) => watched(bookings.hold({ ...request, fence })),
      release: (clinicId, conversationId) => watched(bookings.release(clinicId, conversationId, fence)),
      book: (request) => watched(bookings.book({ ...request, fence })),
      correct: (request) => watched(bookings.correct({ ...request, fence })),
      reschedule: (request) => watched(bookings.reschedule({ ...request, fence })),
      cancel: (request) => watched(bookings.cancel({ ...request, fence })),
      joinWaitlist: (request) => watched(bookings.joinWaitlist({ ...request, fence })),
    },
    messages: { leave: (message) => watched(messages.leave({ ...message, fence })) },
    log: {
      write: (entry) => log.write({ ...entry, fence }),
      settled: (deadlineMs) => log.settled(deadlineMs),
    },
  };
}
