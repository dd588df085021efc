/**
 * Golden calls that are cut at every point: after each message of the model's, by a caller who hangs up or a line that
 * breaks. Whatever stands in the book then, the outcome says so, and nothing is done after the record was closed.
 */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/ports.ts';
import { blocksOf } from '../../src/domain/slots.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { GOLDEN_MOMENTS } from '../support/golden-moments.ts';
import type { CallChannel, ToldCall } from '../support/told-call.ts';
import { VirtualClinic } from '../support/virtual-clinic.ts';
import { inVirtualTime } from '../support/virtual-time.ts';

const CALLER = '+15550100142';
const LONGEST_MS = 120_000;
/** Longer than anything may still be under way. */
const AFTERMATH_MS = 15_000;
/** More messages than any of these calls has. */
const MOST_MESSAGES = 200;
const DAY_MS = 86_400_000;

interface CutCall {
  readonly call: ToldCall;
  /** What stands in the book, by this call's doing. */
  readonly done: 'booked' | 'moved' | null;
  readonly wasCut: boolean;
}

/** The call of a story, cut after so many messages. */
function cutAfter(messages: number, story: string, channel: CallChannel): Promise<CutCall> {
  return inVirtualTime(LONGEST_MS, async (time) => {
    let left = messages;
    const clinic: VirtualClinic = new VirtualClinic(time, {
      at: GOLDEN_MOMENTS[0]?.at ?? 0,
      brain: 'receptionist',
      seed: messages,
      onReport: () => {
        left -= 1;
        if (left === 0) clinic.cut(messages % 2 === 0 ? 'stop' : 'broken');
      },
    });
    const times = (): number[] => clinic.bookings.appointments(clinic.clinic.id).map(({ startsAt }) => startsAt);
    const had = story === 'reschedule' ? await bookTomorrow(clinic) : null;
    const call = await clinic.call({ script: scenario(story), channel, from: CALLER });
    const after = times();
    const over = clinic.clock.now() + AFTERMATH_MS;
    await time.until(() => clinic.clock.now() > over);
    expect(times(), `after ${messages} messages`).toEqual(after);
    expect(clinic.premature).toEqual([]);
    const done = had === null ? (after.length > 0 ? 'booked' : null) : after[0] === had ? null : 'moved';
    return { call, done, wasCut: left <= 0 };
  });
}

/** Botox at this hour of tomorrow, under the caller's number; answers when. */
async function bookTomorrow({ clinic, clock, bookings }: VirtualClinic): Promise<number> {
  const [service] = clinic.services;
  const [provider] = clinic.providers;
  if (!service || !provider) throw new Error('the demo clinic has changed');
  const startsAt = clock.now() + DAY_MS;
  const slot = {
    serviceId: service.id,
    providerId: provider.id,
    startsAt,
    endsAt: startsAt + service.minutes * 60_000,
  };
  await bookings.book({
    clinicId: clinic.id,
    conversationId: 'an earlier one',
    channel: 'web',
    key: 'earlier',
    slot,
    blocks: blocksOf(slot, service, clinic),
    customer: { name: 'Jordan Lee', phone: CALLER, email: null },
    notes: null,
    now: clock.now(),
  });
  return startsAt;
}

/** What a call came to, by the book and the record, and by nobody's word. */
function justified({ call: { toolCalls, turns }, done }: CutCall): Outcome {
  if (done !== null) return done === 'booked' ? 'appointment_scheduled' : 'rescheduled';
  if (toolCalls.some(({ name, success }) => name === 'check_availability' && success)) return 'browsing';
  return turns.some(({ role }) => role === 'customer') ? 'info_only' : 'abandoned';
}

describe('a call that is cut', () => {
  it.each([
    ['book', 'web', 'appointment_scheduled'],
    ['reschedule', 'voice', 'rescheduled'],
  ] as const)(
    'has the outcome that the book justifies, wherever it was: %s by %s',
    { timeout: 60_000 },
    async (story, channel, atLast) => {
      const outcomes = new Set<unknown>();
      for (let messages = 1; messages < MOST_MESSAGES; messages++) {
        const cut = await cutAfter(messages, story, channel);
        if (!cut.wasCut) break;
        expect(cut.call.outcome, `after ${messages} messages`).toBe(justified(cut));
        outcomes.add(cut.call.outcome);
      }
      expect(outcomes).toEqual(new Set(['abandoned', 'info_only', 'browsing', atLast]));
    },
  );
});
