import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runReplayCommand } from '../../src/bin/ops/replay-command.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { type AvaStand, startAva } from '../support/ava.ts';

/** Nearly human: how much was heard of a sentence that breaks off is reckoned by how fast people speak. */
const PACE = 3;
/** How long each of the call's lines lasts. */
const LINE_MS = 12_000;

let ava: AvaStand;
beforeAll(async () => {
  ava = await startAva({ at: '2026-11-23T15:00:00Z', pace: PACE });
});
afterAll(() => ava.stop());

describe.concurrent('a caller whose line breaks', () => {
  it('again and again goes on talking, and is booked once', { timeout: 120_000 }, async () => {
    const faults = { mediaKill: { afterMs: LINE_MS / PACE } };
    const call = ava.place(scenario('book'), { faults });
    const { by } = await call.ended;
    expect([by, call.heardText]).toEqual(['twiml', expect.stringMatching(/You're booked/)]);
    expect(call.events.past.filter(({ type }) => type === 'stream-started').length).toBeGreaterThan(1);
    const { appointments, outcome } = await ava.conversation(call);
    expect([appointments.length, outcome]).toEqual([1, 'appointment_scheduled']);
    const { story, isSame } = await runReplayCommand(call.sid, ava.database);
    expect(isSame, story).toBe(true);
    expect(story).toMatch(/ line_lost .*\n(.*\n)* .* taken_up /);
  });

  it('as soon as they have one is put through to staff', { timeout: 60_000 }, async () => {
    const call = ava.place(scenario('book'), { faults: { mediaKill: { afterMs: 300 } } });
    await call.waitFor(/Front desk speaking/, 40_000);
    call.hangUp();
    expect((await ava.conversation(call)).outcome).toBe('abandoned');
  });
});
