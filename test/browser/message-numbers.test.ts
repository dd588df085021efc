import { describe, expect, it } from 'vitest';
import { MessageNumbers } from '../../src/browser/message-numbers.ts';

const taken = (numbers: MessageNumbers, ...seqs: number[]): boolean[] => seqs.map((seq) => numbers.take(seq));

describe('the numbers of audio messages', () => {
  it('are taken once, from nought or one on', () => {
    expect(taken(new MessageNumbers(), 0, 1, 2, 2, 1, 3)).toEqual([true, true, true, false, false, true]);
  });

  it('are known again after a reconnect', () => {
    const numbers = new MessageNumbers();
    taken(numbers, 1, 2, 3);
    numbers.reconnected();
    expect(taken(numbers, 2, 3, 4)).toEqual([false, false, true]);
  });

  it('begin anew for a page that was loaded anew, and only with the first of its messages', () => {
    const numbers = new MessageNumbers();
    taken(numbers, 1_000);
    numbers.reconnected();
    expect(taken(numbers, 1, 2, 1)).toEqual([true, true, false]);
    taken(numbers, 1_000);
    expect(taken(numbers, 1)).toEqual([false]);
  });
});
