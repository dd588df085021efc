import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import type { StoredAppointment } from '../../db/conversation-reader.ts';
import { blocksOf } from '../../src/domain/slots.ts';
import { bookingRules, sayGoodbye } from '../sim/callers/answers.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import type { CallerScript } from '../sim/callers/script.ts';
import { JORDAN } from '../sim/callers/who.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, startAva } from '../support/ava.ts';

let ava: AvaStand;
beforeAll(async () => {
  ava = await startAva({ at: '2026-11-23T15:00:00Z', pace: 3 });
});
afterAll(() => ava.stop());

const phone = (n: number): string => `+1555020${String(1000 + n)}`;

const person = (n: number) => ({
  ...JORDAN,
  name: `Caller Number${n}`,
  phone: phone(n),
  email: `caller${n}@example.com`,
});

/** Takes one of the alternatives where the wished time is gone; people do not all take the first. */
function flexible(n: number): CallerScript {
  const script = scenario('book', person(n));
  const choice = ['first', 'second', 'third'][n % 3];
  const choose = {
    anywhere: true,
    when: /which (?:of those )?would you like/i,
    respond: [{ say: `The ${choice} one, please.` }],
  };
  return { ...script, rules: [choose, ...script.rules] };
}

/** Wants this one time, or nothing. */
function insistent(n: number): CallerScript {
  const wish = "I'd like to book a Hydrafacial appointment for Wednesday at 2 PM.";
  const giveUp = {
    anywhere: true,
    once: true,
    when: /don't have|just taken|fully booked|no longer|which (?:of those )?would you like|would that work/i,
    respond: sayGoodbye('Then no, thank you. Goodbye.'),
  };
  return {
    name: 'insistent',
    description: wish,
    opening: [{ say: wish }],
    rules: [giveUp, ...bookingRules(person(n))],
  };
}

/** Between one phone's first ring and the next: all of them talk at once, and the one thread they share is not choked. */
const APART_MS = 40;

/** All of them call within moments; what each heard and what was booked for them. */
async function everyoneCalls(scripts: readonly CallerScript[], first: number) {
  const calls: Call[] = [];
  for (const [i, script] of scripts.entries()) {
    calls.push(ava.place(script, { from: phone(first + i) }));
    await sleep(APART_MS);
  }
  return Promise.all(
    calls.map(async (call) => {
      await call.ended;
      const { appointments, outcome } = await ava.conversation(call);
      return { heard: call.heardText, from: call.from, appointments, outcome };
    }),
  );
}

/** Two providers give this service: with one of them taken, one slot is left. */
async function takeFromPriya(startsAt: number): Promise<void> {
  const { clinic, database, clock } = ava;
  const service = clinic.services.find((each) => each.slug === 'hydrafacial');
  const priya = clinic.providers.find((each) => each.name === 'Priya Sharma');
  if (!service || !priya) throw new Error('the demo clinic has changed');
  const slot = { serviceId: service.id, providerId: priya.id, startsAt, endsAt: startsAt + service.minutes * 60_000 };
  const customer = { name: 'Somebody Else', phone: '+15550188888', email: null };
  const request = {
    clinicId: clinic.id,
    conversationId: crypto.randomUUID(),
    channel: 'web',
    key: 'taken',
    notes: null,
  } as const;
  const result = await postgresBookingStore(database).book({
    ...request,
    slot,
    blocks: blocksOf(slot, service, clinic),
    customer,
    now: clock.now(),
  });
  expect(result.kind).toBe('booked');
}

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

function overlapping(appointments: readonly StoredAppointment[]): string[] {
  return appointments.flatMap((a, i) =>
    appointments
      .slice(i + 1)
      .filter((b) => a.provider === b.provider && a.startsAt < b.endsAt && b.startsAt < a.endsAt)
      .map((b) => `${a.id} and ${b.id}`),
  );
}

describe('many callers at once', () => {
  it('ten who want the same time are all booked, each at another one', { timeout: 150_000 }, async () => {
    const results = await everyoneCalls(times(10, flexible), 0);
    const booked = results.flatMap((result) => result.appointments);
    expect(results.map((result) => result.outcome)).toEqual(times(10, () => 'appointment_scheduled'));
    expect(new Set(booked.map((each) => `${each.provider} ${each.startsAt}`)).size).toBe(10);
    expect(overlapping(booked)).toEqual([]);
    expect(booked.map((each) => each.phone).sort()).toEqual(results.map((result) => result.from).sort());
  });

  it('of fifty who race for one slot one gets it, and nobody hears what is not so', { timeout: 150_000 }, async () => {
    await takeFromPriya(Date.parse('2026-11-25T14:00:00-05:00'));
    const results = await everyoneCalls(
      times(50, (i) => insistent(100 + i)),
      100,
    );
    const booked = results.flatMap((result) => result.appointments);
    expect(booked.map(({ provider, startsAt }) => [provider, startsAt])).toEqual([
      ['Maya Chen', Date.parse('2026-11-25T14:00:00-05:00')],
    ]);
    for (const { heard, appointments } of results) {
      expect(appointments.length, heard).toBe(heard.includes("You're booked") ? 1 : 0);
    }
    for (const { heard } of results.filter((result) => result.appointments.length === 0)) {
      expect(heard).toMatch(/don't have exactly that time|just taken/);
    }
  });
});
