import { expect, it } from 'vitest';
import { digestOf } from '../../../actors/kernel/digest.ts';

const OFFER = { slotId: 'slot_1', startsAt: 1_764_000_000_000.25, provider: null, exact: true, notes: [] };

it('a digest is the same for the same data, whatever the order of its keys, and after JSON', () => {
  const turned = Object.fromEntries(Object.entries(OFFER).toReversed());
  expect(digestOf(turned)).toBe(digestOf(OFFER));
  expect(digestOf(JSON.parse(JSON.stringify({ ...OFFER, left: undefined })))).toBe(digestOf(OFFER));
  expect(digestOf(OFFER)).toMatch(/^[0-9a-z]{6}$/);
});

it('a digest is another one for other data, however little differs', () => {
  const others: readonly unknown[] = [
    OFFER,
    { ...OFFER, exact: false },
    { ...OFFER, exact: 'true' },
    { ...OFFER, provider: 'null' },
    { ...OFFER, startsAt: OFFER.startsAt + 0.001 },
    { ...OFFER, notes: [[]] },
    { ...OFFER, notes: {} },
    [OFFER],
    ['ab', 'c'],
    ['a', 'bc'],
    ['c', 'ab'],
    { a: 'b', c: 'd' },
    { a: 'd', c: 'b' },
    { a: 'a', b: 'b' },
    '1',
    1,
    null,
    {},
    [],
    '',
    0,
    false,
  ];
  expect(new Set(others.map(digestOf)).size).toBe(others.length);
});
