/**
 * A call loses its session with the model, in every way and at every moment: the caller gets their appointment once,
 * and hears no sentence twice. The calls of one kind of loss run side by side, each struck at a moment of its own.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultPlan, SocketFault } from '../sim/openai/faults.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { repeatedWords } from '../support/repeated-words.ts';
import { GOODBYE, GREETED, hears, NAME_ASKED, says } from '../support/talk.ts';

let ava: AvaStand;
const crashes: unknown[] = [];
beforeAll(async () => {
  ava = await startAva({ at: '2026-11-23T15:00:00Z', pace: 4, openai: { deltaSpeed: 2 } });
  ava.events.on('call.crashed', (event) => crashes.push(event));
  ava.events.on('process.unhandled', (event) => crashes.push(event));
});
afterAll(() => ava.stop());
afterEach(async () => {
  ava.openai.faults.clear();
  await until('the model sessions to be gone', 5_000, () => (ava.openai.sessions().length === 0 ? true : undefined));
});

const RESET: SocketFault = { kind: 'reset' };
type ConnectFaults = NonNullable<FaultPlan['faults']>;
const LOSSES: readonly [string, SocketFault, ConnectFaults][] = [
  ['closed with 1011', { kind: 'close', code: 1011, reason: 'server error' }, []],
  ['reset', RESET, []],
  ['a black hole', { kind: 'black_hole' }, []],
  ['expired after 60 minutes', { kind: 'error', code: 'session_expired', closeCode: 1001 }, []],
  ['reset, and the next is refused with 429', RESET, [{ kind: 'refuse_connect', status: 429, times: 4 }]],
  ['reset, and the next is slow to shake hands', RESET, [{ kind: 'slow_handshake', ms: 1_500, times: 4 }]],
];

type Strike = () => void;

interface Moment {
  readonly name: string;
  /** The hour wished for: an hour of its own, for two providers have it twice. */
  readonly hour: string;
  /** Leads the call to its moment and on to where the caller is asked for their name. */
  readonly meet: (call: Call, wish: string, strike: Strike) => Promise<unknown>;
}

const MOMENTS: readonly Moment[] = [
  {
    name: 'while she listens',
    hour: '9 AM',
    async meet(call, wish, strike) {
      await hears(call, GREETED);
      strike();
      await wishUntilHeard(call, wish);
    },
  },
  {
    name: 'while the caller speaks',
    hour: '11 AM',
    async meet(call, wish, strike) {
      await hears(call, GREETED);
      setTimeout(strike, INTO_THE_WISH_MS);
      await wishUntilHeard(call, wish);
    },
  },
  {
    name: 'while she speaks',
    hour: '1 PM',
    async meet(call, wish, strike) {
      await hears(call, GREETED);
      const from = call.heard.length;
      const asked = wishUntilHeard(call, wish);
      await call.waitFor(() => call.heard.length > from + 1, 20_000);
      strike();
      await asked;
    },
  },
  {
    name: 'while a tool is in flight',
    hour: '3 PM',
    async meet(call, wish, strike) {
      await hears(call, GREETED);
      const leave = ava.events.on('tool.started', ({ callSid }) => {
        if (callSid !== call.sid) return;
        leave();
        strike();
      });
      await wishUntilHeard(call, wish);
    },
  },
];

const DAYS = ['Wednesday', 'Thursday', 'Friday'];
/** By then she has noticed that somebody speaks. */
const INTO_THE_WISH_MS = 500;
const DETAILS = 'My name is Jordan Lee. My phone number is +15550100142. My email is jordan.lee@example.com.';

/** Says the wish, once more where it was lost on its way. */
async function wishUntilHeard(call: Call, wish: string): Promise<void> {
  const answer = await says(call, wish, /your full name|say that again/);
  if (/say that again/.test(answer)) await says(call, wish, NAME_ASKED);
}

/** A call that has a session of its own, and the means to strike it. */
async function placed(fault: SocketFault): Promise<{ call: Call; strike: Strike }> {
  const before = new Set(ava.openai.sessions().map(({ id }) => id));
  const call = ava.place(undefined);
  const session = await until('a session', 10_000, () => ava.openai.sessions().find(({ id }) => !before.has(id)));
  return { call, strike: () => void ava.openai.strike(fault, session.id) };
}

async function bookedOnce(call: Call): Promise<void> {
  await says(call, DETAILS, /You're booked for Botox/);
  await call.say(GOODBYE);
  await call.ended;
  const { appointments, outcome, toolCalls, turns } = await ava.conversation(call);
  expect(call.log.verbs, call.heardText).not.toContain('Dial');
  expect(outcome).toBe('appointment_scheduled');
  expect(appointments).toHaveLength(1);
  expect(toolCalls.filter(({ name }) => name === 'book_appointment')).toHaveLength(1);
  expect(repeatedWords(call.heardText), call.heardText).toBeLessThanOrEqual(5);
  expect(turns.map(({ n }) => n)).toEqual([...new Set(turns.map(({ n }) => n))]);
  expect(turns.filter(({ role }) => role === 'customer').length).toBeLessThanOrEqual(call.said.length);
}

describe.each(LOSSES)('a session that is %s', (name, fault, connectFaults = []) => {
  it('is followed by another, whatever was under way', { timeout: 120_000 }, async () => {
    const day = DAYS[Math.floor(LOSSES.findIndex(([each]) => each === name) / 2)];
    const reconnects: string[] = [];
    const tookMs: number[] = [];
    const leave = ava.events.on('model.reconnected', ({ result, ms }) => {
      reconnects.push(result);
      tookMs.push(ms);
    });
    const calls: Awaited<ReturnType<typeof placed>>[] = [];
    for (let n = 0; n < MOMENTS.length; n++) calls.push(await placed(fault));
    ava.openai.faults.set({ faults: connectFaults });
    await Promise.all(
      MOMENTS.map(async ({ meet, hour }, index) => {
        const { call, strike } = calls[index] ?? (await placed(fault));
        await meet(call, `I'd like to book a Botox appointment for ${day} at ${hour}.`, strike);
        await bookedOnce(call);
      }),
    );
    leave();
    expect(reconnects).toEqual(MOMENTS.map(() => 'resumed'));
    // Where the next session is not kept waiting, the gap is within what a reset may cost.
    expect(Math.max(...tookMs)).toBeLessThan(connectFaults.length === 0 ? 1_500 : 6_000);
    expect(crashes).toEqual([]);
  });
});

describe('a session that is ended for its key’s fault', () => {
  it('has every caller put through to staff at once', { timeout: 120_000 }, async () => {
    const fault: SocketFault = { kind: 'error', code: 'invalid_api_key', closeCode: 3000 };
    const calls: Awaited<ReturnType<typeof placed>>[] = [];
    for (let n = 0; n < MOMENTS.length; n++) calls.push(await placed(fault));
    await Promise.all(
      MOMENTS.map(async ({ meet, hour }, index) => {
        const { call, strike } = calls[index] ?? (await placed(fault));
        const met = meet(call, `I'd like to book a Botox appointment for Saturday at ${hour}.`, strike);
        await Promise.all([
          expect(met).rejects.toThrow('waited for'),
          call.waitFor(/Front desk speaking/, 30_000).finally(() => call.hangUp()),
        ]);
        const { outcome, appointments } = await ava.conversation(call);
        expect([outcome, appointments]).toEqual(['failed', []]);
      }),
    );
    expect(crashes).toEqual([]);
  });
});
