import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../actors/kernel/simulated-clock.ts';
import { add, remind, tally } from './tally.ts';

const reminded = (effects: readonly { kind: string }[]) => effects.filter(({ kind }) => kind === 'reminded');

describe('the alarm of an actor', () => {
  it('goes off at the earliest deadline, then at the next, each with its deadline spent before the step', () => {
    const { actor, clock, effects } = tally();
    actor.tell(remind('late', 3_000));
    actor.tell(remind('early', 2_000));
    expect(clock.pending).toBe(1);
    clock.advance(999);
    expect(effects).toEqual([]);
    clock.advance(5_000);
    expect(effects).toEqual([
      { kind: 'reminded', name: 'early', at: 2_000, left: ['late'] },
      { kind: 'reminded', name: 'late', at: 3_000, left: [] },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('goes off for each of several deadlines at the same moment', () => {
    const { clock, effects } = tally({ deadlines: { a: 2_000, b: 2_000 } });
    clock.advance(1_000);
    expect(reminded(effects)).toHaveLength(2);
  });

  it('moves with its deadline: later, earlier, and off', () => {
    const { actor, clock, effects } = tally();
    actor.tell(remind('tea', 2_000));
    actor.tell(remind('tea', 4_000));
    clock.advance(2_000);
    expect(effects).toEqual([]);
    actor.tell(remind('tea', 3_500));
    clock.advance(499);
    expect(effects).toEqual([]);
    actor.tell({ type: 'forget', name: 'tea' });
    clock.advance(10_000);
    expect([effects, clock.pending]).toEqual([[], 0]);
  });

  it('is set from the first state, so that a restored actor has its timers', () => {
    const { clock, effects } = tally({ deadlines: { rest: 1_500, overdue: 10 } });
    clock.advance(0);
    expect(effects).toEqual([{ kind: 'reminded', name: 'overdue', at: 1_000, left: ['rest'] }]);
    clock.advance(500);
    expect(reminded(effects)).toHaveLength(2);
  });

  it('goes off once for a deadline, and again where the step sets it again', () => {
    const clock = new SimulatedClock(0);
    const { effects } = tally({
      clock,
      deadlines: { beat: 100 },
      onEffect: (effect, self) => {
        if (effect.kind === 'reminded') self.tell(remind('beat', clock.now() + 100));
      },
    });
    clock.advance(1_000);
    expect(effects).toHaveLength(10);
  });

  it('is left alone while its deadline is only put off, and goes off at the last word', () => {
    let asked = 0;
    class CountingClock extends SimulatedClock {
      override wakeAt(at: number, wake: () => void): () => void {
        asked++;
        return super.wakeAt(at, wake);
      }
    }
    const clock = new CountingClock(0);
    const { actor, effects } = tally({ clock });
    for (let n = 0; n < 100; n++) actor.tell(remind('tea', 1_000 + n));
    expect(asked).toBe(1);
    clock.advance(1_098);
    expect(effects).toEqual([]);
    clock.advance(1);
    expect(effects).toMatchObject([{ name: 'tea', at: 1_099 }]);
  });

  it('is set again where a clock wakes too early', () => {
    const waking: (() => void)[] = [];
    let now = 0;
    class HastyClock extends SimulatedClock {
      override now(): number {
        return now;
      }
      override wakeAt(_at: number, wake: () => void): () => void {
        waking.push(wake);
        return () => {};
      }
    }
    const { effects } = tally({ clock: new HastyClock(), deadlines: { tea: 1_000 } });
    waking.shift()?.();
    expect([effects, waking.length]).toEqual([[], 1]);
    now = 1_000;
    waking.shift()?.();
    expect(effects).toHaveLength(1);
  });

  it('is called off by stop', () => {
    const { actor, clock, effects } = tally({ deadlines: { tea: 2_000 } });
    actor.stop();
    clock.advance(5_000);
    expect([effects, clock.pending]).toEqual([[], 0]);
  });

  it('finds nothing to do where the actor stopped itself in the same moment', () => {
    const { clock, effects, actor } = tally({
      deadlines: { a: 2_000, b: 2_000 },
      onEffect: (_effect, self) => self.stop(),
    });
    clock.advance(2_000);
    expect([effects.length, clock.pending, actor.running]).toEqual([1, 0, false]);
  });

  it('stands beside messages without disturbing them', () => {
    const { actor, clock, effects } = tally({ deadlines: { tea: 2_000 } });
    for (let told = 0; told < 50; told++) {
      actor.tell(add(1));
      clock.advance(10);
    }
    expect(clock.pending).toBe(1);
    clock.advance(500);
    expect(reminded(effects)).toEqual([{ kind: 'reminded', name: 'tea', at: 2_000, left: [] }]);
  });
});
