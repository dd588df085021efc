import { describe, expect, it } from 'vitest';
import { type Child, Supervisor } from '../../../actors/kernel/supervisor.ts';

class Recorded implements Child {
  readonly reasons: string[] = [];
  private readonly failure: Error | undefined;

  constructor(failure?: Error) {
    this.failure = failure;
  }

  async stop(reason: string): Promise<void> {
    this.reasons.push(reason);
    if (this.failure) throw this.failure;
  }
}

describe('a supervisor', () => {
  it('finds its children by name and counts them', () => {
    const [a, b] = [new Recorded(), new Recorded()];
    const supervisor = new Supervisor<Recorded>();
    supervisor.add('a', a);
    supervisor.add('b', b);
    expect([supervisor.size, supervisor.find('a') === a, supervisor.find('c')]).toEqual([2, true, undefined]);
    expect([...supervisor]).toEqual([a, b]);
  });

  it('refuses a second child of a living one’s name', () => {
    const supervisor = new Supervisor<Recorded>();
    supervisor.add('a', new Recorded());
    expect(() => supervisor.add('a', new Recorded())).toThrow('lives already');
  });

  it('forgets a child that ended, but not another that took its name', () => {
    const [first, second] = [new Recorded(), new Recorded()];
    const supervisor = new Supervisor<Recorded>();
    supervisor.add('a', first);
    supervisor.remove('a', first);
    supervisor.add('a', second);
    supervisor.remove('a', first);
    expect(supervisor.find('a')).toBe(second);
    expect(first.reasons).toEqual([]);
  });

  it('lets children leave while it is walked through', () => {
    const supervisor = new Supervisor<Recorded>();
    const children = ['a', 'b', 'c'].map((name) => ({ name, child: new Recorded() }));
    for (const { name, child } of children) supervisor.add(name, child);
    let met = 0;
    for (const child of supervisor) {
      met++;
      supervisor.remove(children.find((each) => each.child === child)?.name ?? '', child);
    }
    expect([met, supervisor.size]).toEqual([3, 0]);
  });

  it('ends all of them once, with the reason, and reports those that failed to end', async () => {
    const failure = new Error('its socket hung');
    const children = [new Recorded(), new Recorded(failure), new Recorded()];
    const supervisor = new Supervisor<Recorded>();
    for (const [index, child] of children.entries()) supervisor.add(`${index}`, child);
    expect(await supervisor.stopAll('drain')).toEqual([failure]);
    expect(children.map(({ reasons }) => reasons)).toEqual([['drain'], ['drain'], ['drain']]);
    expect(supervisor.size).toBe(0);
    expect(await supervisor.stopAll('again')).toEqual([]);
  });
});
