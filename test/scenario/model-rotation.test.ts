/** A session that grows old is followed by a fresh one before the service ends it, and nobody hears of it. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Rotation } from '../../actors/model/state.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { repeatedWords } from '../support/repeated-words.ts';
import { DETAILS, GOODBYE, GREETED, hears, NAME_ASKED, says, WISH } from '../support/talk.ts';

let ava: AvaStand;
let changes: string[];
afterEach(() => ava.stop());

async function start(modelRotation: Rotation, sessionLimitMs: number): Promise<void> {
  changes = [];
  ava = await startAva({
    at: '2026-11-23T15:00:00Z',
    pace: 4,
    modelRotation,
    openai: { sessionLimitMs, deltaSpeed: 2 },
  });
  ava.events.on('model.reconnected', ({ result }) => changes.push(result));
}

async function book(call: Call): Promise<void> {
  await hears(call, GREETED);
  await says(call, WISH, NAME_ASKED);
  await says(call, DETAILS, /You're booked for Botox/);
  await call.say(GOODBYE);
  await call.ended;
  const { appointments, outcome } = await ava.conversation(call);
  expect(outcome, call.heardText).toBe('appointment_scheduled');
  expect(appointments).toHaveLength(1);
  expect(call.log.verbs).not.toContain('Dial');
  expect(repeatedWords(call.heardText), call.heardText).toBeLessThanOrEqual(5);
}

/** Silences inside of what she said without a pause, as the phone played it, ms. */
function stutters(call: Call): number[] {
  return call.log.gaps.map(({ gapMs }) => gapMs);
}

describe('a session that grows old', () => {
  it('is followed by another at a quiet moment, with no silence heard', { timeout: 60_000 }, async () => {
    await start({ dueMs: 1_200, latestMs: 60_000 }, 3_600_000);
    const call = ava.place(undefined);
    await book(call);
    expect(changes.length).toBeGreaterThan(1);
    expect(new Set(changes)).toEqual(new Set(['rotated']));
    expect(stutters(call).filter((ms) => ms > 300)).toEqual([]);
    await until('the sessions to be gone', 3_000, () => (ava.openai.sessions().length === 0 ? true : undefined));
  });

  it('is followed by another whatever is under way where no moment is quiet in time', {
    timeout: 60_000,
  }, async () => {
    await start({ dueMs: 2_600, latestMs: 3_000 }, 3_600_000);
    const call = ava.place(undefined);
    await book(call);
    expect(changes).toContain('rotated');
    expect(stutters(call).filter((ms) => ms > 300)).toEqual([]);
  });

  it('and is ended by the service before it was followed is a loss like others', { timeout: 60_000 }, async () => {
    await start({ dueMs: 3_600_000, latestMs: 3_600_000 }, 2_500);
    const call = ava.place(undefined);
    await book(call);
    expect(changes.length).toBeGreaterThan(0);
    expect(new Set(changes)).toEqual(new Set(['resumed']));
  });
});
