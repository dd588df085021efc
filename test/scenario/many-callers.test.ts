import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredAppointment } from '../../db/conversation-reader.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { type AvaStand, startAva } from '../support/ava.ts';

let ava: AvaStand;
beforeAll(async () => {
  ava = await startAva({ at: '2026-11-23T15:00:00Z' });
});
afterAll(() => ava.stop());

const phone = (n: number): string => `+1555020${String(1000 + n)}`;

/** Each of so many people places the same call at the same moment; what they heard and what was booked for them. */
async function everyoneCalls(count: number, from: number, wish: { service: string; when: string }) {
  const calls = Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const who = { ...wish, name: `Caller Number${n}`, phone: phone(n), email: `caller${n}@example.com` };
    return ava.place(scenario('book', who), { from: phone(n) });
  });
  return Promise.all(
    calls.map(async (call) => {
      await call.ended;
      const { appointments, outcome } = await ava.conversation(call);
      return { heard: call.heardText, from: call.from, appointments, outcome };
    }),
  );
}

function overlapping(appointments: readonly StoredAppointment[]): string[] {
  return appointments.flatMap((a, i) =>
    appointments
      .slice(i + 1)
      .filter((b) => a.provider === b.provider && a.startsAt < b.endsAt && b.startsAt < a.endsAt)
      .map((b) => `${a.id} and ${b.id}`),
  );
}

describe('many callers at once', () => {
  it('ten who want the same time are all booked, each at another one', { timeout: 120_000 }, async () => {
    const results = await everyoneCalls(10, 0, { service: 'Botox', when: 'tomorrow at 2 PM' });
    const booked = results.flatMap((result) => result.appointments);
    expect(results.map((result) => result.outcome)).toEqual(Array.from({ length: 10 }, () => 'appointment_scheduled'));
    expect(new Set(booked.map((each) => `${each.provider} ${each.startsAt}`)).size).toBe(10);
    expect(overlapping(booked)).toEqual([]);
    expect(booked.map((each) => each.phone).sort()).toEqual(results.map((result) => result.from).sort());
  });

  it('of fifty who race for one time one gets it, and nobody hears what is not so', { timeout: 180_000 }, async () => {
    const results = await everyoneCalls(50, 100, { service: 'Hydrafacial', when: 'Wednesday at 2 PM' });
    const all = results.flatMap((result) => result.appointments);
    const twoOClock = all.filter((each) => each.startsAt === Date.parse('2026-11-25T14:00:00-05:00'));
    // Two providers give this service: that hour can be sold twice, once for each of them.
    expect(twoOClock.map((each) => each.provider).sort()).toEqual(['Maya Chen', 'Priya Sharma']);
    expect(overlapping(all)).toEqual([]);
    for (const { heard, appointments } of results) {
      expect(appointments.length, heard).toBe(heard.includes("You're booked") ? 1 : 0);
    }
  });
});
