/**
 * Whole calls in memory: the real actors, tools and domain, wired as on a node, between a scripted phone and a scripted
 * model on one simulated clock. Everything comes of one seed; each call draws from a sequence of its own, so that a
 * call that went wrong among hundreds goes wrong alone just the same.
 */
import { setImmediate } from 'node:timers/promises';
import { SimulatedClock } from '../../actors/kernel/simulated-clock.ts';
import { PhoneCall } from '../../src/bin/phone-call.ts';
import type { AvaEventName } from '../../src/domain/events.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';
import { memoryBookingStore } from './memory-bookings.ts';
import { radiance } from './memory-clinics.ts';
import { memoryMessageStore } from './memory-messages.ts';
import { speakInto } from './scripted-caller.ts';
import { ScriptedModel } from './scripted-model.ts';
import { ScriptedPhone } from './scripted-phone.ts';
import { seededRandom } from './seed.ts';
import { type SlowBookings, slowBookings } from './slow-bookings.ts';
import { NOW } from './step-bench.ts';

/** One call that was placed, and all that is known of it. */
export interface WorldCall {
  readonly index: number;
  readonly phone: ScriptedPhone;
  /** Its sessions, one after the other; none where the call was over before it began. */
  readonly models: readonly ScriptedModel[];
  readonly record: readonly ConversationEntry[];
  readonly events: readonly AvaEventName[];
  readonly bookings: SlowBookings;
  /** What the phone network was told to do, each time it was told. */
  readonly overs: readonly string[];
}

export interface WorldRun {
  readonly calls: readonly WorldCall[];
  /** Alarms that nobody will ever need. */
  readonly alarmsLeft: number;
  readonly simulatedMs: number;
}

/** How finely time passes: promises settle in between. */
const TICK_MS = 20;
const STAGGER_MS = 10_000;
/** All that may still be under way when a call is over: a slow booking, a mark, a message on the wire. */
const AFTERMATH_MS = 30_000;
/** The longest call, its farewell and its aftermath; beyond, a call hangs. */
const LONGEST_WORLD_MS = 33 * 60_000;

/** Places the calls of these numbers and lets time pass until all of them are over. */
export async function runWorld(seed: number, indexes: readonly number[]): Promise<WorldRun> {
  const clock = new SimulatedClock(NOW);
  const calls = indexes.map((index) => placeCall(clock, seed, index));
  const isOver = (): boolean => clock.now() > NOW + STAGGER_MS && calls.every(({ overs }) => overs.length > 0);
  while (!isOver() && clock.now() < NOW + LONGEST_WORLD_MS) {
    clock.advance(TICK_MS);
    await setImmediate();
  }
  const simulatedMs = clock.now() - NOW;
  for (let ms = 0; ms < AFTERMATH_MS && clock.pending > 0; ms += TICK_MS) {
    clock.advance(TICK_MS);
    await setImmediate();
  }
  return { calls, alarmsLeft: clock.pending, simulatedMs };
}

function placeCall(clock: SimulatedClock, seed: number, index: number): WorldCall {
  const random = seededRandom(seed * 1_000_003 + index);
  const phone = new ScriptedPhone(clock, random);
  const bookings = slowBookings(memoryBookingStore(), clock, random);
  const record: ConversationEntry[] = [];
  const events: AvaEventName[] = [];
  const overs: string[] = [];
  const models: ScriptedModel[] = [];
  const identity = {
    conversationId: `conversation-${index}`,
    clinicId: radiance.id,
    channel: 'voice',
    callSid: `CA${index}`,
    callerPhone: random() < 0.9 ? '+15550100142' : null,
    calledNumber: radiance.phone,
    node: 'node-a',
  } as const;
  clock.wakeAt(NOW + random() * STAGGER_MS, () => {
    const world = {
      connectModel: (_brief: unknown, report: ConstructorParameters<typeof ScriptedModel>[2]) => {
        const model = new ScriptedModel(clock, random, report, models.length + 1);
        models.push(model);
        speakInto(model, random, Math.floor(random() * 12));
        return model;
      },
      phrases: { audioOf: () => undefined },
      models: { realtime: 'gpt-realtime-2.1', transcription: 'gpt-transcribe' },
      chance: random,
      bookings,
      messages: memoryMessageStore(),
      log: { write: (entry: ConversationEntry) => void record.push(entry), settled: async () => {} },
      events: { emit: (name: AvaEventName) => void events.push(name) },
      clock,
    };
    const placed = new PhoneCall(identity, phone, world, (next) => {
      if (next !== 'transfer') return overs.push(next);
      const news = { type: random() < 0.5 ? 'staff_answered' : 'caller_left' } as const;
      return clock.wakeAt(clock.now() + random() * 30_000, () => placed.tellOfStaff(news));
    });
    phone.connect(placed);
    // Most callers hang up some time; the others leave it to Ava.
    const patienceMs = random() < 0.8 ? random() ** 2 * 90_000 : 120_000;
    const hangUp = clock.wakeAt(clock.now() + patienceMs, () => phone.hangUp(random() < 0.8 ? 'stop' : 'broken'));
    phone.onEnd(hangUp);
    placed.begin(radiance);
  });
  return {
    index,
    phone,
    models,
    record,
    events,
    bookings,
    overs,
  };
}
