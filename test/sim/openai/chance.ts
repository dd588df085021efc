/**
 * Chance and identity: a seeded generator for everything that should repeat from run to run, and ids that never do
 * (two simulators, or one started twice, must not hand out the same call id).
 */
import { randomBytes } from 'node:crypto';

/** A number in [0, 1), the next of its sequence. */
export type Random = () => number;

/** Mulberry32: small, fast, the same sequence for the same seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_CHARACTERS = 21;

/** `prefix_` and 21 letters or digits, as the service writes its ids. */
export function freshId(prefix: 'event' | 'sess' | 'conv' | 'item' | 'resp' | 'call' | 'req'): string {
  let id = `${prefix}_`;
  for (const byte of randomBytes(ID_CHARACTERS)) id += ALPHABET[byte % ALPHABET.length];
  return id;
}
