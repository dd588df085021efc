import { describe, expect, it } from 'vitest';
import { startAva } from '../support/ava.ts';
import { OPEN, STORY_MS } from '../support/story.ts';
import { BOOKED, GOODBYE, GREETED, hears, NAME_ASKED, says, WISH } from '../support/talk.ts';

const DIGITS = '5550104242';

describe('a caller who keys in their number', () => {
  it('is booked with it, and it stands in clear neither in what was said nor in what is logged of it', {
    timeout: STORY_MS,
  }, async (context) => {
    const ava = await startAva({ at: OPEN });
    context.onTestFinished(() => ava.stop());
    const logged: unknown[] = [];
    for (const name of ['turn.caller', 'turn.assistant', 'tool.started', 'tool.finished'] as const) {
      ava.events.on(name, (event) => logged.push(event));
    }
    const call = ava.place(undefined);
    await hears(call, GREETED);
    await says(call, WISH, NAME_ASKED);
    await says(call, 'My name is Jordan Lee.', /phone number/);
    const from = call.utterances.length;
    call.press(`${DIGITS}#`);
    await hears(call, /email/, from);
    await says(call, 'My email is jordan.lee@example.com.', BOOKED);
    await call.say(GOODBYE);
    await call.ended;
    const { appointments, turns, outcome } = await ava.conversation(call);
    expect(outcome).toBe('appointment_scheduled');
    expect(appointments).toMatchObject([{ customer: 'Jordan Lee', phone: `+1${DIGITS}` }]);
    expect(turns.map(({ text }) => text)).toContain(`[${DIGITS.length} digits keyed]`);
    expect(logged.length).toBeGreaterThan(turns.length);
    expect(JSON.stringify([turns, logged])).not.toContain(DIGITS.slice(0, 6));
    expect(call.log.violations).toEqual([]);
  });
});
