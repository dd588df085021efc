import { describe, expect, it } from 'vitest';
import { MailboxOverflow } from '../../../actors/kernel/actor.ts';
import { add, remind, tally } from './tally.ts';

const sums = (effects: readonly { kind: string; sum?: number }[]) => effects.map((effect) => effect.sum);

describe('an actor', () => {
  it('takes a message to completion in the tick in which it is told', () => {
    const { actor, effects } = tally();
    actor.tell(add(2));
    expect(actor.state.sum).toBe(2);
    expect(effects).toEqual([{ kind: 'sum', sum: 2 }]);
  });

  it('finishes what it is doing before it takes what it is told meanwhile, in order', () => {
    const seen: number[] = [];
    const { actor, effects } = tally({
      onEffect: (effect, self) => {
        if (effect.kind !== 'sum' || effect.sum !== 1) return;
        self.tell(add(10));
        self.tell(add(100));
        seen.push(self.state.sum);
      },
    });
    actor.tell(add(1));
    expect(seen).toEqual([1]);
    expect(sums(effects)).toEqual([1, 11, 111]);
  });

  it('shows the new state to the effects of the step that made it', () => {
    const shown: number[] = [];
    const { actor } = tally({ onEffect: (_effect, self) => shown.push(self.state.sum) });
    actor.tell(add(3));
    expect(shown).toEqual([3]);
  });

  it('takes nothing more once it was stopped', () => {
    const { actor, effects } = tally();
    actor.stop();
    actor.tell(add(1));
    expect([actor.running, effects, actor.state.sum]).toEqual([false, [], 0]);
  });

  it('leaves what still waits where one of its own effects stops it', () => {
    const { actor, effects, crashes } = tally({
      onEffect: (_effect, self) => {
        self.tell(add(5));
        self.stop();
      },
    });
    actor.tell(add(1));
    expect(sums(effects)).toEqual([1]);
    expect([actor.state.sum, crashes]).toEqual([1, []]);
  });

  it('does not carry out the rest of a step that stopped it', () => {
    const { actor, effects } = tally({ onEffect: (_effect, self) => self.stop() });
    actor.tell({ type: 'add_twice', n: 1 });
    expect(sums(effects)).toEqual([1]);
  });
});

describe('a crash of an actor', () => {
  it('is told once where a step throws, and never reaches the teller', () => {
    const { actor, crashes } = tally();
    actor.tell({ type: 'break' });
    actor.tell({ type: 'break' });
    expect(crashes).toEqual([new Error('broken on purpose')]);
    expect(actor.running).toBe(false);
  });

  it('keeps the state of the last finished step', () => {
    const { actor } = tally();
    actor.tell(add(4));
    actor.tell({ type: 'break' });
    expect(actor.state.sum).toBe(4);
  });

  it('is told once where an effect throws, and nothing that waited is taken', () => {
    const { actor, crashes, effects } = tally({
      onEffect: (_effect, self) => {
        self.tell(add(1));
        throw new Error('the line broke');
      },
    });
    actor.tell(add(1));
    expect(crashes).toEqual([new Error('the line broke')]);
    expect([actor.running, effects.length]).toEqual([false, 1]);
  });

  it('is what an overflow of control is: once, and with the message named', () => {
    const { actor, crashes, effects } = tally({
      limits: { control: 2, droppable: 2 },
      onEffect: (effect, self) => {
        if (effect.kind === 'sum' && effect.sum === 1) for (let i = 0; i < 5; i++) self.tell(add(1));
      },
    });
    actor.tell(add(1));
    expect(crashes).toEqual([new MailboxOverflow('no room for add')]);
    expect([actor.running, effects.length]).toEqual([false, 1]);
  });

  it('does not come of old audio, which is dropped', () => {
    const { actor, crashes, effects } = tally({
      limits: { control: 2, droppable: 2 },
      droppable: (message) => message.type === 'add' && message.n < 10,
      onEffect: (effect, self) => {
        if (effect.kind === 'sum' && effect.sum === 100) for (let n = 1; n < 6; n++) self.tell(add(n));
      },
    });
    actor.tell(add(100));
    expect(crashes).toEqual([]);
    expect(sums(effects)).toEqual([100, 104, 109]);
  });

  it('stays with the one that crashed, where another had told it the fatal message', () => {
    const broken = tally();
    const healthy = tally({ onEffect: () => broken.actor.tell({ type: 'break' }) });
    healthy.actor.tell(add(1));
    healthy.actor.tell(add(1));
    expect([healthy.actor.running, healthy.actor.state.sum, healthy.crashes]).toEqual([true, 2, []]);
    expect(broken.crashes).toHaveLength(1);
  });

  it('leaves no alarm behind', () => {
    const { actor, clock } = tally();
    actor.tell(remind('tea', 2_000));
    expect(clock.pending).toBe(1);
    actor.tell({ type: 'break' });
    expect(clock.pending).toBe(0);
  });
});
