/** Callers who need a person: put through where there is one, a message that staff see where there is none. */
import { describe, expect, it, type TestContext } from 'vitest';
import { scenario } from '../sim/callers/scenarios.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, type AvaStandOptions, startAva } from '../support/ava.ts';
import { RADIANCE, STAFF } from '../support/outside.ts';
import { GREETED, hears } from '../support/talk.ts';

const LIMIT_MS = 90_000;
const CALLER = '+15550107777';
/** Monday 2026-11-23 in New York: 10:00, and 22:00. */
const OPEN = '2026-11-23T15:00:00Z';
const CLOSED = '2026-11-24T03:00:00Z';

async function told(context: TestContext, story: string, options: AvaStandOptions = {}) {
  const ava = await startAva({ at: OPEN, ...options });
  context.onTestFinished(() => ava.stop());
  const call = ava.place(scenario(story), { from: CALLER });
  await call.ended;
  const conversation = await ava.conversation(call);
  return { ava, call, conversation, staff: staffLegs(ava, call) };
}

function staffLegs(ava: AvaStand, call: Call): readonly Call[] {
  return ava.twilio.calls().filter((each) => each.to === STAFF && each.parentSid === call.sid);
}

const MESSAGE = {
  status: 'open',
  customer: 'Jordan Lee',
  phone: '+15550100142',
  text: 'Please call me back. I have a question about my bill.',
};

describe.concurrent('a caller who asks for a person', () => {
  it('is put through, and staff hear why', { timeout: LIMIT_MS }, async (context) => {
    const { call, conversation, staff } = await told(context, 'person');
    expect(call.heardText).toMatch(/put you through.*Front desk speaking/);
    expect(staff[0]?.heardText).toMatch(
      /call from 1 5 5 5 0 1 0 7 7 7 7\. The caller asked for a person\. Press any key/,
    );
    expect(staff[0]?.heardText).toMatch(/a question about my bill/);
    expect(conversation.outcome).toBe('escalated');
    expect(conversation.messages).toEqual([]);
  });

  it.each(['busy', 'no-answer'] as const)(
    'leaves a message where the line is %s',
    { timeout: LIMIT_MS },
    async (kind) => {
      const ava = await startAva({ at: OPEN, staff: { kind } });
      try {
        const call = ava.place(scenario('person'), { from: CALLER });
        await call.ended;
        const { outcome, messages } = await ava.conversation(call);
        expect(call.heardText).toMatch(/leave a message\?.*Your message is with our team, Jordan Lee/);
        expect(messages).toMatchObject([MESSAGE]);
        expect(outcome).toBe('message_taken');
        expect(call.log.violations).toEqual([]);
      } finally {
        await ava.stop();
      }
    },
  );

  it('leaves a message where a machine answers, whatever the network makes of it', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const ava = await startAva({ at: OPEN, staff: { kind: 'machine', greeting: 'Please leave a message.' } });
    context.onTestFinished(() => ava.stop());
    const faults = { declinedIsCompleted: true };
    const call = ava.twilio.placeCall({ from: CALLER, to: RADIANCE, caller: scenario('person'), faults });
    await call.ended;
    const { outcome, messages } = await ava.conversation(call);
    expect(call.heardText).not.toMatch(/Please leave a message\./);
    expect(messages).toMatchObject([MESSAGE]);
    expect(outcome).toBe('message_taken');
  });

  it.each(['person', 'zero'])(
    'leaves a message outside staff hours, when nobody is dialled (%s)',
    { timeout: LIMIT_MS },
    async (story) => {
      const ava = await startAva({ at: CLOSED });
      try {
        const call = ava.place(scenario(story), { from: CALLER });
        await call.ended;
        const { outcome, messages } = await ava.conversation(call);
        expect(call.heardText).toMatch(/nobody from our staff can take your call/);
        expect(staffLegs(ava, call)).toEqual([]);
        expect(messages).toMatchObject([MESSAGE]);
        expect(outcome).toBe('message_taken');
      } finally {
        await ava.stop();
      }
    },
  );
});

describe.concurrent('a caller who leaves a message', () => {
  it('hears name and number read back, and staff see it', { timeout: LIMIT_MS }, async (context) => {
    const { call, conversation, staff } = await told(context, 'message');
    expect(call.heardText).toContain(
      'Your message is with our team, Jordan Lee. They can reach you at (555) 010-0142.',
    );
    const text = 'Please call me back. I left my scarf in the waiting room.';
    expect(conversation.messages).toMatchObject([{ ...MESSAGE, text }]);
    expect(conversation.outcome).toBe('message_taken');
    expect(staff).toEqual([]);
  });

  it('leaves one, however clumsily the model takes it', { timeout: LIMIT_MS }, async (context) => {
    const { conversation } = await told(context, 'message', { openai: { brain: 'clumsy' } });
    expect(conversation.messages).toHaveLength(1);
    expect(conversation.outcome).toBe('message_taken');
  });
});

describe.concurrent('a caller who asks for medical advice', () => {
  it('is given none, politely, and may have a consultation or staff', { timeout: LIMIT_MS }, async (context) => {
    const { call, conversation, staff } = await told(context, 'medical');
    expect(call.heardText).toMatch(/not able to give medical advice\. Would you like to book a consultation/);
    expect(conversation.outcome).toBe('info_only');
    expect(staff).toEqual([]);
  });
});

describe.concurrent('a caller whom Ava cannot take', () => {
  it('speaks after the tone where nobody of staff answers either, and staff find it', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const ava = await startAva({ at: OPEN, environment: { MAX_CALLS: '1' }, staff: { kind: 'busy' } });
    context.onTestFinished(() => ava.stop());
    const taken = ava.place(undefined, { from: '+15550108888' });
    await hears(taken, GREETED);
    const call = ava.place(undefined, { from: CALLER });
    await call.waitFor(() => call.log.verbs.includes('Record'), 10_000);
    expect(call.log.verbs).toContain('Dial');
    expect(call.heardText).toContain('nobody can take your call right now. Please leave a message');
    // As long as the tone takes.
    await call.silence(300);
    await call.say('This is Jordan, please call me back.');
    await hears(call, /Your message was recorded/);
    taken.hangUp();
    const [kept] = await ava.database.withClinic(
      ava.clinic.id,
      'messages',
      (sql) => sql`select status, source, customer_phone, recording_sid, recording_url from messages`,
    );
    expect(kept).toMatchObject({ status: 'open', source: 'voicemail', customer_phone: CALLER });
    expect(ava.twilio.recordings.find(String(kept?.['recording_sid']))?.text).toContain('please call me back');
  });
});

describe.concurrent('a caller in danger', () => {
  it.each([
    ['in staff hours', OPEN],
    ['at night', CLOSED],
  ])('is told to call for help and put through at once, %s', { timeout: LIMIT_MS }, async (_, at) => {
    const ava = await startAva({ at });
    try {
      const call = ava.place(scenario('emergency'), { from: CALLER });
      await call.ended;
      const { outcome, toolCalls } = await ava.conversation(call);
      expect(call.heardText).toMatch(/call your local emergency number\..*Front desk speaking/);
      expect(staffLegs(ava, call)[0]?.heardText).toMatch(/The caller described an emergency\./);
      // By the caller's words, whatever the model made of them.
      expect(toolCalls.map(({ name }) => name)).not.toContain('transfer_to_staff');
      expect(outcome).toBe('escalated');
    } finally {
      await ava.stop();
    }
  });
});
