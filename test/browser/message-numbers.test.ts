import { describe, expect, it } from 'vitest';
import { MessageNumbers } from '../../src/browser/message-numbers.ts';

const taken = (numbers: MessageNumbers, ...seqs: (number | undefined)[]): string[] =>
  seqs.map((seq) => numbers.take(seq));

describe('the numbers of audio messages', () => {
  it('are taken once, from nought or one on', () => {
    expect(taken(new MessageNumbers(), 0, 1, 2, 2, 1, 3)).toEqual(['next', 'next', 'next', 'known', 'known', 'next']);
  });

  it('are known again after a reconnect', () => {
    const numbers = new MessageNumbers();
    taken(numbers, 1, 2, 3);
    numbers.reconnected();
    expect(taken(numbers, 2, 3, 4)).toEqual(['known', 'known', 'next']);
  });

  it('are known again however far behind a caller begins who got no ack for long', () => {
    const numbers = new MessageNumbers();
    taken(numbers, 1, 2_000);
    numbers.reconnected();
    expect(numbers.newest).toBe(2_000);
    expect(taken(numbers, 700, 2_000, 2_001)).toEqual(['known', 'known', 'next']);
  });

  it('may have holes, and none is the newest where none came', () => {
    const numbers = new MessageNumbers();
    expect(numbers.newest).toBe(-1);
    expect(taken(numbers, 5, 90, 6)).toEqual(['next', 'next', 'known']);
  });

  it('begin anew for a page that was loaded anew, and only with the first of its messages', () => {
    const numbers = new MessageNumbers();
    taken(numbers, 1_000);
    numbers.reconnected();
    expect(taken(numbers, 1, 2, 1)).toEqual(['anew', 'next', 'known']);
    taken(numbers, 1_000);
    expect(taken(numbers, 1)).toEqual(['known']);
  });

  it('may be missing: such audio is new always, and begins anew with each connection', () => {
    const numbers = new MessageNumbers();
    expect(taken(numbers, undefined, undefined)).toEqual(['anew', 'next']);
    numbers.reconnected();
    expect(taken(numbers, undefined, undefined)).toEqual(['anew', 'next']);
  });
});
