/** Callers who want a person: through to staff where somebody takes the call, back with Ava where nobody does. */
import { describe, expect, it, type TestContext } from 'vitest';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, type AvaStandOptions, startAva } from '../support/ava.ts';
import { STAFF } from '../support/outside.ts';
import { GREETED, hears } from '../support/talk.ts';

const LIMIT_MS = 60_000;
const CALLER = '+15550107777';
/** Monday 2026-11-23, 10:00 in New York. */
const OPEN = '2026-11-23T15:00:00Z';
const ANSWER_MS = 15_000;
/** A telephone that nobody answers rings for 20 s. */
const RINGING_MS = 40_000;
const NOBODY = /nobody from our staff can take your call right now\. Would you like to leave a message\?/;

async function greetedCall(context: TestContext, options: AvaStandOptions): Promise<{ ava: AvaStand; call: Call }> {
  const ava = await startAva({ at: OPEN, ...options });
  context.onTestFinished(() => ava.stop());
  const call = ava.place(undefined, { from: CALLER });
  await hears(call, GREETED);
  return { ava, call };
}

/** The leg to staff, once it was dialled. */
async function staffLeg(ava: AvaStand, call: Call): Promise<Call> {
  const find = (): Call | undefined =>
    ava.twilio.calls().find((each) => each.to === STAFF && each.parentSid === call.sid);
  await call.waitFor(() => find() !== undefined, ANSWER_MS);
  const leg = find();
  if (!leg) throw new Error('staff were not dialled');
  return leg;
}

describe.concurrent('a caller who presses 0', () => {
  it('is through to staff, who heard who calls and took the call', { timeout: LIMIT_MS }, async (context) => {
    const { ava, call } = await greetedCall(context, {});
    call.press('0');
    const staff = await staffLeg(ava, call);
    await hears(call, /Front desk speaking/);
    expect(call.heardText).toMatch(/connect you with our staff/);
    expect(staff.heardText).toMatch(
      /This is Ava with a call from 1 5 5 5 0 1 0 7 7 7 7\. .* Press any key to take the call/,
    );
    await call.say('Hello, I have a question about my bill.');
    await staff.waitFor(() => /my bill/.test(staff.heardText), ANSWER_MS);
    call.hangUp();
    await call.ended;
    const { outcome, turns } = await ava.conversation(call);
    expect(outcome).toBe('escalated');
    expect(turns.map(({ text }) => text)).toContain('[keyed 0]');
    expect(ava.openai.sessions()).toEqual([]);
  });

  it.each([
    ['is busy', { kind: 'busy' }, /staff line is busy right now\. Would you like to leave a message\?/],
    ['is not answered', { kind: 'no-answer' }, NOBODY],
    ['is a machine, which presses no key', { kind: 'machine', greeting: 'Please leave a message.' }, NOBODY],
    ['fails', { kind: 'failed' }, NOBODY],
  ] as const)(
    'is back with Ava where the line %s, and the conversation goes on',
    {
      timeout: LIMIT_MS,
    },
    async (_, staff, told) => {
      const ava = await startAva({ at: OPEN, staff });
      try {
        const call = ava.place(undefined, { from: CALLER });
        await hears(call, GREETED);
        const from = call.utterances.length;
        call.press('0');
        await hears(call, told, from, RINGING_MS);
        await staffLeg(ava, call);
        await call.say('What are your opening hours?');
        await hears(call, /9 AM to 6 PM/, from);
        call.hangUp();
        await call.ended;
        const { outcome, turns } = await ava.conversation(call);
        expect(outcome).toBe('info_only');
        expect(turns.map(({ n }) => n)).toEqual(turns.map((__, index) => index + 1));
        expect(call.log.violations).toEqual([]);
      } finally {
        await ava.stop();
      }
    },
  );
});
