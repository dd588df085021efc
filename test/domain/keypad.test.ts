import { describe, expect, it } from 'vitest';
import { keyedWish, maskedKeys, spokenKeys } from '../../src/domain/keypad.ts';

describe('what a caller keys in', () => {
  it.each([
    ['0', { kind: 'staff' }],
    ['0#', { kind: 'staff' }],
    ['00', { kind: 'digits', digits: '00' }],
    ['5551234567#', { kind: 'digits', digits: '5551234567' }],
    ['#', { kind: 'nothing' }],
    ['*', { kind: 'nothing' }],
    ['', { kind: 'nothing' }],
  ])('%s', (keys, wish) => {
    expect(keyedWish(keys)).toEqual(wish);
  });

  it('is shown where it is a choice, and told by its length where it may be a number of the caller’s', () => {
    expect([maskedKeys('2'), maskedKeys('1234'), maskedKeys('5551234567')]).toEqual([
      '[keyed 2]',
      '[keyed 1234]',
      '[10 digits keyed]',
    ]);
  });

  it('is told to the model in full', () => {
    expect(spokenKeys('5551234567')).toContain('5551234567');
  });
});
