import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scenario } from '../sim/callers/scenarios.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';

let ava: AvaStand;
beforeAll(async () => {
  // Nearly human pace: a word lasts long enough that which one was cut can be told on a busy machine.
  ava = await startAva({ at: '2026-11-23T15:00:00Z', pace: 1.5 });
});
afterAll(() => ava.stop());

describe('a caller who hangs up in the middle of her answer', () => {
  it('leaves nothing behind within a second, and a record of no more than was heard', { timeout: 60_000 }, async () => {
    const call = ava.place(scenario('hang-up'));
    await call.ended;
    await until('the model session to be gone', 1_000, () => (ava.openai.sessions().length === 0 ? true : undefined));
    const { appointments, outcome, turns } = await ava.conversation(call);
    expect(appointments).toEqual([]);
    expect(['browsing', 'abandoned', 'info_only']).toContain(outcome);
    const told = turns.filter((turn) => turn.role === 'assistant').map((turn) => turn.text);
    expect(Math.abs(told.join(' ').split(' ').length - call.heardText.split(' ').length)).toBeLessThanOrEqual(2);
  });
});
