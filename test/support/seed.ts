/**
 * One seed for everything random in a test, so that a failure can be repeated: a fixed one by default, another by the
 * environment (`SEED=7`, or `SEED=random` to explore). Tests print it when they fail.
 */
const DEFAULT_SEED = 20_261_123;

export const SEED = seedFrom(process.env.SEED);

function seedFrom(given: string | undefined): number {
  if (given === 'random') return Math.floor(Math.random() * 2 ** 31);
  return given === undefined || given === '' ? DEFAULT_SEED : Number(given);
}

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
