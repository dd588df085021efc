/** What calls stand on, all of it in memory, before a model of the test's own. */
import { systemClock } from '../../actors/kernel/clock.ts';
import type { CallWorld } from '../../src/bin/call-world.ts';
import { type RecordedEvents, recordedEvents } from '../http/recorded-events.ts';
import { memoryBookingStore } from './memory-bookings.ts';
import { memoryMessageStore } from './memory-messages.ts';

export function memoryCallWorld(
  connectModel: CallWorld['connectModel'],
  events: RecordedEvents = recordedEvents(),
): CallWorld {
  return {
    connectModel,
    models: { realtime: 'gpt-realtime-2.1', transcription: 'gpt-transcribe' },
    phrases: { audioOf: () => undefined },
    chance: Math.random,
    bookings: memoryBookingStore(),
    messages: memoryMessageStore(),
    log: { write: () => undefined, settled: async () => {} },
    events,
    clock: systemClock(),
  };
}
