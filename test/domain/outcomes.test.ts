import { describe, expect, it } from 'vitest';
import { type Deeds, outcomeOf, outcomeOfLost } from '../../src/domain/outcomes.ts';
import { OUTCOMES } from '../../src/domain/ports.ts';

const NOTHING: Deeds = {
  booked: false,
  moved: false,
  cancelled: false,
  waitlisted: false,
  messageTaken: false,
  escalated: false,
  stuck: false,
  checked: false,
  informed: false,
  callerTurns: 0,
  broke: false,
};

/** In the order in which one comes before the other. */
const RANKED = [
  ['booked', 'appointment_scheduled'],
  ['moved', 'rescheduled'],
  ['cancelled', 'cancelled'],
  ['escalated', 'escalated'],
  ['waitlisted', 'waitlisted'],
  ['messageTaken', 'message_taken'],
  ['broke', 'failed'],
  ['checked', 'browsing'],
  ['informed', 'info_only'],
] as const;

describe('an outcome', () => {
  it.each(RANKED.map(([deed, outcome], rank) => ({ deed, outcome, rank })))(
    'is $outcome where it was $deed, whatever of less weight was done too',
    ({ deed, outcome, rank }) => {
      expect(outcomeOf({ ...NOTHING, [deed]: true })).toBe(outcome);
      const lesser = Object.fromEntries(RANKED.slice(rank).map(([each]) => [each, true]));
      expect(outcomeOf({ ...NOTHING, ...lesser, callerTurns: 3 })).toBe(outcome);
    },
  );

  it('is escalated by a message that stands in for what failed, and failed without one', () => {
    expect(outcomeOf({ ...NOTHING, stuck: true, messageTaken: true })).toBe('escalated');
    expect(outcomeOf({ ...NOTHING, stuck: true, checked: true })).toBe('failed');
    expect(outcomeOf({ ...NOTHING, stuck: true, waitlisted: true })).toBe('waitlisted');
  });

  it('is info_only where the caller spoke and nothing came of it, abandoned where they never did', () => {
    expect(outcomeOf({ ...NOTHING, callerTurns: 1 })).toBe('info_only');
    expect(outcomeOf(NOTHING)).toBe('abandoned');
  });

  it('can be each that there is', () => {
    const all = [...RANKED.map(([deed]) => outcomeOf({ ...NOTHING, [deed]: true })), outcomeOf(NOTHING)];
    expect(new Set(all)).toEqual(new Set(OUTCOMES));
  });

  it('of a conversation whose node died is what lasts of it', () => {
    expect(outcomeOfLost({ ...NOTHING, moved: true })).toBe('rescheduled');
    expect(outcomeOfLost({ ...NOTHING, messageTaken: true })).toBe('message_taken');
    expect(outcomeOfLost(NOTHING)).toBe('abandoned');
  });
});
