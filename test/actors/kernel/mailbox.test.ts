import { describe, expect, it } from 'vitest';
import { Mailbox } from '../../../actors/kernel/mailbox.ts';

function drained<M>(mailbox: Mailbox<M>): M[] {
  const taken: M[] = [];
  for (let next = mailbox.take(); next !== undefined; next = mailbox.take()) taken.push(next);
  return taken;
}

describe('a mailbox', () => {
  it('gives messages back in the order in which they came, whatever their kind', () => {
    const mailbox = new Mailbox<string>();
    mailbox.push('a');
    mailbox.push('sound 1', true);
    mailbox.push('b');
    expect(mailbox.size).toBe(3);
    expect(drained(mailbox)).toEqual(['a', 'sound 1', 'b']);
    expect(mailbox.size).toBe(0);
  });

  it('says so where control overflows, and keeps what it had', () => {
    const mailbox = new Mailbox<string>({ control: 2, droppable: 2 });
    expect([mailbox.push('a'), mailbox.push('b'), mailbox.push('c')]).toEqual(['taken', 'taken', 'overflow']);
    expect(mailbox.dropped).toBe(0);
    expect(drained(mailbox)).toEqual(['a', 'b']);
  });

  it('has room for control again once some was taken', () => {
    const mailbox = new Mailbox<string>({ control: 1, droppable: 1 });
    mailbox.push('a');
    mailbox.take();
    expect(mailbox.push('b')).toBe('taken');
  });

  it('drops the oldest of what may be dropped, counts it, and never drops control', () => {
    const mailbox = new Mailbox<string>({ control: 2, droppable: 2 });
    mailbox.push('a');
    for (const sound of ['sound 1', 'sound 2', 'sound 3']) expect(mailbox.push(sound, true)).toBe('taken');
    mailbox.push('b');
    mailbox.push('sound 4', true);
    expect(mailbox.dropped).toBe(2);
    expect(drained(mailbox)).toEqual(['a', 'sound 3', 'b', 'sound 4']);
  });

  it('takes what may be dropped beside full control, and control beside full droppables', () => {
    const mailbox = new Mailbox<string>({ control: 1, droppable: 1 });
    mailbox.push('a');
    expect(mailbox.push('sound', true)).toBe('taken');
    expect(mailbox.push('b')).toBe('overflow');
    mailbox.take();
    expect(mailbox.push('b')).toBe('taken');
    expect(drained(mailbox)).toEqual(['sound', 'b']);
  });

  it('keeps control safe even where it has no room for anything droppable', () => {
    const mailbox = new Mailbox<string>({ control: 2, droppable: 0 });
    mailbox.push('a');
    mailbox.push('sound', true);
    expect(mailbox.dropped).toBe(1);
    expect(drained(mailbox)).toEqual(['a']);
  });
});
