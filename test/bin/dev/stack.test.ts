import { describe, expect, it } from 'vitest';
import { Stack, type Stoppable } from '../../../src/bin/dev/stack.ts';

const thing = (name: string, stopped: string[]): Stoppable => ({
  stop: () => {
    stopped.push(name);
    return Promise.resolve();
  },
});

describe('the stack of what runs', () => {
  it('stops last things first, also one that is still starting', async () => {
    const stopped: string[] = [];
    const stack = new Stack();
    await stack.start('one', () => Promise.resolve(thing('one', stopped)));
    let finish!: (started: Stoppable) => void;
    const starting = stack.start('two', () => new Promise<Stoppable>((resolve) => (finish = resolve)));
    const closed = stack.close();
    finish(thing('two', stopped));
    await starting;
    expect(await closed).toEqual([]);
    expect(stopped).toEqual(['two', 'one']);
  });

  it('stops the others when one cannot be stopped, one hangs and one never started', async () => {
    const stopped: string[] = [];
    const stack = new Stack();
    await stack.start('good', () => Promise.resolve(thing('good', stopped)));
    await stack.start('broken', () => Promise.resolve({ stop: () => Promise.reject(new Error('stuck')) }));
    await stack.start('slow', () => Promise.resolve({ stop: () => new Promise(() => undefined) }), 50);
    await expect(stack.start('unborn', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await stack.close()).toEqual([
      'slow did not stop within 0.05 s',
      'broken could not be stopped: Error: stuck',
    ]);
    expect(stopped).toEqual(['good']);
  });

  it('starts nothing more once it is closing', async () => {
    const stack = new Stack();
    await stack.close();
    await expect(stack.start('late', () => Promise.resolve(thing('late', [])))).rejects.toThrow(/being stopped/);
  });
});
