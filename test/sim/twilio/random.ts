/** Seeded randomness for faults, so that a run can be repeated. */

/** A number in [0, 1). */
export type Random = () => number;

/** Mulberry32: small, fast, good enough to scatter faults. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number between the two ends of a range. */
export function within(range: readonly [number, number], random: Random): number {
  return range[0] + (range[1] - range[0]) * random();
}
