import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scenario } from '../sim/callers/scenarios.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';

let ava: AvaStand;
const crashes: unknown[] = [];
beforeAll(async () => {
  ava = await startAva({ at: '2026-11-23T15:00:00Z' });
  ava.events.on('call.crashed', (event) => crashes.push(event));
  ava.events.on('process.unhandled', (event) => crashes.push(event));
});
afterAll(() => ava.stop());
beforeEach(() => {
  ava.openai.faults.clear();
  ava.openai.setBrain('receptionist');
  crashes.length = 0;
});

describe('when the model is in trouble', () => {
  it.each([
    ['refuses the connection', { kind: 'refuse_connect', status: 503 }],
    ['refuses the key', { kind: 'error', code: 'invalid_api_key', afterMs: 0 }],
    ['drops the socket in the middle of a sentence', { kind: 'reset', afterResponses: 1 }],
    ['answers with another audio format', { kind: 'formats_differ' }],
  ] as const)('and %s, the caller is put through to staff', { timeout: 60_000 }, async (_, fault) => {
    ava.openai.faults.set({ faults: [fault] });
    const call = ava.place(scenario('book'));
    await call.waitFor(/Front desk speaking/, 30_000);
    expect(call.heardText).toMatch(/technical trouble/);
    expect(call.log.verbs).toContain('Dial');
    call.hangUp();
    await call.ended;
    expect((await ava.conversation(call)).outcome).toBe('failed');
    await until('the model sessions to be gone', 3_000, () => (ava.openai.sessions().length === 0 ? true : undefined));
    expect(crashes).toEqual([]);
  });

  it('events nobody knows change nothing', { timeout: 60_000 }, async () => {
    ava.openai.faults.set({ faults: [{ kind: 'unknown_events', times: 50 }] });
    const call = ava.place(scenario('hours'));
    await call.ended;
    expect(call.heardText).toMatch(/9 AM to 6 PM/);
    expect((await ava.conversation(call)).outcome).toBe('info_only');
    expect(crashes).toEqual([]);
  });

  it('a clumsy model books in the end, and never what was not offered', { timeout: 120_000 }, async () => {
    ava.openai.setBrain('clumsy');
    const calls = [1, 2, 3, 4].map((n) => {
      const who = { when: `Friday at ${n} PM`, phone: `+1555030100${n}` };
      return ava.place(scenario('book', who), { from: who.phone });
    });
    await Promise.all(calls.map((call) => call.ended));
    for (const call of calls) {
      const { appointments, toolCalls } = await ava.conversation(call);
      expect(appointments.length, call.heardText).toBe(call.heardText.includes("You're booked") ? 1 : 0);
      expect(toolCalls.filter((tool) => tool.name === 'book_appointment' && tool.success).length).toBeLessThanOrEqual(
        2,
      );
    }
    expect(crashes).toEqual([]);
  });
});
