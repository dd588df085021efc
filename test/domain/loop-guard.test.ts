import { describe, expect, it } from 'vitest';
import {
  afterAnswers,
  afterCallerTurn,
  guardCall,
  LOOP_LIMITS,
  type LoopVerdict,
  NEW_LOOP_GUARD,
} from '../../src/domain/loop-guard.ts';

/** Of calls that are made one after the other, each with the last one's answer known; or all at once. */
function verdicts(calls: readonly (readonly [string, string])[], atOnce = false): LoopVerdict[] {
  let guard = NEW_LOOP_GUARD;
  return calls.map(([name, args]) => {
    const next = guardCall(guard, name, args);
    guard = atOnce ? next.guard : afterAnswers(next.guard);
    return next.verdict;
  });
}

describe('a model that runs in circles', () => {
  it('is refused the third time it asks the same', () => {
    const same = ['check_availability', '{"service":"Botox"}'] as const;
    expect(verdicts([same, same, same])).toEqual(['go_on', 'go_on', 'refuse']);
  });

  it('is not fooled by the order of arguments or by spaces', () => {
    expect(
      verdicts([
        ['t', '{"a":1,"b":[{"c":2,"d":3}]}'],
        ['t', '{ "b": [{"d":3,"c":2}], "a": 1 }'],
        ['t', '{"a":1,"b":[{"c":2,"d":3}]}'],
      ]),
    ).toEqual(['go_on', 'go_on', 'refuse']);
    expect(
      verdicts([
        ['t', '{"a":1}'],
        ['t', '{"a":2}'],
        ['t', '{"a":3}'],
        ['u', '{"a":1}'],
      ]),
    ).not.toContain('refuse');
  });

  it('is refused after too many calls with no word of the caller in between', () => {
    const calls = Array.from({ length: LOOP_LIMITS.callsInATurn + 1 }, (_, i) => ['t', `{"n":${i}}`] as const);
    const all = verdicts(calls);
    expect(all.slice(0, -1)).not.toContain('refuse');
    expect(all.at(-1)).toBe('refuse');
  });

  it('loses the call to staff when refusals do not help', () => {
    const same = ['t', 'no json'] as const;
    expect(verdicts(Array.from({ length: 5 }, () => same))).toEqual([
      'go_on',
      'go_on',
      'refuse',
      'refuse',
      'hand_over',
    ]);
  });

  it('keeps the call where it asked for ten at once: it could not know of the refusal yet', () => {
    const ten = Array.from({ length: 10 }, () => ['t', '{}'] as const);
    expect(verdicts(ten, true)).toEqual(['go_on', 'go_on', ...Array.from({ length: 8 }, () => 'refuse')]);
  });

  it('starts afresh when the caller speaks, but its refusals are remembered', () => {
    const first = guardCall(NEW_LOOP_GUARD, 't', '{}').guard;
    const second = guardCall(first, 't', '{}').guard;
    const third = guardCall(second, 't', '{}');
    expect(third.verdict).toBe('refuse');
    const fresh = afterCallerTurn(third.guard);
    expect(guardCall(fresh, 't', '{}').verdict).toBe('go_on');
    expect(fresh.refusals).toBe(1);
  });
});
