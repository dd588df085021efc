import { describe, expect, it } from 'vitest';
import { Allowance } from '../../src/domain/allowance.ts';

describe('an allowance', () => {
  it('lets a burst through, then what the rate allows', () => {
    let now = 0;
    const allowance = new Allowance(10, 100, () => now);
    const taken = (n: number): number => Array.from({ length: n }, () => allowance.take()).filter(Boolean).length;
    expect(taken(20)).toBe(10);
    now = 50;
    expect(taken(20)).toBe(5);
    now = 60_000;
    expect(taken(50)).toBe(10);
  });

  it('gives of what is wanted at once as much as there is', () => {
    let now = 0;
    const allowance = new Allowance(10, 100, () => now);
    expect([allowance.takeUpTo(7), allowance.takeUpTo(7)]).toEqual([7, 3]);
    now = 50;
    expect(allowance.takeUpTo(7)).toBe(5);
  });
});
