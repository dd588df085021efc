import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scenario } from '../sim/callers/scenarios.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { repeatedWords } from '../support/repeated-words.ts';
import { GREETED, hears, says } from '../support/talk.ts';

let ava: AvaStand;
const crashes: unknown[] = [];
beforeAll(async () => {
  ava = await startAva({ at: '2026-11-23T15:00:00Z' });
  ava.events.on('call.crashed', (event) => crashes.push(event));
  ava.events.on('process.unhandled', (event) => crashes.push(event));
});
afterAll(() => ava.stop());
beforeEach(async () => {
  ava.openai.faults.clear();
  await until('the model to be reckoned with', 20_000, () => modelIs('ok'));
  ava.openai.setBrain('receptionist');
  crashes.length = 0;
});

async function modelIs(state: 'ok' | 'failed'): Promise<true | undefined> {
  const { checks } = await ava.node.health.ready();
  return checks.openai?.state === state ? true : undefined;
}

describe('when the model is in trouble', () => {
  it.each([
    ['refuses the connection', { kind: 'refuse_connect', status: 503 }],
    ['refuses the key', { kind: 'error', code: 'invalid_api_key', afterMs: 0 }],
    ['answers with another audio format', { kind: 'formats_differ' }],
    ['never shakes hands', { kind: 'no_handshake' }],
  ] as const)('and %s, the caller is put through to staff', { timeout: 60_000 }, async (_, fault) => {
    ava.openai.faults.set({ faults: [fault] });
    const call = ava.place(undefined);
    await call.waitFor(/Front desk speaking/, 30_000);
    expect(call.heardText).toMatch(/technical trouble/);
    expect(call.log.verbs).toContain('Dial');
    call.hangUp();
    await call.ended;
    expect((await ava.conversation(call)).outcome).toBe('failed');
    await until('the model sessions to be gone', 3_000, () => (ava.openai.sessions().length === 0 ? true : undefined));
    expect(crashes).toEqual([]);
  });

  it('for good while a caller speaks Spanish, they are told so in Spanish', { timeout: 60_000 }, async () => {
    const call = ava.place(undefined);
    await hears(call, GREETED);
    await says(call, 'Hola, ¿a qué hora abren y a qué hora cierran?', /Nuestro horario es/);
    ava.openai.faults.set({ faults: [{ kind: 'refuse_connect', status: 401 }] });
    ava.openai.strike({ kind: 'reset' });
    await call.waitFor(/Front desk speaking/, 30_000);
    expect(call.heardText).toMatch(/tengo un problema técnico/);
    call.hangUp();
    await call.ended;
    expect(crashes).toEqual([]);
  });

  it('and shakes hands slowly, the caller is greeted all the same', { timeout: 60_000 }, async () => {
    ava.openai.faults.set({ faults: [{ kind: 'slow_handshake', ms: 4_000 }] });
    const call = ava.place(undefined);
    await call.waitFor(/Thank you for calling/, 15_000);
    call.hangUp();
    await call.ended;
    expect(call.log.verbs).not.toContain('Dial');
    expect(crashes).toEqual([]);
  });

  it('and drops the socket after every answer, the caller is served all the same', { timeout: 60_000 }, async () => {
    ava.openai.faults.set({ faults: [{ kind: 'reset', afterResponses: 1 }] });
    const call = ava.place(scenario('hours'));
    await call.ended;
    expect(call.heardText).toMatch(/9 AM to 6 PM/);
    expect((await ava.conversation(call)).outcome).toBe('info_only');
    expect(repeatedWords(call.heardText), call.heardText).toBeLessThanOrEqual(5);
    expect(crashes).toEqual([]);
  });

  it.each([
    ['fails', [{ kind: 'response_failed', onNth: 2, times: 1 }]],
    ['fails for want of capacity', [{ kind: 'response_failed', code: 'rate_limit_exceeded', onNth: 2, times: 1 }]],
  ] as const)('and a response %s, it is asked for again', { timeout: 60_000 }, async (_, faults) => {
    ava.openai.faults.set({ faults: [...faults] });
    const call = ava.place(undefined);
    await hears(call, GREETED);
    await says(call, 'What are your opening hours?', /9 AM to 6 PM/);
    call.hangUp();
    await call.ended;
    expect(call.log.verbs).not.toContain('Dial');
    expect(crashes).toEqual([]);
  });

  it('and no response ever succeeds, the caller is put through to staff', { timeout: 60_000 }, async () => {
    ava.openai.faults.set({ faults: [{ kind: 'response_failed' }] });
    const call = ava.place(scenario('hours'));
    await call.waitFor(/Front desk speaking/, 30_000);
    call.hangUp();
    await call.ended;
    expect((await ava.conversation(call)).outcome).toBe('failed');
    expect(crashes).toEqual([]);
  });

  it('and no session is to be had, new calls go to staff at once until one is again', { timeout: 90_000 }, async () => {
    const circuit: string[] = [];
    const leave = ava.events.on('model.circuit', ({ state }) => circuit.push(state));
    ava.openai.faults.set({ faults: [{ kind: 'refuse_connect', status: 503 }] });
    const first = ava.place(undefined);
    await first.waitFor(/Front desk speaking/, 30_000);
    await until('the circuit to open', 5_000, () => modelIs('failed'));
    expect((await ava.node.health.ready()).status).toBe('degraded');

    const second = ava.place(undefined);
    await second.waitFor(/Front desk speaking/, 10_000);
    expect(second.heardText).toMatch(/our receptionist is busy/);
    expect(second.log.verbs).not.toContain('Connect');
    for (const call of [first, second]) {
      call.hangUp();
      await call.ended;
    }

    ava.openai.faults.clear();
    await until('the circuit to close', 20_000, () => modelIs('ok'));
    const third = ava.place(scenario('hours'));
    await third.ended;
    expect(third.heardText).toMatch(/9 AM to 6 PM/);
    expect(circuit).toEqual(['open', 'closed']);
    await until('the model sessions to be gone', 3_000, () => (ava.openai.sessions().length === 0 ? true : undefined));
    leave();
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
