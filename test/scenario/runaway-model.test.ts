import { describe, expect, it } from 'vitest';
import type { Brain } from '../sim/openai/brain/brain.ts';
import { verbatimOf } from '../sim/openai/brain/verbatim.ts';
import { startAva } from '../support/ava.ts';
import { OPEN, STORY_MS } from '../support/story.ts';
import { GREETED, hears } from '../support/talk.ts';

/** Calls the same tool for ever, whatever it answers; says what it is told to, word for word. */
const RUNAWAY: Brain = {
  name: 'runaway',
  reply({ responseInstructions }) {
    const say = verbatimOf(responseInstructions);
    return say === undefined ? { calls: [{ name: 'get_clinic_info', arguments: '{"topic":"hours"}' }] } : { say };
  },
};

describe('a model that calls the same tool for ever', () => {
  it('loses the caller to staff, who hear why', { timeout: STORY_MS }, async (context) => {
    const ava = await startAva({ at: OPEN, openai: { brain: RUNAWAY } });
    context.onTestFinished(() => ava.stop());
    const call = ava.place(undefined);
    await hears(call, GREETED);
    await call.say('What are your opening hours?');
    await hears(call, /connect you with our staff.*Front desk speaking/);
    call.hangUp();
    await call.ended;
    const { outcome, toolCalls } = await ava.conversation(call);
    expect(outcome).toBe('escalated');
    // Two ran; the others were refused.
    expect(toolCalls.map(({ success }) => success)).toEqual([true, true, false, false, false]);
    const staff = ava.twilio.calls().find(({ parentSid }) => parentSid === call.sid);
    expect(staff?.heardText).toMatch(/could not help the caller any further/);
  });
});
