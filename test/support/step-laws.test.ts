import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeadlineMessage, Deadlines, Step } from '../../actors/kernel/actor.ts';
import { SEED } from './seed.ts';
import { lawbreaking } from './step-laws.ts';

interface Count {
  readonly sum: number;
  readonly deadlines: Deadlines;
}

type CountStep = Step<Count, { readonly type: 'add' } | DeadlineMessage, never>;

/** What is found against a step that should count up. */
function foundAgainst(step: CountStep): string {
  const messages = fc.constant({ type: 'add' } as const);
  return lawbreaking({ step, initial: { sum: 0, deadlines: {} }, messages, longestBytes: 1_000, runs: 20 });
}

const counted = (state: Count, sum: number, deadlines: Deadlines = {}) => ({
  state: { ...state, sum, deadlines },
  effects: [],
});

describe('the laws of a step', () => {
  it('have nothing against a good one', () => {
    expect(foundAgainst((state) => counted(state, state.sum + 1))).toBe('');
  });

  it.each<[string, CountStep, string]>([
    ['throws', (state) => counted(state, state.sum < 3 ? state.sum + 1 : notANumber()), 'no number'],
    ['changes its state', (state) => counted(Object.assign(state, { sum: 1 }), 1), 'read only'],
    ['remembers what is not in its state', forgetful(), 'the copy goes on as the state'],
    [
      'keeps what JSON cannot',
      (state) => counted(state, state.sum === 0 ? Number.NaN : state.sum + 1),
      'the copy goes',
    ],
    ['sets a deadline at no time', (state) => counted(state, 1, { never: Number.NaN }), 'deadline never is a time'],
    [
      'grows',
      (state) => counted(state, 1, { ...state.deadlines, [`d${'x'.repeat(990)}`]: 9e15 }),
      'the state is small',
    ],
  ])('find one that %s, and print how to repeat it', (_name, step, what) => {
    const found = foundAgainst(step);
    expect(found).toContain(what);
    expect(found).toContain(`seed: ${SEED}`);
    expect(found).toContain('Counterexample');
  });
});

function forgetful(): CountStep {
  let calls = 0;
  return (state) => counted(state, calls++);
}

function notANumber(): number {
  throw new Error('no number');
}
